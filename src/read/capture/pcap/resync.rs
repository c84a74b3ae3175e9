//! Finds the next plausible record of a pcap, or the next file header, after damage.

use super::super::{Found, MOST_PACKET_BYTES, capture_at};
use super::look::Look;
use super::{HEADER_BYTES, MOST_GAP_SECONDS, MOST_WIRE_BYTES, Pcap};

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

/// True if records, one behind the other and near in time, make sense from the front of the bytes on.
fn look(pcap: &Pcap, bytes: &[u8], is_last: bool) -> Look {
    let mut before = pcap.seconds;
    pcap.look(pcap.variant.head_bytes(), bytes, is_last, |record| {
        let mut near = before.iter().flatten().map(|before| record.seconds.abs_diff(*before) <= MOST_GAP_SECONDS);
        let is_near = before == [None; 2] || near.any(|is_near| is_near);
        before = [Some(record.seconds), None];
        is_near
            && record.fraction < pcap.units_per_second()
            && (1..=MOST_PACKET_BYTES).contains(&record.captured)
            && (record.captured..=MOST_WIRE_BYTES).contains(&record.wire)
    })
}
