//! nfdump with `-o pipe`: numbers between bars without headings, addresses as four words of 32 bits.

use super::contract::{COMMON, Entry, KnownBy};
use crate::model::rows::Role;
use crate::read::table::lines::{LineFormat, LinesFront, open_if_most};
use crate::read::table::state;
use std::net::{Ipv4Addr, Ipv6Addr};

pub const ENTRY: Entry = Entry {
    id: "nfdump_pipe",
    name: "nfdump with pipes",
    known_by: KnownBy::Lines(LineFormat { written: "text, pipes", open, read }),
    roles: &[
        ("first", Role::Start),
        ("last", Role::End),
        ("packets", Role::FwdPackets),
        ("bytes", Role::FwdBytes),
        ("flags", Role::Flags),
    ],
    is_one_way: true,
    state: state::by_flags,
    ..COMMON
};

/// Address families, as Linux numbers them.
const INET: u64 = 2;
const INET6: u64 = 10;
/// Cells from 1.7 on, and before, when seconds and milliseconds stood apart.
const N_CELLS: usize = 22;
const N_OLD_CELLS: usize = 24;

fn open(front: &[u8]) -> Option<LinesFront> {
    open_if_most(front, read, &["first", "src ip", "dst ip", "bytes"])
}

fn read(line: &[u8], _names: &[String], add: &mut dyn FnMut(&str, &[u8])) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let numbers: Option<Vec<u64>> = line.trim().split('|').map(|cell| cell.trim().parse().ok()).collect();
    let Some(numbers) = numbers else { return false };
    let Some((family, rest)) = numbers.split_first().filter(|(family, _)| [INET, INET6].contains(family)) else {
        return false;
    };
    let (times, rest) = match (numbers.len(), rest) {
        (N_OLD_CELLS.., [first, first_ms, last, last_ms, rest @ ..]) if *first_ms < 1000 => {
            let milliseconds = |seconds: u64, more| seconds.saturating_mul(1000).saturating_add(more);
            ([milliseconds(*first, *first_ms), milliseconds(*last, *last_ms)], rest)
        }
        (N_CELLS.., [first, last, rest @ ..]) => ([*first, *last], rest),
        _ => return false,
    };
    let [protocol, s0, s1, s2, s3, from, d0, d1, d2, d3, to, _, _, _, _, flags, _, packets, bytes, ..] = rest else {
        return false;
    };
    let address = |words: [u64; 4]| {
        let bits = words.into_iter().fold(0, |all: u128, word| all << 32 | u128::from(word & 0xffff_ffff));
        if *family == INET {
            Ipv4Addr::from_bits(words[3] as u32).to_string()
        } else {
            Ipv6Addr::from_bits(bits).to_string()
        }
    };
    add("src ip", address([*s0, *s1, *s2, *s3]).as_bytes());
    add("dst ip", address([*d0, *d1, *d2, *d3]).as_bytes());
    let cells = [
        ("first", times[0]),
        ("last", times[1]),
        ("proto", *protocol),
        ("src port", *from),
        ("dst port", *to),
        ("flags", *flags),
        ("packets", *packets),
        ("bytes", *bytes),
    ];
    for (name, number) in cells {
        add(name, number.to_string().as_bytes());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let new = "2|1389721044820|1389721047193|6|0|0|0|3232249857|54017|0|0|0|3232249957|21|0|0|0|0|27|0|11|608";
        let old = "2|1389721044|820|1389721047|193|6|0|0|0|3232249857|54017|0|0|0|3232249957|21|0|0|0|0|27|0|11|608";
        for line in [new, old] {
            let mut cells = Vec::new();
            assert!(read(line.as_bytes(), &[], &mut |name, text| {
                cells.push((name.to_owned(), String::from_utf8_lossy(text).into_owned()));
            }));
            let of = |name: &str| cells.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
            assert_eq!((of("first"), of("src ip")), (Some("1389721044820"), Some("192.168.56.1")), "{line}");
            assert_eq!((of("packets"), of("bytes"), of("flags")), (Some("11"), Some("608"), Some("27")), "{line}");
        }
        assert!(!read(b"1|2|3", &[], &mut |_, _| {}));
        let damaged = old.replace("1389721044|820|1389721047|193", "18446744073709551615|820|1|18446744073709551615");
        assert!(read(damaged.as_bytes(), &[], &mut |_, _| {}), "times that no clock shows");
    }
}
