//! AWS VPC flow logs as S3, CloudWatch and the console give them: cells between blanks, any choice of fields, with or without
//! headings; each direction has a row of its own.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, blank, front_lines};
use crate::read::table::state;

pub const ENTRY: Entry = Entry {
    id: "aws_vpc",
    name: "AWS VPC flow log",
    known_by: KnownBy::Lines(LineFormat { written: "text, spaces", open, read: blank::read }),
    roles: &[
        ("srcaddr", Role::Source),
        ("dstaddr", Role::Target),
        ("packets", Role::FwdPackets),
        ("bytes", Role::FwdBytes),
        ("start", Role::Start),
        ("end", Role::End),
        ("tcp-flags", Role::Flags),
        ("action", Role::Action),
        ("version", Role::Plain),
        ("type", Role::Plain),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};

/// The fields of version 2, the format that is used where none was chosen.
const DEFAULT: &[&str] = &[
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

fn open(front: &[u8]) -> Option<LinesFront> {
    let is_heading = |names: &[String]| {
        let has = |name: &str| names.iter().any(|known| known == name);
        names.len() >= 4 && ((has("srcaddr") && has("dstaddr")) || (has("pkt-srcaddr") && has("pkt-dstaddr")))
    };
    if let Some(opened) = blank::open_under_heading(front, is_heading) {
        return Some(opened);
    }
    let lines = front_lines(front);
    let n_rows = |first: usize| lines.iter().filter(|line| is_default(line, first)).count();
    // CloudWatch puts the time of the event before the fields.
    let is_most = |n: usize| n > 0 && n * 10 >= lines.len() * 8;
    let before = [0, 1].into_iter().find(|first| is_most(n_rows(*first)))?;
    let names = std::iter::repeat_n("event time", before).chain(DEFAULT.iter().copied());
    Some(LinesFront { names: names.map(str::to_owned).collect(), ..LinesFront::default() })
}

/// True if cells from `first` on are the fields of version 2.
fn is_default(line: &[u8], first: usize) -> bool {
    let cells: Vec<&[u8]> = blank::cells(line).skip(first).collect();
    let is_number = |cell: &[u8]| cell == b"-" || cell.iter().all(u8::is_ascii_digit);
    let [version, _, interface, _, _, from, to, protocol, packets, bytes, start, end, action, status, ..] =
        cells.as_slice()
    else {
        return false;
    };
    let numbers = [version, from, to, protocol, packets, bytes, start, end];
    numbers.into_iter().all(|cell| is_number(cell))
        && (interface.starts_with(b"eni-") || matches!(*action, b"ACCEPT" | b"REJECT"))
        && matches!(*status, b"OK" | b"NODATA" | b"SKIPDATA")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_format_and_headings_are_known() {
        let row = b"2 1 eni-a 10.0.0.1 10.0.0.2 49500 25 6 5 500 1680100001 1680100061 ACCEPT OK\n";
        let nothing = b"2 1 eni-a - - - - - - - 1680100001 1680100061 - NODATA\n";
        assert_eq!(
            open(&[&row[..], nothing].concat()).map(|opened| (opened.names.len(), opened.has_header)),
            Some((14, false))
        );
        let of_cloudwatch = [b"2023-03-29T14:00:00.000Z ", &row[..]].concat();
        assert_eq!(open(&of_cloudwatch).map(|opened| opened.names[0].clone()), Some("event time".to_owned()));
        let chosen = b"dstaddr srcaddr bytes start\n10.0.0.2 10.0.0.1 500 1680100001\n";
        assert_eq!(open(chosen).map(|opened| (opened.skip, opened.has_header)), Some((28, true)));
        assert!(open(b"a text with blanks\nand another line\n").is_none());
    }
}
