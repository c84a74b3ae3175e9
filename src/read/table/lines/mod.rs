//! Lines of text that are no cells between separators to named cells: logs of firewalls, lists in columns of blanks, tuples.
//!
//! A dialect that is written so names an opener, which looks at the front of the file, and a reader of one line.

pub mod blank;
mod event_format;
pub mod key_value;
pub mod prefix;
pub mod w3c;
pub mod wide_headings;

use std::fmt;

/// What the front of a file declares.
#[derive(Clone, Debug, Default)]
pub struct LinesFront {
    /// Names of the cells of all rows; empty where each line or the reader names its cells.
    pub names: Vec<String>,
    /// The names stand in the file.
    pub has_header: bool,
    /// Bytes before the first row.
    pub skip: usize,
    /// Reads a line of this file, where the format's own reader does not.
    pub reader: Option<ReadLine>,
}

/// Reads a line: hands the name and the text of each cell on. False if it is no row.
pub type ReadLine = fn(line: &[u8], names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool;

/// How the lines of a dialect are read.
#[derive(Clone, Copy)]
pub struct LineFormat {
    /// In a word or two: `text`, `key=value`.
    pub written: &'static str,
    /// What the front of a file of this format declares; none if it is another.
    pub open: fn(&[u8]) -> Option<LinesFront>,
    /// Reads a line.
    pub read: ReadLine,
}

impl fmt::Debug for LineFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written)
    }
}

/// Lines looked at.
const LOOKED_AT: usize = 40;

/// The lines at the front that are not empty, the last left out if it may be cut.
pub fn front_lines(front: &[u8]) -> Vec<&[u8]> {
    let whole = match memchr::memchr_iter(b'\n', front).nth(1) {
        Some(_) => front.get(..memchr::memrchr(b'\n', front).unwrap_or(0)).unwrap_or(front),
        None => front,
    };
    let lines = whole.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    lines.filter(|line| !line.trim_ascii().is_empty()).take(LOOKED_AT).collect()
}

/// Opens a file of which most lines at the front are rows, by a reader that needs no names; a line is a row if it has
/// cells of these names.
pub fn open_if_most(front: &[u8], read: ReadLine, needed: &[&str]) -> Option<LinesFront> {
    let lines = front_lines(front);
    let is_row = |line: &&&[u8]| {
        let mut n_found = 0;
        let is_read =
            read(line, &[], &mut |name, text| n_found += usize::from(needed.contains(&name) && !text.is_empty()));
        is_read && n_found >= needed.len()
    };
    let n_rows = lines.iter().filter(is_row).count();
    (n_rows > 0 && n_rows * 2 >= lines.len()).then(LinesFront::default)
}

/// The part of a text between two marks.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after).map_or(rest, |(inside, _)| inside))
}

/// An address and a port that a mark parts, the last one of its kind: `10.0.0.1:80`, `10.0.0.1.80`, `10.0.0.1/80`,
/// `[2001:db8::1]:80`. A text without a port is all address.
pub fn endpoint(text: &str, mark: char) -> (&str, &str) {
    let n_colons = text.matches(':').count();
    let is_bare_v6 = mark == ':' && n_colons > 1 && !text.contains("]:");
    let is_bare_v4 = mark == '.' && text.matches('.').count() < 4 && n_colons == 0;
    match text.rsplit_once(mark) {
        Some((address, port)) if !is_bare_v6 && !is_bare_v4 && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (address.trim_start_matches('[').trim_end_matches(']'), port)
        }
        _ => (text.trim_start_matches('[').trim_end_matches(']'), ""),
    }
}

/// Hands on addresses and ports of a source and a target.
pub fn add_ends(source: (&str, &str), target: (&str, &str), add: &mut dyn FnMut(&str, &[u8])) {
    let cells = [("src ip", source.0), ("src port", source.1), ("dst ip", target.0), ("dst port", target.1)];
    cells.into_iter().for_each(|(name, text)| add(name, text.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_parted() {
        assert_eq!(endpoint("10.0.0.1:80", ':'), ("10.0.0.1", "80"));
        assert_eq!(endpoint("10.0.0.1.80", '.'), ("10.0.0.1", "80"));
        assert_eq!(endpoint("10.0.0.1", '.'), ("10.0.0.1", ""));
        assert_eq!(endpoint("[2001:db8::1]:80", ':'), ("2001:db8::1", "80"));
        assert_eq!(endpoint("2001:db8::1", ':'), ("2001:db8::1", ""));
        assert_eq!(endpoint("2001:db8::1.443", '.'), ("2001:db8::1", "443"));
    }
}
