//! Bytes behind damage to the next record of a pcap, or the next file header, that can be believed.

use super::super::{Found, MOST_PACKET_BYTES, capture_at};
use super::{HEADER_BYTES, MOST_GAP_SECONDS, MOST_WIRE_BYTES, Pcap, is_file_header};

/// A record is believed if it and so many in all, one behind the other, make sense.
const N_RECORDS: usize = 3;

/// What a look at one place gave.
enum Look {
    No,
    Yes,
    /// So many bytes from this place on are needed to say.
    Need(usize),
}

/// Looks at one place after the other.
pub(super) fn find(pcap: &Pcap, bytes: &[u8], is_last: bool) -> Found {
    for at in 0..bytes.len() {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let look = if rest.len() < HEADER_BYTES && !is_last {
            Look::Need(HEADER_BYTES)
        } else if capture_at(rest).is_some() {
            Look::Yes
        } else {
            look(pcap, rest, is_last)
        };
        match look {
            Look::No => {}
            Look::Yes => return Found::At(at),
            Look::Need(n) if at == 0 => return Found::Need(n),
            Look::Need(_) => return Found::NotBefore(at),
        }
    }
    Found::NotBefore(bytes.len())
}

/// True if records, one behind the other, make sense from the front of the bytes on.
fn look(pcap: &Pcap, bytes: &[u8], is_last: bool) -> Look {
    let head = pcap.variant.head_bytes();
    let (mut at, mut before) = (0, pcap.seconds);
    for number in 0..N_RECORDS {
        let rest = bytes.get(at..).unwrap_or(&[]);
        if number > 0 && (is_file_header(rest) || is_last && rest.is_empty()) {
            return Look::Yes;
        }
        if rest.len() < HEADER_BYTES && !is_last {
            return Look::Need(at + HEADER_BYTES);
        }
        let Some(record) = pcap.record(rest) else { return Look::No };
        let mut near = before.iter().flatten().map(|before| record.seconds.abs_diff(*before) <= MOST_GAP_SECONDS);
        let is_near = before == [None; 2] || near.any(|is_near| is_near);
        let fits = is_near
            && record.fraction < pcap.units_per_second()
            && (1..=MOST_PACKET_BYTES).contains(&record.captured)
            && (record.captured..=MOST_WIRE_BYTES).contains(&record.wire);
        if !fits {
            return Look::No;
        }
        before = [Some(record.seconds), None];
        at += head + record.captured as usize;
        if bytes.len() < at {
            return if is_last { Look::No } else { Look::Need(at) };
        }
    }
    Look::Yes
}
