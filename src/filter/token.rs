//! The text of a filter to its tokens: operators, brackets, quoted texts and words.

use super::error::error;
use crate::model::listing::FilterError;
use winnow::Parser;
use winnow::combinator::{alt, delimited, preceded, repeat};
use winnow::stream::Location;
use winnow::token::{any, none_of, take_while};
use winnow::{LocatingSlice, Result};

/// Longest filter, bytes: those of findings with the most ports and hosts are shorter.
pub(super) const MOST_BYTES: usize = 1 << 16;

/// How two values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    /// Equal: one of the field's values is.
    Equal,
    /// All of the field's values are equal.
    AllEqual,
    /// All of the field's values differ.
    Unequal,
    /// One of the field's values differs.
    AnyUnequal,
    Above,
    Below,
    AtLeast,
    AtMost,
    Contains,
    Matches,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A field, a value, or text to look for.
    Word,
    /// Text in quotation marks.
    Quoted,
    Compare(Operator),
    In,
    And,
    Or,
    Xor,
    Not,
    /// `&`, before a mask of bits.
    Bits,
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
}

/// A token with its text, and where that begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token<'s> {
    pub(super) kind: Kind,
    /// As it is written, with its quotation marks.
    pub(super) text: &'s str,
    /// First byte in the filter.
    pub(super) at: usize,
}

impl Token<'_> {
    /// First byte after it.
    pub(super) fn end(&self) -> usize {
        self.at + self.text.len()
    }

    /// An error about it.
    pub(super) fn error(&self, text: impl Into<String>) -> FilterError {
        error(self.at, self.text.len(), text)
    }

    /// Its meaning as a value: without quotation marks, with escapes replaced.
    pub(super) fn value(&self) -> String {
        if self.kind != Kind::Quoted {
            return self.text.to_owned();
        }
        let raw = self.text.trim_start_matches(['r', 'R']);
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        if raw.len() == self.text.len() { unescaped(inner) } else { inner.to_owned() }
    }

    /// The same for a regular expression, where a backslash belongs to the expression; only that of `\"` goes.
    pub(super) fn pattern(&self) -> String {
        match self.text.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
            Some(inner) => inner.replace("\\\"", "\""),
            None => self.value(),
        }
    }
}

/// `\"`, `\\`, `\n`, `\r`, `\t`, `\0`, `\xhh` replaced; any other backslash stays.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('0') => out.push('\0'),
            Some('x') => {
                let digits: String = rest.by_ref().take(2).collect();
                match u8::from_str_radix(&digits, 16) {
                    Ok(byte) => out.push(char::from(byte)),
                    Err(_) => out.extend(["\\x", digits.as_str()]),
                }
            }
            Some(other @ ('"' | '\\')) => out.push(other),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// Words that are operators, in lower or upper case.
const WORDS: &[(&str, Kind)] = &[
    ("eq", Kind::Compare(Operator::Equal)),
    ("any_eq", Kind::Compare(Operator::Equal)),
    ("all_eq", Kind::Compare(Operator::AllEqual)),
    ("ne", Kind::Compare(Operator::Unequal)),
    ("all_ne", Kind::Compare(Operator::Unequal)),
    ("any_ne", Kind::Compare(Operator::AnyUnequal)),
    ("gt", Kind::Compare(Operator::Above)),
    ("lt", Kind::Compare(Operator::Below)),
    ("ge", Kind::Compare(Operator::AtLeast)),
    ("le", Kind::Compare(Operator::AtMost)),
    ("contains", Kind::Compare(Operator::Contains)),
    ("matches", Kind::Compare(Operator::Matches)),
    ("in", Kind::In),
    ("and", Kind::And),
    ("or", Kind::Or),
    ("xor", Kind::Xor),
    ("not", Kind::Not),
    ("bitand", Kind::Bits),
    ("bitwise_and", Kind::Bits),
];

/// Signs that are operators, longer ones before those that they begin with.
const SIGNS: &[(&str, Kind)] = &[
    ("===", Kind::Compare(Operator::AllEqual)),
    ("!==", Kind::Compare(Operator::AnyUnequal)),
    ("==", Kind::Compare(Operator::Equal)),
    ("!=", Kind::Compare(Operator::Unequal)),
    ("~=", Kind::Compare(Operator::AnyUnequal)),
    (">=", Kind::Compare(Operator::AtLeast)),
    ("<=", Kind::Compare(Operator::AtMost)),
    (">", Kind::Compare(Operator::Above)),
    ("<", Kind::Compare(Operator::Below)),
    // Not Wireshark's, but what people write.
    ("=", Kind::Compare(Operator::Equal)),
    ("~", Kind::Compare(Operator::Matches)),
    ("&&", Kind::And),
    ("||", Kind::Or),
    ("^^", Kind::Xor),
    ("!", Kind::Not),
    ("&", Kind::Bits),
    ("(", Kind::Open),
    (")", Kind::Close),
    ("{", Kind::OpenSet),
    ("}", Kind::CloseSet),
    (",", Kind::Comma),
];

type Input<'s> = LocatingSlice<&'s str>;

fn is_of_word(c: char) -> bool {
    !c.is_whitespace() && !"=!<>&|(){}\",^~".contains(c)
}

fn sign(input: &mut Input<'_>) -> Result<Kind> {
    for (sign, kind) in SIGNS {
        if input.starts_with(sign) {
            return winnow::token::take(sign.len()).value(*kind).parse_next(input);
        }
    }
    winnow::combinator::fail.parse_next(input)
}

fn quoted(input: &mut Input<'_>) -> Result<Kind> {
    let inner = || repeat::<_, _, (), _, _>(0.., alt((preceded('\\', any).void(), none_of('"').void())));
    alt((delimited('"', inner(), '"'), delimited(alt(("r\"", "R\"")), take_while(0.., |c| c != '"').void(), '"')))
        .value(Kind::Quoted)
        .parse_next(input)
}

fn word(input: &mut Input<'_>) -> Result<Kind> {
    let text: &str = take_while(1.., is_of_word).parse_next(input)?;
    Ok(WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map_or(Kind::Word, |(_, kind)| *kind))
}

/// All tokens of a text.
///
/// # Errors
/// A quotation mark without its end, a single `|`, or a text that is too long.
pub(super) fn tokens(text: &str) -> std::result::Result<Vec<Token<'_>>, FilterError> {
    if text.len() > MOST_BYTES {
        return Err(error(0, text.len(), format!("A filter has at most {MOST_BYTES} characters.")));
    }
    let mut input = Input::new(text);
    let mut tokens = Vec::new();
    loop {
        let _: Result<&str> = take_while(0.., char::is_whitespace).parse_next(&mut input);
        let at = input.current_token_start();
        let Some(first) = input.chars().next() else { return Ok(tokens) };
        let found = alt((quoted, sign, word)).parse_next(&mut input);
        let end = input.current_token_start();
        match (found, text.get(at..end)) {
            (Ok(kind), Some(text)) if end > at => tokens.push(Token { kind, text, at }),
            _ if first == '"' => {
                return Err(error(
                    at,
                    text.len() - at,
                    "This quotation mark has no end; write \\\" for one within a text.",
                ));
            }
            _ => {
                let instead = if first == '|' { "write || or the word or" } else { "put it into quotation marks" };
                return Err(error(at, first.len_utf8(), format!("{first} means nothing here; {instead}.")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text).unwrap().iter().map(|token| token.kind).collect()
    }

    #[test]
    fn signs_need_no_spaces() {
        use Kind::*;
        assert_eq!(kinds("a==1&&!b"), [Word, Compare(Operator::Equal), Word, And, Not, Word]);
        assert_eq!(kinds("x in{1,5..9}"), [Word, In, OpenSet, Word, Comma, Word, CloseSet]);
        assert_eq!(kinds("fe80::1/64 AND 00:11:22:33:44:55 -dns"), [Word, And, Word, Word]);
        assert_eq!(
            kinds("a !== b === c"),
            [Word, Compare(Operator::AnyUnequal), Word, Compare(Operator::AllEqual), Word]
        );
    }

    #[test]
    fn texts_in_quotation_marks_are_unescaped() {
        let value = |text: &str| tokens(text).unwrap()[0].value();
        assert_eq!(value(r#""a \"b\" \x41\\ \d""#), r#"a "b" A\ \d"#);
        assert_eq!(value(r#"r"\x41\d""#), r"\x41\d");
        assert_eq!(tokens(r#""^a\.\"b""#).unwrap()[0].pattern(), r#"^a\."b"#);
    }

    #[test]
    fn what_has_no_end_is_said_with_its_place() {
        let error = tokens("ip && \"abc").unwrap_err();
        assert_eq!((error.at, error.length), (6, 4));
        assert_eq!(tokens("a | b").unwrap_err().at, 2);
    }
}
