//! Values as they are written in a filter, read as the type of the field that they are compared with.

use super::error::error;
use super::field::FieldType;
use super::token::{Kind, Token};
use crate::maths::number;
use crate::model::format::time;
use crate::model::listing::FilterError;
use crate::model::net::addr::mac_from_text;
use crate::model::net::network::Network;

/// A value that a field is compared with.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Literal {
    Number(i64),
    Real(f64),
    Text(String),
    /// In lower case.
    Word(String),
    Network(Network),
    Mac([u8; 6]),
    Bytes(Vec<u8>),
    /// In lower case, and what else it may be.
    Any {
        text: String,
        number: Option<f64>,
        network: Option<Network>,
    },
}

/// `aa:bb:cc`, also with `-` or `.` between, of at least two bytes.
pub(super) fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let parts: Vec<&str> = text.split([':', '-', '.']).collect();
    if parts.len() < 2 {
        return None;
    }
    let byte = |part: &str| (part.len() == 2).then(|| u8::from_str_radix(part, 16).ok()).flatten();
    parts.into_iter().map(byte).collect()
}

/// A decimal, hexadecimal (`0x`), octal (leading 0) or binary (`0b`) number.
pub(super) fn number(text: &str) -> Option<i64> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let value = match lower.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16).ok()?,
        None => match lower.strip_prefix("0b") {
            Some(binary) => i64::from_str_radix(binary, 2).ok()?,
            None if lower.starts_with('0') && lower.len() > 1 => i64::from_str_radix(&lower, 8).ok()?,
            None if lower.starts_with('+') => return None,
            None => lower.parse().ok()?,
        },
    };
    Some(if is_negative { -value } else { value })
}

/// Seconds with up to nine places to nanoseconds, exactly.
fn nanoseconds(text: &str) -> Option<i64> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let places: String = part.chars().chain("000000000".chars()).take(9).collect();
    let ns = whole.checked_mul(time::SECOND)?.checked_add(places.parse().ok()?)?;
    Some(if is_negative { -ns } else { ns })
}

/// A moment as seconds since 1970, or as `2026-11-29`, `2026-11-29 17:30`, `2026-11-29T17:30:01.5Z`, in UTC.
fn moment(text: &str) -> Option<i64> {
    if let Some(ns) = nanoseconds(text) {
        return Some(ns);
    }
    let text = text.trim().trim_end_matches(['Z', 'z']).trim_end_matches(" UTC");
    let (date, clock) = text.split_once([' ', 'T', 't']).unwrap_or((text, ""));
    let mut parts = date.split(['-', '/']).map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1900..2200).contains(&year)
    {
        return None;
    }
    let mut clock = clock.trim().split(':');
    let mut whole = |most: i64| match clock.next() {
        None | Some("") => Some(0),
        Some(part) => part.parse::<i64>().ok().filter(|value| (0..=most).contains(value)),
    };
    let (hour, minute) = (whole(23)?, whole(59)?);
    let second = clock.next().map_or(Some(0), nanoseconds).filter(|ns| (0..61 * time::SECOND).contains(ns))?;
    if clock.next().is_some() {
        return None;
    }
    let days = time::days_from_civil(year, month, day);
    (days * 86_400 + hour * 3600 + minute * 60).checked_mul(time::SECOND)?.checked_add(second)
}

/// A value of a type.
///
/// # Errors
/// What is expected instead.
pub(super) fn literal(kind: FieldType, token: &Token<'_>) -> Result<Literal, FilterError> {
    typed(kind, &token.value()).map_err(|wanted| {
        let text = if token.text.is_empty() { "nothing" } else { token.text };
        token.error(format!("Expected {wanted}, not {text}."))
    })
}

/// A range `low..high` or a single value of a set.
pub(super) fn range(kind: FieldType, token: &Token<'_>) -> Result<(Literal, Literal), FilterError> {
    if token.kind == Kind::Word
        && let Some((low, high)) = token.text.split_once("..")
        && !low.is_empty()
        && !high.is_empty()
    {
        let end = |text: &str, at: usize| {
            typed(kind, text).map_err(|wanted| error(at, text.len(), format!("Expected {wanted}, not {text}.")))
        };
        return Ok((end(low, token.at)?, end(high, token.end() - high.len())?));
    }
    let value = literal(kind, token)?;
    Ok((value.clone(), value))
}

/// The value; else what is expected.
fn typed(kind: FieldType, text: &str) -> Result<Literal, String> {
    let network =
        |is_fit: fn(Network) -> bool| Network::parse(text).filter(|network| is_fit(*network)).map(Literal::Network);
    let found = match kind {
        FieldType::Protocol => return Err("no value: a protocol is named alone".to_owned()),
        FieldType::Number => number(text).map(Literal::Number),
        FieldType::Named(names) => {
            let named = names.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(number, _)| *number);
            named.or_else(|| number(text)).map(Literal::Number)
        }
        FieldType::Seconds => nanoseconds(text).map(Literal::Number),
        FieldType::Time => moment(text).map(Literal::Number),
        FieldType::Real => number::number(text).filter(|value| value.is_finite()).map(Literal::Real),
        FieldType::Flag => match text.to_ascii_lowercase().as_str() {
            "true" => Some(Literal::Number(1)),
            "false" => Some(Literal::Number(0)),
            other => number(other).map(|number| Literal::Number(i64::from(number != 0))),
        },
        FieldType::Text => Some(Literal::Text(text.to_owned())),
        FieldType::Word => Some(Literal::Word(text.to_lowercase())),
        FieldType::Ipv4 => network(|network| network.host().is_v4()),
        FieldType::Ipv6 => network(|network| !network.host().is_v4()),
        FieldType::Address => network(|_| true),
        FieldType::Mac => mac(text).map(Literal::Mac),
        FieldType::Bytes => Some(Literal::Bytes(hex_bytes(text).unwrap_or_else(|| text.as_bytes().to_vec()))),
        FieldType::Any => Some(Literal::Any {
            text: text.to_lowercase(),
            number: number(text).map(|number| number as f64).or_else(|| number::number(text)),
            network: Network::parse(text),
        }),
    };
    found.ok_or_else(|| match kind {
        FieldType::Named(names) => {
            let some: Vec<&str> = names.iter().take(6).map(|(_, name)| *name).collect();
            format!("a number or a name such as {}", some.join(", "))
        }
        FieldType::Number => "a whole number, decimal or as 0x1f".to_owned(),
        FieldType::Real => "a number such as 0.7".to_owned(),
        FieldType::Seconds => "seconds, such as 0.25".to_owned(),
        FieldType::Time => "seconds since 1970, or a time such as \"2026-11-29 17:30:00\" (UTC)".to_owned(),
        FieldType::Flag => "1 or 0, or true or false".to_owned(),
        FieldType::Ipv4 => "an IPv4 address or network such as 10.0.0.0/8".to_owned(),
        FieldType::Ipv6 => "an IPv6 address or network such as 2001:db8::/32".to_owned(),
        FieldType::Address => "an IP address or network such as 10.0.0.0/8".to_owned(),
        FieldType::Mac => "an Ethernet address such as 00:1b:21:3c:9d:f8".to_owned(),
        other => format!("a {}", other.name()),
    })
}

/// An Ethernet address, with `:`, `-` or Cisco's `.` between.
pub(super) fn mac(text: &str) -> Option<[u8; 6]> {
    let digits: String = text.chars().filter(|c| !":-.".contains(*c)).collect();
    if digits.len() != 12 || digits.len() == text.len() {
        return None;
    }
    let pairs: Vec<&str> = (0..6).filter_map(|i| digits.get(2 * i..2 * i + 2)).collect();
    mac_from_text(&pairs.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_exact() {
        assert_eq!(
            (number("0x1F"), number("-12"), number("017"), number("1.5")),
            (Some(31), Some(-12), Some(15), None)
        );
        assert_eq!(nanoseconds("1500000000.123456"), Some(1_500_000_000_123_456_000));
        assert_eq!(
            (nanoseconds(".5"), nanoseconds("-2"), nanoseconds(".")),
            (Some(500_000_000), Some(-2_000_000_000), None)
        );
        assert_eq!(moment("1970-01-02T00:00:01.5Z"), Some(86_401_500_000_000));
        assert_eq!(moment("2026-11-29 17:30"), moment("1795973400"));
        assert_eq!((moment("2026-13-01"), moment("tomorrow")), (None, None));
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let wanted = Some([0, 0x1b, 0x21, 0x3c, 0x9d, 0xf8]);
        assert!(["00:1b:21:3c:9d:f8", "00-1B-21-3C-9D-F8", "001b.213c.9df8"].iter().all(|text| mac(text) == wanted));
        assert_eq!((mac("001b213c9df8"), mac("fe80::1")), (None, None));
    }
}
