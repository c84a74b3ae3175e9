//! Cells of CSV files: numbers without exponents, texts that stay in their cell and are never a formula.

/// A number with at most six decimals, or twelve below 1, so that it is right to a millionth of itself; nothing for
/// what is not a number.
pub fn number(out: &mut Vec<u8>, value: f64) {
    if value.abs() < 1.0 { decimals::<12>(out, value) } else { decimals::<6>(out, value) }
}

/// A number rounded to so many decimals, without zeros at its end.
pub fn decimals<const N: u32>(out: &mut Vec<u8>, value: f64) {
    const WHOLE_EXACT: f64 = 9e15; // about 2^53: below, a double holds every whole number
    let size = value.abs();
    let unit = const { 10_u64.pow(N) };
    if !value.is_finite() {
        return;
    }
    if size >= WHOLE_EXACT / unit as f64 {
        return out.extend_from_slice(format!("{value:.0}").as_bytes());
    }
    let whole = size as u64;
    let is_whole = whole as f64 == size;
    let parts = if is_whole { 0 } else { (size * unit as f64 + 0.5) as u64 };
    if value < 0.0 && (is_whole || parts > 0) {
        out.push(b'-');
    }
    if is_whole {
        return digits(out, whole);
    }
    digits(out, parts / unit);
    let mut part = parts % unit;
    if part > 0 {
        out.push(b'.');
    }
    let mut place = unit / 10;
    while part > 0 && place > 0 {
        out.push(b'0' + (part / place) as u8);
        part %= place;
        place /= 10;
    }
}

/// Several times as fast as `format!`, which matters for eighty numbers a line.
fn digits(out: &mut Vec<u8>, mut value: u64) {
    if value < 10 {
        return out.push(b'0' + value as u8);
    }
    let mut buffer = [b'0'; 20];
    let mut n_unused = buffer.len();
    for slot in buffer.iter_mut().rev() {
        *slot = b'0' + (value % 10) as u8;
        value /= 10;
        n_unused -= 1;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(buffer.get(n_unused..).unwrap_or_default());
}

/// A line of text cells.
pub fn line<T: AsRef<str>>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = T>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        text(out, cell.as_ref());
    }
    out.push(b'\n');
}

/// A text cell, quoted where CSV asks for it (RFC 4180) and never a formula.
pub fn text(out: &mut Vec<u8>, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_quoted = cell.contains([',', '"', '\n', '\r']);
    if is_quoted {
        out.push(b'"');
    }
    if is_formula {
        out.push(b'\'');
    }
    if is_quoted {
        out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(cell.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: f64) -> String {
        let mut out = Vec::new();
        number(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    fn celled(cell: &str) -> String {
        let mut out = Vec::new();
        text(&mut out, cell);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_short_and_exact_to_a_millionth_of_themselves() {
        assert_eq!(shown(0.0), "0");
        assert_eq!(shown(-1.0), "-1");
        assert_eq!(shown(1460.0), "1460");
        assert_eq!(shown(1.0 / 3.0), "0.333333333333");
        assert_eq!(shown(70.710_678_118_6), "70.710678");
        assert_eq!(shown(12.05), "12.05");
        assert_eq!(shown(1.0 / 1800.0), "0.000555555556");
        assert_eq!((shown(-0.000_000_1), shown(-1e-13)), ("-0.0000001".to_owned(), "0".to_owned()));
        assert_eq!((shown(0.999_999_999_999_9), shown(1234.5)), ("1".to_owned(), "1234.5".to_owned()));
        assert_eq!(shown(1e300).len(), 301);
        assert_eq!(shown(f64::NAN), "");
        assert_eq!(shown(u32::MAX.into()), "4294967295");
    }

    #[test]
    fn text_is_never_a_formula_and_stays_in_its_cell() {
        assert_eq!(celled("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(celled("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(celled("-1\n2"), "\"'-1\n2\"");
        assert_eq!(celled("plain"), "plain");
    }
}
