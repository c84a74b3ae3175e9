//! The bytes of a cell to a value: number, infinity, moment, nothing, or text.

use super::time::{self, Order};
use crate::model::rows::Value;

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Bytes looked at for a plain number: nineteen digits always fit into 64 bits.
const MOST_SIMPLE: usize = 20;

/// How cells of a table are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Manner {
    /// `1,5` is one and a half.
    pub has_decimal_comma: bool,
    /// Order of day and month where the year comes last.
    pub order: Order,
}

/// The value of a cell that stands at `start` of its row's bytes. Never NaN.
#[inline]
pub fn value(cell: &[u8], start: usize, manner: Manner) -> Value {
    let (cell, start) = trim(cell, start);
    let Some(first) = cell.first() else { return Value::Missing };
    match first {
        b'0'..=b'9' | b'-' | b'+' | b'.' => match simple(cell) {
            Some(number) => Value::Number(number),
            None => odd(cell, start, manner),
        },
        b'a'..=b'z' | b'A'..=b'Z' | b'(' | b'?' => word(cell, start),
        _ => text(cell, start),
    }
}

#[inline]
fn trim(cell: &[u8], start: usize) -> (&[u8], usize) {
    let is_bare = |byte: Option<&u8>| byte.is_none_or(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'\x0c'));
    if is_bare(cell.first()) && is_bare(cell.last()) {
        return (cell, start);
    }
    let front = cell.trim_ascii_start();
    (front.trim_ascii_end(), start + cell.len() - front.len())
}

fn text(cell: &[u8], start: usize) -> Value {
    Value::Text(start as u32, (start + cell.len()) as u32)
}

/// A plain decimal number that a double can hold without rounding twice (Clinger, PLDI 1990).
#[inline]
fn simple(cell: &[u8]) -> Option<f64> {
    // A byte that no number has stands in for the separator.
    leading(cell, 0).filter(|(_, end)| *end == cell.len()).map(|(number, _)| number)
}

/// The plain decimal number that `bytes` begin with, up to the separator or their end; and where it ends.
#[inline]
pub fn leading(bytes: &[u8], separator: u8) -> Option<(f64, usize)> {
    // A single digit: most cells of a table of flows are 0.
    if let [digit @ b'0'..=b'9', end, ..] = bytes
        && *end == separator
    {
        return Some((f64::from(digit - b'0'), 1));
    }
    let is_negative = bytes.first() == Some(&b'-');
    let sign = usize::from(is_negative);
    let (mut whole, mut point, mut end) = (0_u64, usize::MAX, bytes.len());
    // Nineteen digits always fit into 64 bits.
    for (place, byte) in bytes.iter().enumerate().skip(sign).take(MOST_SIMPLE + sign) {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            whole = whole.wrapping_mul(10).wrapping_add(u64::from(digit));
        } else if *byte == separator {
            end = place;
            break;
        } else if *byte == b'.' && point == usize::MAX {
            point = place;
        } else {
            return None;
        }
    }
    let has_point = point != usize::MAX;
    let n_digits = end - sign - usize::from(has_point);
    if n_digits == 0 || n_digits >= MOST_SIMPLE || whole > 1 << 53 {
        return None;
    }
    // Through a signed number: no processor turns an unsigned one into a double at once.
    let whole = whole as i64 as f64;
    let value = if has_point { whole / POWERS.get(end - point - 1)? } else { whole };
    Some((if is_negative { -value } else { value }, end))
}

/// What begins like a number but is no simple one.
#[cold]
fn odd(cell: &[u8], start: usize, manner: Manner) -> Value {
    if cell == b"-" || cell == b"--" {
        return Value::Missing;
    }
    // Addresses are common, and no number.
    if cell.iter().filter(|byte| **byte == b'.').nth(1).is_some() && !cell.contains(&b' ') {
        return text(cell, start);
    }
    let is_decimal = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    if cell.iter().all(is_decimal)
        && let Some(number) = std::str::from_utf8(cell).ok().and_then(|text| text.parse::<f64>().ok())
    {
        return if number.is_nan() { Value::Missing } else { Value::Number(number) };
    }
    if let Some(digits) = cell.strip_prefix(b"0x").or_else(|| cell.strip_prefix(b"0X"))
        && digits.len() <= 13
        && let Some(number) = std::str::from_utf8(digits).ok().and_then(|text| u64::from_str_radix(text, 16).ok())
    {
        return Value::Number(number as f64);
    }
    if manner.has_decimal_comma && cell.len() <= 40 && cell.contains(&b',') {
        let mut pointed = [0; 40];
        for (slot, byte) in pointed.iter_mut().zip(cell) {
            *slot = if *byte == b',' { b'.' } else { *byte };
        }
        let pointed = pointed.get(..cell.len()).unwrap_or_default();
        if pointed.iter().all(is_decimal)
            && let Some(number) = std::str::from_utf8(pointed).ok().and_then(|text| text.parse::<f64>().ok())
        {
            return Value::Number(number);
        }
    }
    if let Some(seconds) = time::parse(cell, manner.order) {
        return Value::Time(seconds);
    }
    match cell {
        b"-inf" | b"-Inf" | b"-INF" | b"-Infinity" | b"-infinity" => Value::Number(f64::NEG_INFINITY),
        b"+inf" | b"+Inf" | b"+Infinity" => Value::Number(f64::INFINITY),
        b"-nan" | b"-NaN" => Value::Missing,
        _ => text(cell, start),
    }
}

/// Words that stand for a number or for nothing.
fn word(cell: &[u8], start: usize) -> Value {
    match cell {
        b"NaN" | b"nan" | b"NAN" | b"null" | b"NULL" | b"None" | b"NA" | b"N/A" | b"n/a" | b"(empty)" | b"?" => {
            Value::Missing
        }
        b"inf" | b"Inf" | b"INF" | b"Infinity" | b"infinity" | b"INFINITY" => Value::Number(f64::INFINITY),
        _ => text(cell, start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(cell: &str) -> Value {
        value(cell.as_bytes(), 10, Manner::default())
    }

    #[test]
    fn cells_are_told_apart() {
        for missing in ["", "  ", "-", "NaN", "nan", "null", "(empty)", "?", "\t"] {
            assert_eq!(of(missing), Value::Missing, "{missing:?}");
        }
        assert_eq!(of(" 42 "), Value::Number(42.0));
        assert_eq!(of("0x1F"), Value::Number(31.0));
        assert_eq!(of("Infinity"), Value::Number(f64::INFINITY));
        assert_eq!(of("-Infinity"), Value::Number(f64::NEG_INFINITY));
        assert_eq!(of(" tcp "), Value::Text(11, 14));
        assert_eq!(of("10.0.0.1"), Value::Text(10, 18));
        assert_eq!(of("2001:db8::1"), Value::Text(10, 21));
        assert_eq!(of("-.5e-3"), Value::Number(-0.0005));
        assert_eq!(of("."), Value::Text(10, 11));
        assert_eq!(of("2021-06-06T13:59:46.5Z"), Value::Time(1_622_987_986.5));
        let comma = Manner { has_decimal_comma: true, ..Manner::default() };
        assert_eq!(value(b"-1,25", 0, comma), Value::Number(-1.25));
    }

    proptest! {
        #[test]
        fn numbers_are_what_the_standard_library_reads(text in "[-+]?[0-9]{1,22}(\\.[0-9]{0,20})?(e-?[0-9]{1,3})?") {
            prop_assert_eq!(of(&text), Value::Number(text.parse().unwrap()));
        }

        #[test]
        fn nothing_panics_and_texts_lie_inside(cell in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Value::Text(start, end) = value(&cell, 0, Manner::default()) {
                prop_assert!(start < end && end as usize <= cell.len());
            }
        }
    }
}
