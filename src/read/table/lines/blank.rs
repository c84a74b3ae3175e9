//! Lines whose cells blanks part, in columns or not, to cells by their place: quotes and brackets hold a cell together.

use super::{LinesFront, front_lines, prefix};
use crate::read::table::width::commonest;

/// The cells of a line.
pub fn cells(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        let (first, inside) = rest.split_first()?;
        let close = match first {
            b'"' => Some(b'"'),
            b'[' => Some(b']'),
            _ => None,
        };
        if let Some(end) = close.and_then(|close| inside.iter().position(|byte| *byte == close)) {
            rest = inside.get(end + 1..).unwrap_or_default();
            return inside.get(..end);
        }
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let (cell, behind) = rest.split_at_checked(end)?;
        rest = behind;
        Some(cell)
    })
}

/// Reads a line whose cells are called so, in their order; `date` and `time` beside each other become one cell.
pub fn read(line: &[u8], names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let (mut n, mut date) = (0, None);
    for (place, cell) in cells(line).enumerate() {
        let name = names.get(place).map(String::as_str);
        n += 1;
        match (name, date.take()) {
            (Some("date"), _) if names.get(place + 1).is_some_and(|next| next == "time") => date = Some(cell),
            (Some("time"), Some(date)) => add("time", &[date, b" ", cell].concat()),
            (Some(name), _) => add(name, cell),
            (None, _) => add(&format!("column {}", place + 1), cell),
        }
    }
    n > 1
}

/// The common number of cells at the front, if nearly all lines have so many and those are at least `fewest`.
pub fn width(lines: &[&[u8]], fewest: usize) -> Option<usize> {
    let (width, n_common) = commonest(lines.iter().map(|line| cells(line).count()));
    (width >= fewest && n_common * 10 >= lines.len() * 8).then_some(width)
}

/// The front of a list in columns under one line of headings, of which `is_heading` is true.
pub fn open_under_heading(front: &[u8], is_heading: fn(&[String]) -> bool) -> Option<LinesFront> {
    let mut at = 0;
    for line in front.split_inclusive(|byte| *byte == b'\n').take(12) {
        at += line.len();
        let text = line.trim_ascii();
        if has_separators(text) {
            return None;
        }
        let names: Vec<String> = cells(text.strip_prefix(b"#").unwrap_or(text)).map(name).collect();
        if is_heading(&names) {
            return Some(LinesFront { names, has_header: true, skip: at, reader: None });
        }
    }
    None
}

/// True if other marks than blanks part cells.
fn has_separators(line: &[u8]) -> bool {
    line.iter().filter(|byte| matches!(byte, b',' | b';' | b'\t' | b'|')).nth(2).is_some()
}

fn name(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

/// The front of a list in columns without headings, of which at least two hold addresses in every line looked at.
pub fn open_with_addresses(front: &[u8]) -> Option<LinesFront> {
    let lines = front_lines(front);
    let width = width(&lines, 5)?;
    let is_address = |cell: &[u8]| std::str::from_utf8(cell).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok());
    let n_addresses = |line: &[u8]| cells(line).filter(|cell| is_address(cell)).count();
    let rows = lines.iter().filter(|line| cells(line).count() == width);
    let is_list = rows.clone().skip(1).all(|line| n_addresses(line) >= 2);
    let first = lines.first()?;
    if !is_list || lines.len() < 2 || lines.iter().any(|line| has_separators(line)) {
        return None;
    }
    if n_addresses(first) >= 2 && has_time(first) {
        return Some(LinesFront { reader: Some(read_behind_time), ..LinesFront::default() });
    }
    if n_addresses(first) >= 2 {
        let names = (1..=width).map(|place| format!("column {place}")).collect();
        return Some(LinesFront { names, ..LinesFront::default() });
    }
    let skip = memchr::memchr(b'\n', front)? + 1;
    Some(LinesFront { names: cells(first).map(name).collect(), has_header: true, skip, reader: None })
}

/// True if a time of several words stands at the front, as syslog writes it.
fn has_time(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| prefix::split(line).time.contains(' '))
}

/// Reads a line behind such a time, whose words belong together.
fn read_behind_time(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let prefixed = prefix::split(line);
    add("log time", prefixed.time.as_bytes());
    read(prefixed.rest.as_bytes(), &[], add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_part_cells_but_not_in_quotes() {
        let all: Vec<&[u8]> = cells(b"  a  \"b c\"\t[d e] f").collect();
        assert_eq!(all, [&b"a"[..], b"b c", b"d e", b"f"]);
    }

    #[test]
    fn columns_of_addresses_make_a_list() {
        let rows = b"1 10.0.0.1 10.0.0.2 80 6\n2 10.0.0.1 10.0.0.3 80 6\n";
        let opened = |front: &[u8]| {
            let opened = open_with_addresses(front)?;
            Some((opened.names.join(","), opened.has_header, opened.skip))
        };
        assert_eq!(opened(rows), Some(("column 1,column 2,column 3,column 4,column 5".to_owned(), false, 0)));
        let named = [b"n src dst port proto\n", &rows[..]].concat();
        assert_eq!(opened(&named), Some(("n,src,dst,port,proto".to_owned(), true, 21)));
        assert_eq!(opened(b"this is a plain text\nof two lines with words\n"), None);
    }
}
