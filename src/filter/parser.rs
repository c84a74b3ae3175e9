//! Tokens to the tree of conditions: Wireshark's display filter language, and plain words between its conditions.

use super::check::{Check, Test};
use super::error::error;
use super::fault::{Fault, Tokens};
use super::field::{Field, FieldType};
use super::literal;
use super::node::{FieldCheck, Node};
use super::register;
use super::suggest;
use super::token::{Kind, Operator, Token};
use super::word::Word;
use crate::model::listing::FilterError;
use std::cell::Cell;
use winnow::Parser;
use winnow::combinator::{Infix, expression, repeat};
use winnow::stream::{Stream, TokenSlice};
use winnow::token::any;

/// Deepest nesting of brackets: a tree is walked by recursion.
const MOST_DEPTH: usize = 64;
/// Most words that the name of a column is put together from.
const MOST_WORDS_OF_COLUMN: usize = 12;

/// What names mean where the filter is used.
#[derive(Clone, Copy, Default)]
pub(super) struct Scope<'a> {
    /// Columns of the table whose rows are filtered.
    pub(super) columns: &'a [String],
}

struct Context<'a> {
    scope: Scope<'a>,
    /// Bytes of the text.
    end: usize,
    depth: Cell<usize>,
    n_checks: Cell<usize>,
}

/// The tree of a filter's tokens.
pub(super) fn parse(tokens: &[Token<'_>], end: usize, scope: Scope<'_>) -> Result<Node, FilterError> {
    if tokens.is_empty() {
        return Ok(Node::All(Vec::new()));
    }
    let context = Context { scope, end, depth: Cell::new(0), n_checks: Cell::new(0) };
    let mut input = TokenSlice::new(tokens);
    let node = context.alternatives(&mut input).map_err(|fault| match fault {
        Fault::Wrong(error) => error,
        Fault::Back => context.expected(&input, "a condition"),
    })?;
    match input.first() {
        None => Ok(node),
        Some(token) if token.kind == Kind::Close => Err(token.error("This bracket was never opened.")),
        Some(token) => Err(token.error(format!("Expected and, or, or the end, not {}.", token.text))),
    }
}

impl<'a> Context<'a> {
    /// What stands there instead of what was expected.
    fn expected(&self, input: &Tokens<'_, '_>, what: &str) -> FilterError {
        match input.first() {
            Some(token) => token.error(format!("Expected {what}, not {}.", token.text)),
            None => error(self.end, 0, format!("Expected {what} here.")),
        }
    }

    /// Conditions joined by `or`, `xor` and `and`, the last the closest.
    fn alternatives<'t, 's>(&self, input: &mut Tokens<'t, 's>) -> Result<Node, Fault> {
        expression(|input: &mut Tokens<'t, 's>| self.conditions(input))
            .infix(|input: &mut Tokens<'t, 's>| {
                let operator: &Token<'_> = next(input)?;
                match operator.kind {
                    Kind::And => Ok(Infix::Left(30, |_, a: Node, b| Ok(a.and(b)))),
                    Kind::Xor => Ok(Infix::Left(20, |_, a, b| Ok(Node::Either(Box::new(a), Box::new(b))))),
                    Kind::Or => Ok(Infix::Left(10, |_, a: Node, b| Ok(a.or(b)))),
                    _ => Err(Fault::Back),
                }
            })
            .parse_next(input)
            .map_err(|fault| match fault {
                Fault::Back => self.expected(input, "a condition").into(),
                wrong => wrong,
            })
    }

    /// One condition or several one after another, which must all hold.
    fn conditions<'t, 's>(&self, input: &mut Tokens<'t, 's>) -> Result<Node, Fault> {
        let mut node = self.condition(input)?;
        while input
            .first()
            .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Not | Kind::Open))
        {
            node = node.and(self.condition(input)?);
        }
        Ok(node)
    }

    fn condition<'t, 's>(&self, input: &mut Tokens<'t, 's>) -> Result<Node, Fault> {
        let is_not = |token: &&'t Token<'s>| token.kind == Kind::Not;
        let n_nots: usize = repeat(0.., next.verify(is_not)).parse_next(input)?;
        let node = self.operand(input)?;
        Ok(if n_nots % 2 == 1 { node.not() } else { node })
    }

    fn operand<'t, 's>(&self, input: &mut Tokens<'t, 's>) -> Result<Node, Fault> {
        let Some(token) = input.first() else { return Err(self.expected(input, "a condition").into()) };
        match token.kind {
            Kind::Open => self.group(input),
            Kind::Word | Kind::Quoted => self.named(input),
            Kind::Compare(_) | Kind::In | Kind::Bits => {
                Err(token.error(format!("Expected a field before {}.", token.text)).into())
            }
            Kind::Comma => Err(token.error("A comma belongs into a set { }; separate words by spaces.").into()),
            _ => Err(self.expected(input, "a condition").into()),
        }
    }

    fn group<'t, 's>(&self, input: &mut Tokens<'t, 's>) -> Result<Node, Fault> {
        let open: &Token<'_> = next(input)?;
        if self.depth.get() >= MOST_DEPTH {
            return Err(open.error(format!("Brackets are nested deeper than {MOST_DEPTH}.")).into());
        }
        self.depth.set(self.depth.get() + 1);
        let node = self.alternatives(input)?;
        self.depth.set(self.depth.get() - 1);
        match input.first() {
            Some(token) if token.kind == Kind::Close => {
                let _: &Token<'_> = next(input)?;
                Ok(node)
            }
            Some(token) => Err(token.error(format!("Expected ), and, or or, not {}.", token.text)).into()),
            None => Err(open.error("This bracket is not closed.").into()),
        }
    }

    /// A condition that begins with a name, or a plain word.
    fn named<'t, 's>(&self, input: &mut Tokens<'t, 's>) -> Result<Node, Fault> {
        if let Some(column) = self.column(input) {
            let is_not = input.first().is_some_and(|token| token.kind == Kind::Not);
            let node = Node::Column(column, self.checks(input, FieldType::Any)?);
            return Ok(if is_not { node.not() } else { node });
        }
        let name: &Token<'_> = next(input)?;
        let next = input.first();
        let is_compared = next.is_some_and(|token| is_comparing(input, token));
        if name.kind == Kind::Quoted {
            return match is_compared {
                false => Ok(Node::Word(Word::Text(name.value().to_lowercase()))),
                true => Err(self.unknown(name).into()),
            };
        }
        if is_compared {
            let Some(field) = register::field(name.text) else { return Err(self.unknown(name).into()) };
            let is_searched =
                matches!(next.map(|token| token.kind), Some(Kind::Compare(Operator::Contains | Operator::Matches)));
            if field.is_protocol() && !is_searched {
                let text = format!("{} is a protocol: it is named alone, without a value.", field.id);
                return Err(name.error(text).into());
            }
            let kind = if field.is_protocol() { FieldType::Bytes } else { field.kind };
            let is_not = next.is_some_and(|token| token.kind == Kind::Not);
            let node = self.field(field, self.checks(input, kind)?, name);
            return Ok(if is_not { node.not() } else { node });
        }
        if let Some(node) = self.spoken(name, input)? {
            return Ok(node);
        }
        match name.text.strip_prefix('-') {
            Some("") => match input.first().filter(|token| token.kind == Kind::Quoted && token.at == name.end()) {
                Some(_) => Ok(self.named(input)?.not()),
                None => Err(name.error("Expected a word right after - .").into()),
            },
            Some(rest) if literal::number(rest).is_none() || rest.parse::<u16>().is_ok() => {
                let inner = Token { text: rest, at: name.at + 1, ..*name };
                Ok(self.alone(&inner)?.not())
            }
            _ => Ok(self.alone(name)?),
        }
    }

    /// A word alone: a field that must be there, or text to look for.
    fn alone(&self, name: &Token<'_>) -> Result<Node, FilterError> {
        if let Some(field) = register::field(name.text).filter(|field| field.stands_alone()) {
            return Ok(self.field(field, Check::one(Test::Exists), name));
        }
        match register::is_of_protocol(name.text) {
            true => Err(self.unknown(name)),
            false => Ok(Node::Word(Word::of(name.text))),
        }
    }

    /// `port 443`, `host 10.0.0.1`, `net 10.0.0.0/8`, as tcpdump writes them.
    fn spoken<'t, 's>(&self, name: &Token<'_>, input: &mut Tokens<'t, 's>) -> Result<Option<Node>, FilterError> {
        let Some(value) = input.first().filter(|token| token.kind == Kind::Word) else { return Ok(None) };
        let id = match name.text {
            "port" if value.text.parse::<u16>().is_ok() => "port",
            "host" => "host",
            "net" if literal::literal(FieldType::Address, value).is_ok() => "host",
            _ => return Ok(None),
        };
        let Some(field) = register::field(id) else { return Ok(None) };
        let check = Check::compare(field.kind, Operator::Equal, value)?;
        let rest: &'t [Token<'s>] = input.peek_finish();
        *input = TokenSlice::new(rest.get(1..).unwrap_or_default());
        Ok(Some(self.field(field, check, name)))
    }

    fn field(&self, field: &'static Field, check: Check, name: &Token<'_>) -> Node {
        let number = self.n_checks.get();
        self.n_checks.set(number + 1);
        Node::Field(FieldCheck { field, check, number, place: (name.at, name.text.len()) })
    }

    /// What follows the name of a field.
    fn checks<'t, 's>(&self, input: &mut Tokens<'t, 's>, kind: FieldType) -> Result<Check, Fault> {
        let operator: &Token<'_> = next(input)?;
        match operator.kind {
            Kind::Compare(compare) => {
                let value = self.value(input, operator)?;
                if value.kind == Kind::Word && value.text.contains('.') && register::field(value.text).is_some() {
                    return Err(value.error("Two fields cannot be compared with each other.").into());
                }
                Ok(Check::compare(kind, compare, value)?)
            }
            // What `not` means is said by the caller.
            Kind::Not => {
                let _: &Token<'_> = next(input)?;
                self.set(input, kind)
            }
            Kind::In => self.set(input, kind),
            _ => self.bits(input, kind, operator),
        }
    }

    fn value<'t, 's>(&self, input: &mut Tokens<'t, 's>, before: &Token<'_>) -> Result<&'t Token<'s>, FilterError> {
        match input.first() {
            Some(token) if !matches!(token.kind, Kind::Word | Kind::Quoted) => {
                let text = format!("Expected a value after {}, not {}.", before.text, token.text);
                Err(token.error(text))
            }
            None => Err(error(self.end, 0, format!("Expected a value after {}.", before.text))),
            Some(_) => {
                let rest: &'t [Token<'s>] = input.peek_finish();
                let (first, rest) = rest.split_first().ok_or_else(|| self.expected(input, "a value"))?;
                *input = TokenSlice::new(rest);
                Ok(first)
            }
        }
    }

    /// `{1, 5..9}`, also without commas.
    fn set<'t, 's>(&self, input: &mut Tokens<'t, 's>, kind: FieldType) -> Result<Check, Fault> {
        let open: &Token<'_> = match input.first() {
            Some(token) if token.kind == Kind::OpenSet => next(input)?,
            _ => return Err(self.expected(input, "a set such as {80, 443, 8000..8100}").into()),
        };
        let mut ranges = Vec::new();
        loop {
            match input.first().map(|token| token.kind) {
                Some(Kind::CloseSet) => {
                    let close: &Token<'_> = next(input)?;
                    return match ranges.is_empty() {
                        true => Err(close.error("Expected a value: the set is empty.").into()),
                        false => Ok(Check::one(Test::In(ranges))),
                    };
                }
                Some(Kind::Comma) if !ranges.is_empty() => {
                    let _: &Token<'_> = next(input)?;
                }
                Some(Kind::Word | Kind::Quoted) => {
                    let value: &Token<'_> = next(input)?;
                    ranges.push(literal::range(kind, value)?);
                }
                Some(_) => return Err(self.expected(input, "a value or }").into()),
                None => return Err(open.error("This set is not closed.").into()),
            }
        }
    }

    /// `& 0x02`, `& 0x12 == 0x10`
    fn bits<'t, 's>(&self, input: &mut Tokens<'t, 's>, kind: FieldType, sign: &Token<'_>) -> Result<Check, Fault> {
        if !matches!(kind, FieldType::Number | FieldType::Named(_) | FieldType::Flag) {
            let text = format!("Bits are those of whole numbers; this field is a {}.", kind.name());
            return Err(sign.error(text).into());
        }
        let number = |token: &Token<'_>| {
            literal::number(token.text).ok_or_else(|| token.error("Expected a whole number, such as 0x12."))
        };
        let mask = number(self.value(input, sign)?)?;
        let compared = match input.first().map(|token| token.kind) {
            Some(Kind::Compare(operator)) if !matches!(operator, Operator::Contains | Operator::Matches) => {
                let sign: &Token<'_> = next(input)?;
                Some((operator, number(self.value(input, sign)?)?))
            }
            _ => None,
        };
        Ok(Check::one(Test::Bits(mask, compared)))
    }

    /// The column that the words before a comparison name together; takes them. The longest name wins.
    fn column(&self, input: &mut Tokens<'_, '_>) -> Option<usize> {
        if self.scope.columns.is_empty() {
            return None;
        }
        let words = input.iter().take(MOST_WORDS_OF_COLUMN);
        let n_words = words.take_while(|token| matches!(token.kind, Kind::Word | Kind::Quoted)).count();
        let after = input.get(n_words)?;
        if !is_comparing_at(input, n_words, after) {
            return None;
        }
        let name: String = input.get(..n_words)?.iter().map(|token| plain(&token.value())).collect();
        let place = self.scope.columns.iter().position(|column| plain(column) == name)?;
        let rest = input.peek_finish().get(n_words..)?;
        *input = TokenSlice::new(rest);
        Some(place)
    }

    fn unknown(&self, name: &Token<'_>) -> FilterError {
        let is_of_table = !self.scope.columns.is_empty();
        let what = if is_of_table { "column or field" } else { "field" };
        let shown = name.value();
        let near = suggest::nearest(&shown, self.scope.columns);
        let hint = match near {
            Some(near) => format!("Did you mean {near}?"),
            None => "To look for it as text, put it into quotation marks.".to_owned(),
        };
        name.error(format!("There is no {what} {shown}. {hint}"))
    }
}

/// Takes the next token.
fn next<'t, 's>(input: &mut Tokens<'t, 's>) -> Result<&'t Token<'s>, Fault> {
    any.parse_next(input)
}

/// True if the token compares what stands before it.
fn is_comparing(input: &Tokens<'_, '_>, token: &Token<'_>) -> bool {
    is_comparing_at(input, 0, token)
}

fn is_comparing_at(input: &Tokens<'_, '_>, at: usize, token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Compare(_) | Kind::In | Kind::Bits => true,
        Kind::Not => input.get(at + 1).is_some_and(|next| next.kind == Kind::In),
        _ => false,
    }
}

/// Letters and digits of a column's name, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
