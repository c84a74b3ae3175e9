//! Reads numbers as people and tools write them: groups of digits, decimal commas, prefixes and units, durations.

use super::format::Marks;
use crate::maths::number::{self, number_of};

/// Longest number without its unit, bytes.
const MOST_BYTES: usize = 40;

/// The number that a text is, with its prefix: `1,234,567`, `1.234,5`, `1 234`, `1'234`, `1.4 M`, `12KB`, `3.2 GiB`, `12%`
/// (twelve). None if it is none: a wrong guess would look like a measurement.
pub fn number(text: &[u8], marks: Marks) -> Option<f64> {
    let (number, unit) = leading(text, marks)?;
    Some(number * factor(unit)?)
}

/// True if a text begins like a number, whatever follows.
pub fn looks_like(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let n = digits.iter().take_while(|byte| byte.is_ascii_digit() || b",.' _".contains(byte)).count();
    let is_unit =
        |rest: &[u8]| rest.iter().all(|byte| byte.is_ascii_alphabetic() || b" %/-+".contains(byte) || *byte >= 0x80);
    digits.first().is_some_and(u8::is_ascii_digit) && digits.get(n..).is_some_and(is_unit)
}

/// The number at the front of a text and what stands behind it, trimmed.
fn leading(text: &[u8], marks: Marks) -> Option<(f64, &[u8])> {
    let (mut plain, mut n_plain) = ([0_u8; MOST_BYTES], 0);
    let mut push = |byte: u8| {
        let slot = plain.get_mut(n_plain)?;
        *slot = byte;
        n_plain += 1;
        Some(())
    };
    let mut rest = text;
    if let Some((sign @ (b'-' | b'+'), behind)) = rest.split_first() {
        if *sign == b'-' {
            push(b'-')?;
        }
        rest = behind;
    }
    // Digits since the last mark, whether groups have begun, and whether the decimal mark was met.
    let (mut n_run, mut has_groups, mut is_past_mark, mut n_digits) = (0, false, false, 0);
    while let Some((byte, behind)) = rest.split_first() {
        let mark_bytes = match byte {
            b'0'..=b'9' => {
                push(*byte)?;
                (n_run, n_digits, rest) = (n_run + 1, n_digits + 1, behind);
                continue;
            }
            // The last is a hard space in an encoding of one byte a letter.
            b',' | b'.' | b'\'' | b' ' | b'_' | 0xa0 => 1,
            0xc2 if behind.first() == Some(&0xa0) => 2,
            0xe2 if matches!(behind, [0x80, 0x89 | 0xaf, ..]) => 3,
            b'e' | b'E' if n_digits > 0 && is_exponent(behind) => {
                push(b'e')?;
                let n = behind.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+')).count();
                for byte in behind.get(..n)? {
                    push(*byte)?;
                }
                rest = behind.get(n..)?;
                break;
            }
            _ => break,
        };
        let next = rest.get(mark_bytes..).unwrap_or_default();
        let is_decimal = match byte {
            b',' => marks.has_decimal_comma,
            b'.' => !marks.has_point_groups,
            _ => false,
        };
        if is_decimal {
            if is_past_mark || (has_groups && n_run != 3) {
                return None;
            }
            push(b'.')?;
            (is_past_mark, n_run) = (true, 0);
        } else {
            let n_next = next.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let is_group =
                n_next == 3 && !is_past_mark && if has_groups { n_run == 3 } else { (1..=3).contains(&n_run) };
            if !is_group {
                // A space may stand before a unit; any other mark makes no sense here.
                if matches!(byte, b' ' | 0xa0) || mark_bytes > 1 {
                    break;
                }
                return None;
            }
            (has_groups, n_run) = (true, 0);
        }
        rest = next;
    }
    if n_digits == 0 || (has_groups && !is_past_mark && n_run != 3) {
        return None;
    }
    let number = number_of(plain.get(..n_plain)?)?;
    let unit = rest.strip_prefix(b"\xc2\xa0").or_else(|| rest.strip_prefix(b"\xe2\x80\xaf"));
    let unit = unit.or_else(|| rest.strip_prefix(b"\xa0")).unwrap_or(rest);
    Some((number, unit.trim_ascii()))
}

fn is_exponent(behind: &[u8]) -> bool {
    let digits = behind.strip_prefix(b"-").or_else(|| behind.strip_prefix(b"+")).unwrap_or(behind);
    digits.first().is_some_and(u8::is_ascii_digit)
}

/// What is counted: it does not change the number.
const COUNTED: &[&str] = &[
    "",
    "b",
    "byte",
    "bytes",
    "octets",
    "bit",
    "bits",
    "bps",
    "b/s",
    "bit/s",
    "bits/s",
    "byte/s",
    "bytes/s",
    "p",
    "pps",
    "p/s",
    "pkt",
    "pkts",
    "pkt/s",
    "pkts/s",
    "packet",
    "packets",
    "packets/s",
    "flows",
    "flows/s",
    "/s",
];

/// What a unit multiplies by: prefixes of the SI by 1000, those of IEC 80000-13 by 1024.
fn factor(unit: &[u8]) -> Option<f64> {
    let unit = std::str::from_utf8(unit).ok()?;
    let is_counted = |unit: &str| COUNTED.iter().any(|known| known.eq_ignore_ascii_case(unit.trim()));
    if is_counted(unit) || matches!(unit, "%" | "s") {
        return Some(1.0);
    }
    let mut letters = unit.chars();
    let prefix = letters.next()?;
    let counted = letters.as_str();
    let power = match prefix {
        'k' | 'K' => 1,
        'M' | 'm' => 2,
        'G' | 'g' => 3,
        'T' | 't' => 4,
        'P' => 5,
        _ => return None,
    };
    // Small letters mean other things alone: metres, minutes, grams.
    if matches!(prefix, 'm' | 'g' | 't') && !counted.starts_with(['b', 'B']) {
        return None;
    }
    let (base, counted) = match counted.strip_prefix('i') {
        Some(counted) if counted.is_empty() || counted.starts_with(['b', 'B']) => (1024_f64, counted),
        _ => (1000.0, counted),
    };
    is_counted(counted).then(|| (0..power).fold(1.0, |all, _| all * base))
}

/// Seconds of a span: `00:01:30.5`, `1:30`, `2d 03:04:05`, `1.5 s`, `350ms`, `1m30s`, `PT1.5S`. None for a number without a
/// unit, whose unit the column says.
pub fn span(text: &[u8], marks: Marks) -> Option<f64> {
    let text = text.trim_ascii();
    let (is_negative, text) = text.strip_prefix(b"-").map_or((false, text), |text| (true, text));
    let text = text.strip_prefix(b"P").unwrap_or(text);
    let (mut rest, mut seconds, mut n_parts) = (text, 0.0, 0);
    while !rest.is_empty() {
        rest = rest.strip_prefix(b"T").unwrap_or(rest).trim_ascii_start();
        let n = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b',')).count();
        let (number, behind) = rest.split_at_checked(n).filter(|(number, _)| !number.is_empty())?;
        if memchr::memchr(b':', number).is_some() {
            seconds += clock(number)?;
            (rest, n_parts) = (behind, n_parts + 1);
            continue;
        }
        let (number, _) = leading(number, marks)?;
        let behind = behind.trim_ascii_start();
        let n = behind.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
        let (unit, after) = behind.split_at_checked(n)?;
        seconds += number * seconds_of(unit)?;
        (rest, n_parts) = (after.strip_prefix(b",").unwrap_or(after).trim_ascii_start(), n_parts + 1);
    }
    (n_parts > 0).then_some(if is_negative { -seconds } else { seconds })
}

/// `H:M:S` and `M:S`, the seconds with parts.
fn clock(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?.replace(',', ".");
    let parts: Vec<&str> = text.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    parts.iter().try_fold(0.0, |all, part| Some(all * 60.0 + number::number(part)?))
}

fn seconds_of(unit: &[u8]) -> Option<f64> {
    let unit = String::from_utf8_lossy(unit).to_lowercase();
    Some(match unit.as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "ms" | "msec" | "millisecond" | "milliseconds" => 1e-3,
        "us" | "µs" | "μs" | "usec" | "microsecond" | "microseconds" => 1e-6,
        "ns" | "nsec" | "nanosecond" | "nanoseconds" => 1e-9,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POINT: Marks = Marks { has_decimal_comma: false, has_point_groups: false };
    const COMMA: Marks = Marks { has_decimal_comma: true, has_point_groups: true };

    #[test]
    fn numbers_of_people() {
        for (text, expected) in [
            ("1,234,567", 1_234_567.0),
            ("-1,234.5", -1234.5),
            ("1 234", 1234.0),
            ("1'234'567", 1_234_567.0),
            ("1\u{a0}234", 1234.0),
            ("1\u{202f}234.25", 1234.25),
            ("1.4 M", 1_400_000.0),
            ("12KB", 12_000.0),
            ("12 kB", 12_000.0),
            ("12mb", 12e6),
            ("3.5 GiB", 3.5 * 1024.0 * 1024.0 * 1024.0),
            ("2Ki", 2048.0),
            ("1,200 packets", 1200.0),
            ("45%", 45.0),
            ("1.5e3 bytes", 1500.0),
            ("+7", 7.0),
        ] {
            assert_eq!(number(text.as_bytes(), POINT), Some(expected), "{text}");
        }
        for (text, expected) in [("1.234,5", 1234.5), ("1.234.567", 1_234_567.0), ("0,25", 0.25), ("1.234", 1234.0)] {
            assert_eq!(number(text.as_bytes(), COMMA), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "-",
            "1,23",
            "1,2345",
            "12,34,567",
            "1.2.3",
            "10.0.0.1",
            "5 m",
            "12 parsecs",
            "1 23",
            "M",
            "1,234,",
            "a1",
        ] {
            assert_eq!(number(text.as_bytes(), POINT), None, "{text}");
        }
        assert_eq!((number(b"1.23", COMMA), number(b"1,2,3", COMMA)), (None, None));
    }

    #[test]
    fn spans_become_seconds() {
        for (text, expected) in [
            ("00:01:30.5", 90.5),
            ("1:30", 90.0),
            ("2d 03:04:05", 183_845.0),
            ("1.5 s", 1.5),
            ("350ms", 0.35),
            ("1m30s", 90.0),
            ("PT1.5S", 1.5),
            ("1h, 2 min", 3720.0),
        ] {
            let seconds = span(text.as_bytes(), POINT);
            assert!(seconds.is_some_and(|seconds| (seconds - expected).abs() < 1e-9), "{text}: {seconds:?}");
        }
        assert_eq!(
            [span(b"12", POINT), span(b"", POINT), span(b"10 apples", POINT), span(b"1:2:3:4", POINT)],
            [None; 4]
        );
    }

    proptest! {
        #[test]
        fn a_number_in_groups_is_read_again(whole in 0u64..1_000_000_000_000, mark in "[,' _]") {
            let digits = whole.to_string();
            let mut grouped = String::new();
            for (place, digit) in digits.chars().enumerate() {
                if place > 0 && (digits.len() - place) % 3 == 0 {
                    grouped.push_str(&mark);
                }
                grouped.push(digit);
            }
            prop_assert_eq!(number(grouped.as_bytes(), POINT), Some(whole as f64));
            prop_assert_eq!(number(format!("{},5", digits).as_bytes(), COMMA), Some(whole as f64 + 0.5));
        }

        #[test]
        fn no_text_panics(text in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = (number(&text, POINT), number(&text, COMMA), span(&text, POINT));
        }
    }
}
