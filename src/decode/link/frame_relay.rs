//! Frame Relay: an address of two to four bytes (Q.922), then what it carries by RFC 2427 or in Cisco's own way.

use super::{Inner, Work, header};
use crate::issue::IssueKind;
use crate::model::app::protocol::AppProto;

const MOST_ADDRESS_BYTES: usize = 4;
/// Unnumbered information: an identifier of the network protocol follows.
const UI: u8 = 0x03;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::FrameRelay);
    // The lowest bit marks the last byte of the address.
    let last = data.iter().take(MOST_ADDRESS_BYTES).position(|byte| byte & 1 == 1);
    let Some(rest) = last.filter(|last| *last > 0).and_then(|last| data.get(last + 1..)) else {
        work.issue(IssueKind::LinkCut);
        return None;
    };
    let [control, identifier, behind @ ..] = rest else {
        work.issue(IssueKind::LinkCut);
        return None;
    };
    if *control != UI {
        // Cisco's own encapsulation: an EtherType stands at once.
        return Some((Inner::EtherType(u16::from_be_bytes([*control, *identifier])), behind));
    }
    match (identifier, behind) {
        (0, [identifier, behind @ ..]) => carried(*identifier, behind, work),
        (identifier, behind) => carried(*identifier, behind, work),
    }
}

/// LINKTYPE_FRELAY_WITH_DIR: a byte in front says who sent it.
pub(super) fn read_directed<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([_], rest) = header(data, work)?;
    read(rest, work)
}

/// Network layer protocol identifiers (ISO/IEC TR 9577; RFC 2427, section 3).
fn carried<'a>(identifier: u8, data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    match identifier {
        0xcc | 0x8e => Some((Inner::Ip, data)),
        0xcf => Some((Inner::Ppp, data)),
        0x80 => {
            let ([o0, o1, o2, a, b], rest) = header(data, work)?;
            let kind = u16::from_be_bytes([*a, *b]);
            match [*o0, *o1, *o2] {
                [0, 0, 0] => Some((Inner::EtherType(kind), rest)),
                // Bridged Ethernet with and without its check sequence (RFC 2427, section 4.2).
                [0x00, 0x80, 0xc2] if matches!(kind, 1 | 7) => Some((Inner::Ethernet, rest)),
                _ => None,
            }
        }
        _ => None,
    }
}
