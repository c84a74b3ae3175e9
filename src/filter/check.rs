//! What is asked of a field, and whether its values pass.

use super::field::{FieldType, Value};
use super::literal::{Literal, hex_bytes, literal};
use super::token::{Kind, Operator, Token};
use crate::maths::number;
use crate::model::listing::FilterError;
use crate::model::net::addr::Addr;
use crate::model::net::network::Network;
use regex_lite::{Regex, RegexBuilder};
use std::cmp::Ordering;

/// Largest compiled regular expression, bytes.
const MOST_REGEX_BYTES: usize = 1 << 18;
/// Deepest nesting of a regular expression.
const MOST_REGEX_DEPTH: u32 = 32;

/// What one value has to be.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Exists,
    Compare(Operator, Literal),
    /// Between both, which may be the same.
    In(Vec<(Literal, Literal)>),
    /// These bits, compared with a number; not zero without one.
    Bits(i64, Option<(Operator, i64)>),
    Contains(String),
    ContainsBytes(Vec<u8>),
    Matches(Regex),
}

/// A test on the values of a field.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) test: Test,
    /// All values have to pass, and there must be one; otherwise one is enough.
    pub(super) is_of_all: bool,
}

impl Check {
    /// True if one of the values is enough, or all.
    pub(super) fn one(test: Test) -> Check {
        Check { test, is_of_all: false }
    }

    /// A field, an operator and a value.
    pub(super) fn compare(kind: FieldType, operator: Operator, token: &Token<'_>) -> Result<Check, FilterError> {
        let is_of_all = matches!(operator, Operator::Unequal | Operator::AllEqual);
        let plain = match operator {
            Operator::AllEqual => Operator::Equal,
            Operator::AnyUnequal => Operator::Unequal,
            other => other,
        };
        let test = match plain {
            Operator::Contains => contains(kind, token)?,
            Operator::Matches => matches(kind, token)?,
            _ => {
                let literal = literal(kind, token)?;
                let is_ordered = !matches!(plain, Operator::Equal | Operator::Unequal);
                if is_ordered && matches!(literal, Literal::Network(network) if !network.is_host()) {
                    return Err(
                        token.error("Only single addresses have an order; a network is compared with == or !=.")
                    );
                }
                Test::Compare(plain, literal)
            }
        };
        Ok(Check { test, is_of_all })
    }

    /// True if the values pass. `each` gives them one after another.
    pub(super) fn passes(&self, each: impl FnOnce(&mut dyn FnMut(Value<'_>))) -> bool {
        let (mut n, mut n_passing) = (0_u32, 0_u32);
        each(&mut |value| {
            n += 1;
            n_passing += u32::from(self.passes_one(value));
        });
        if self.is_of_all { n > 0 && n_passing == n } else { n_passing > 0 }
    }

    /// True if a value passes by itself.
    pub(super) fn passes_one(&self, value: Value<'_>) -> bool {
        self.test.passes(value)
    }
}

impl Test {
    fn passes(&self, value: Value<'_>) -> bool {
        match self {
            Test::Exists => true,
            Test::Compare(operator, literal) => compares(*operator, value, literal),
            Test::In(ranges) => ranges.iter().any(|(low, high)| match low == high {
                true => compares(Operator::Equal, value, low),
                false => compares(Operator::AtLeast, value, low) && compares(Operator::AtMost, value, high),
            }),
            Test::Bits(mask, compared) => match (value, compared) {
                (Value::Number(number), None) => number & mask != 0,
                (Value::Number(number), Some((operator, wanted))) => {
                    orders(*operator, Some((number & mask).cmp(wanted)))
                }
                _ => false,
            },
            Test::Contains(part) => text_of(value, |text, is_folded| match is_folded {
                true => text.to_lowercase().contains(&part.to_lowercase()),
                false => text.contains(part.as_str()),
            }),
            Test::ContainsBytes(part) => match value {
                Value::Bytes(bytes) => holds(bytes, part),
                Value::Mac(bytes) => holds(&bytes, part),
                _ => false,
            },
            Test::Matches(regex) => match value {
                Value::Bytes(bytes) => regex.is_match(&String::from_utf8_lossy(bytes)),
                other => text_of(other, |text, _| regex.is_match(text)),
            },
        }
    }
}

/// The value as a text.
fn text_of(value: Value<'_>, test: impl Fn(&str, bool) -> bool) -> bool {
    match value {
        Value::Text(text) => test(text, false),
        Value::Number(number) => test(&number.to_string(), true),
        Value::Real(number) => test(&number.to_string(), true),
        Value::Addr(address) => test(&address.to_string(), true),
        Value::Mac(address) => test(&crate::model::net::addr::mac_text(address), true),
        Value::Bytes(_) | Value::Present => false,
    }
}

/// True if `part` stands somewhere in `bytes`.
fn holds(bytes: &[u8], part: &[u8]) -> bool {
    match part {
        [] => true,
        [first, rest @ ..] => {
            let mut left = bytes;
            while let Some(at) = left.iter().position(|byte| byte == first) {
                left = left.get(at + 1..).unwrap_or_default();
                if left.starts_with(rest) {
                    return true;
                }
            }
            false
        }
    }
}

fn orders(operator: Operator, order: Option<Ordering>) -> bool {
    let Some(order) = order else { return operator == Operator::Unequal };
    match operator {
        Operator::Equal | Operator::AllEqual => order.is_eq(),
        Operator::Unequal | Operator::AnyUnequal => order.is_ne(),
        Operator::Above => order.is_gt(),
        Operator::Below => order.is_lt(),
        Operator::AtLeast => order.is_ge(),
        Operator::AtMost => order.is_le(),
        Operator::Contains | Operator::Matches => false,
    }
}

fn compares(operator: Operator, value: Value<'_>, literal: &Literal) -> bool {
    let order = match (value, literal) {
        (Value::Addr(address), Literal::Network(network) | Literal::Any { network: Some(network), .. }) => {
            in_network(address, *network)
        }
        (Value::Number(own), Literal::Number(number)) => Some(own.cmp(number)),
        (Value::Number(own), Literal::Real(number)) => (own as f64).partial_cmp(number),
        (Value::Real(own), Literal::Real(number)) => own.partial_cmp(number),
        (Value::Real(own), Literal::Number(number)) => own.partial_cmp(&(*number as f64)),
        (Value::Real(own), Literal::Any { number: Some(number), .. }) => own.partial_cmp(number),
        (Value::Mac(own), Literal::Mac(address)) => Some(own.cmp(address)),
        (Value::Bytes(own), Literal::Bytes(bytes)) => Some(own.cmp(bytes.as_slice())),
        (Value::Text(own), Literal::Text(text)) => Some(own.cmp(text.as_str())),
        (Value::Text(own), Literal::Number(number)) => own.parse::<i64>().ok().map(|own| own.cmp(number)),
        (Value::Text(own), Literal::Word(text)) => Some(own.to_lowercase().as_str().cmp(text.as_str())),
        (Value::Number(own), Literal::Any { number, text, .. }) => match number {
            Some(number) => (own as f64).partial_cmp(number),
            None => Some(own.to_string().as_str().cmp(text.as_str())),
        },
        (Value::Text(own), Literal::Any { text, number, network }) => {
            let address = network.and_then(|network| Some((Addr::of(own.parse().ok()?), network)));
            match (address, number, number::number(own)) {
                (Some((address, network)), ..) => in_network(address, network),
                (None, Some(number), Some(own)) => own.partial_cmp(number),
                // What is no number lies neither above nor below one.
                (None, Some(_), None) if !own.eq_ignore_ascii_case(text) => None,
                _ => Some(own.to_lowercase().as_str().cmp(text.as_str())),
            }
        }
        _ => None,
    };
    orders(operator, order)
}

/// Equal for an address of the network; else by its order beside the first address.
fn in_network(address: Addr, network: Network) -> Option<Ordering> {
    match (network.has(address), network.host().is_v4() == address.is_v4()) {
        (true, _) => Some(Ordering::Equal),
        (false, true) => Some(address.0.cmp(&network.host().0)),
        (false, false) => None,
    }
}

fn contains(kind: FieldType, token: &Token<'_>) -> Result<Test, FilterError> {
    match kind {
        FieldType::Bytes | FieldType::Mac => {
            let text = token.value();
            let hex = if token.kind == Kind::Quoted { None } else { hex_bytes(&text) };
            Ok(Test::ContainsBytes(hex.unwrap_or_else(|| text.into_bytes())))
        }
        FieldType::Text | FieldType::Word | FieldType::Any => Ok(Test::Contains(token.value())),
        other => Err(token.error(format!("contains is for texts and bytes; this field is a {}.", other.name()))),
    }
}

fn matches(kind: FieldType, token: &Token<'_>) -> Result<Test, FilterError> {
    if !matches!(kind, FieldType::Bytes | FieldType::Text | FieldType::Word | FieldType::Any) {
        return Err(token.error(format!("matches is for texts and bytes; this field is a {}.", kind.name())));
    }
    // Wireshark's matches does not tell upper case from lower case.
    let mut builder = RegexBuilder::new(&token.pattern());
    builder.case_insensitive(true).size_limit(MOST_REGEX_BYTES).nest_limit(MOST_REGEX_DEPTH);
    builder.build().map(Test::Matches).map_err(|wrong| {
        let why = wrong.to_string();
        token.error(format!("This regular expression cannot be used: {}.", why.trim_end_matches('.')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_found_wherever_they_stand() {
        assert!(holds(b"aab", b"ab") && holds(b"x", b"") && !holds(b"aa", b"aaa"));
    }
}
