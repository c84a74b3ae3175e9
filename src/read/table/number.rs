//! Reads the bytes of a cell as a value: number, infinity, time, nothing, or text.
//!
//! Digits are read by `fast-float2` (Lemire, 2021); which words and signs count is decided here.

use super::format::{CellFormat, Reading};
use super::time::numeric;
use super::{figure, time};
use crate::maths::number;
use crate::model::rows::CellValue;

/// The value of a cell that stands at `start` of its row's bytes. Never NaN.
#[inline]
pub fn value(cell: &[u8], start: usize, format: CellFormat) -> CellValue {
    let (cell, start) = trim(cell, start);
    match (cell.first(), format.reading) {
        (None, _) => CellValue::Missing,
        (Some(first), Reading::Any) => of_any_kind(*first, cell, start, format),
        (Some(first), _) => in_column(*first, cell, start, format),
    }
}

/// The value of a cell whatever column it stands in.
#[inline]
fn of_any_kind(first: u8, cell: &[u8], start: usize, format: CellFormat) -> CellValue {
    match first {
        b'0'..=b'9' | b'-' | b'+' | b'.' => match simple(cell) {
            Some(number) => CellValue::Number(number),
            None => odd(cell, start, format),
        },
        b'a'..=b'z' | b'A'..=b'Z' | b'(' | b'?' => word(cell, start),
        _ => text(cell, start),
    }
}

/// The value of a cell in a column that is known to hold one kind; what is not of that kind is read like any other.
fn in_column(first: u8, cell: &[u8], start: usize, format: CellFormat) -> CellValue {
    let is_plain = || if format.marks.has_point_groups { None } else { simple(cell) };
    let read = match format.reading {
        Reading::Any => None,
        Reading::Text => return text(cell, start),
        Reading::Figure => is_plain().or_else(|| figure::number(cell, format.marks)).map(CellValue::Number),
        Reading::Multiples(n_bytes) => {
            figure::number(cell, format.marks).map(|number| CellValue::Number(number * f64::from(n_bytes)))
        }
        Reading::Span => simple(cell).or_else(|| figure::span(cell, format.marks)).map(CellValue::Number),
        Reading::Time => time::read(cell, format.dates).map(|stamp| CellValue::Time(stamp.seconds)),
        Reading::Digits => numeric::of_digits(cell).map(CellValue::Time),
        Reading::Spreadsheet => figure::number(cell, format.marks).map(numeric::of_spreadsheet).map(CellValue::Time),
    };
    read.unwrap_or_else(|| of_any_kind(first, cell, start, format))
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

fn text(cell: &[u8], start: usize) -> CellValue {
    CellValue::Text(start as u32, (start + cell.len()) as u32)
}

/// A cell that is one plain decimal number.
#[inline]
fn simple(cell: &[u8]) -> Option<f64> {
    // A byte that no number has stands in for the separator.
    match leading(cell, 0) {
        Begun::Number(number, end) if end == cell.len() => Some(number),
        _ => None,
    }
}

/// What bytes begin with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Begun {
    /// A plain decimal number up to the separator or the end of the bytes, and where it ends.
    Number(f64, usize),
    /// Nothing that is read so quickly.
    Other,
}

/// The plain decimal number that `bytes` begin with. A call for each cell would take longer than most cells do.
#[inline(always)]
pub fn leading(bytes: &[u8], separator: u8) -> Begun {
    // A single digit: most cells of a table of flows are 0.
    if let [digit @ b'0'..=b'9', end, ..] = bytes
        && *end == separator
    {
        return Begun::Number(f64::from(digit - b'0'), 1);
    }
    longer(bytes, separator)
}

/// The same for a number of any length.
#[inline(never)]
fn longer(bytes: &[u8], separator: u8) -> Begun {
    // The crate would also take words such as `inf` and `nan`, and a plus sign.
    let is_plain = |byte: Option<&u8>| matches!(byte, Some(b'0'..=b'9' | b'.'));
    if !is_plain(bytes.first().filter(|byte| **byte != b'-').or(bytes.get(1))) {
        return Begun::Other;
    }
    match number::leading(bytes) {
        Some((value, end)) if bytes.get(end).is_none_or(|byte| *byte == separator) => Begun::Number(value, end),
        _ => Begun::Other,
    }
}

/// What begins like a number but is no simple one.
#[cold]
fn odd(cell: &[u8], start: usize, format: CellFormat) -> CellValue {
    if cell == b"-" || cell == b"--" {
        return CellValue::Missing;
    }
    // Addresses are common, and no number.
    if cell.iter().filter(|byte| **byte == b'.').nth(2).is_some() && !cell.contains(&b' ') {
        return text(cell, start);
    }
    let is_decimal = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    if cell.iter().all(is_decimal)
        && let Some(number) = number::number_of(cell)
    {
        return if number.is_nan() { CellValue::Missing } else { CellValue::Number(number) };
    }
    if let Some(digits) = cell.strip_prefix(b"0x").or_else(|| cell.strip_prefix(b"0X"))
        && digits.len() <= 13
        && let Some(number) = std::str::from_utf8(digits).ok().and_then(|text| u64::from_str_radix(text, 16).ok())
    {
        return CellValue::Number(number as f64);
    }
    if let Some(seconds) = time::parse(cell, format.dates) {
        return CellValue::Time(seconds);
    }
    match cell {
        b"-inf" | b"-Inf" | b"-INF" | b"-Infinity" | b"-infinity" => CellValue::Number(f64::NEG_INFINITY),
        b"+inf" | b"+Inf" | b"+Infinity" => CellValue::Number(f64::INFINITY),
        b"-nan" | b"-NaN" => CellValue::Missing,
        _ => text(cell, start),
    }
}

/// Words that stand for a number or for nothing.
fn word(cell: &[u8], start: usize) -> CellValue {
    match cell {
        b"NaN" | b"nan" | b"NAN" | b"null" | b"NULL" | b"None" | b"NA" | b"N/A" | b"n/a" | b"(empty)" | b"?" => {
            CellValue::Missing
        }
        b"inf" | b"Inf" | b"INF" | b"Infinity" | b"infinity" | b"INFINITY" => CellValue::Number(f64::INFINITY),
        _ => text(cell, start),
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::Marks;
    use super::*;
    use proptest::prelude::*;

    fn of(cell: &str) -> CellValue {
        value(cell.as_bytes(), 10, CellFormat::default())
    }

    #[test]
    fn cells_are_told_apart() {
        for missing in ["", "  ", "-", "NaN", "nan", "null", "(empty)", "?", "\t"] {
            assert_eq!(of(missing), CellValue::Missing, "{missing:?}");
        }
        assert_eq!(of(" 42 "), CellValue::Number(42.0));
        assert_eq!(of("0x1F"), CellValue::Number(31.0));
        assert_eq!(of("Infinity"), CellValue::Number(f64::INFINITY));
        assert_eq!(of("-Infinity"), CellValue::Number(f64::NEG_INFINITY));
        assert_eq!(of(" tcp "), CellValue::Text(11, 14));
        assert_eq!(of("10.0.0.1"), CellValue::Text(10, 18));
        assert_eq!(of("2001:db8::1"), CellValue::Text(10, 21));
        assert_eq!(of("-.5e-3"), CellValue::Number(-0.0005));
        assert_eq!(of("."), CellValue::Text(10, 11));
        assert_eq!(of("2021-06-06T13:59:46.5Z"), CellValue::Time(1_622_987_986.5));
        let marks = Marks { has_decimal_comma: true, has_point_groups: true };
        let comma = CellFormat { reading: Reading::Figure, marks, ..CellFormat::default() };
        assert_eq!(value(b"-1,25", 0, comma), CellValue::Number(-1.25));
        assert_eq!(value(b"1.250", 0, comma), CellValue::Number(1250.0));
        assert_eq!(value(b"1.2 apples", 0, comma), CellValue::Text(0, 10));
    }

    #[test]
    fn numbers_end_where_their_digits_end() {
        let begun = |text: &str| leading(text.as_bytes(), b',');
        assert_eq!(begun("7,8"), Begun::Number(7.0, 1));
        assert_eq!(begun("-1234567890.25,x"), Begun::Number(-1_234_567_890.25, 14));
        assert_eq!(begun("12345678,12345678,12345678"), Begun::Number(12_345_678.0, 8));
        assert_eq!(begun("9007199254740993"), Begun::Number(9_007_199_254_740_992.0, 16));
        assert_eq!(begun("0.30000000000000004,"), Begun::Number(0.30000000000000004, 19));
        assert_eq!((begun("1e5,"), begun("-.5")), (Begun::Number(1e5, 3), Begun::Number(-0.5, 3)));
        for other in ["", "-", ".", "1e", "-e5", "1.2.3.4", "12:30", "1\u{e9}", "+1", "inf", "-inf", "nan", "-nan"] {
            assert_eq!(begun(other), Begun::Other, "{other}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_what_the_standard_library_reads(text in "[-+]?[0-9]{1,22}(\\.[0-9]{0,20})?(e-?[0-9]{1,3})?") {
            prop_assert_eq!(of(&text), CellValue::Number(text.parse().unwrap()));
        }

        #[test]
        fn nothing_panics_and_texts_lie_inside(cell in prop::collection::vec(any::<u8>(), 0..40)) {
            if let CellValue::Text(start, end) = value(&cell, 0, CellFormat::default()) {
                prop_assert!(start < end && end as usize <= cell.len());
            }
        }
    }
}
