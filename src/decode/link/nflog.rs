//! Linux netfilter log: a list of typed values, one of which is the packet (LINKTYPE_NFLOG).

use super::{Inner, Work, header};
use crate::issue::IssueKind;
use crate::model::app::protocol::AppProto;

/// NFULA_PAYLOAD of linux/netfilter/nfnetlink_log.h.
const PAYLOAD: u16 = 9;
/// The bits of a type; the upper two are flags.
const TYPE_BITS: u16 = 0x3fff;
/// Bytes of length and type.
const HEAD_BYTES: usize = 4;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Nflog);
    let ([family, _, _, _], values) = header(data, work)?;
    // Lengths and types stand in the order of the capturing host: that order is right whose first length fits.
    let is_big = values.first_chunk().is_some_and(|[a, b]| {
        usize::from(u16::from_le_bytes([*a, *b])) > values.len() || *a == 0 && *b >= HEAD_BYTES as u8
    });
    let half = |raw: [u8; 2]| if is_big { u16::from_be_bytes(raw) } else { u16::from_le_bytes(raw) };
    let Some(payload) = payload(values, &half) else {
        work.issue(IssueKind::LinkCut);
        return None;
    };
    // AF_INET and AF_INET6; others log frames whose link type is not said.
    matches!(family, 2 | 10).then_some((Inner::Ip, payload))
}

fn payload<'a>(mut values: &'a [u8], half: &impl Fn([u8; 2]) -> u16) -> Option<&'a [u8]> {
    loop {
        let ([l0, l1, k0, k1], rest) = values.split_first_chunk()?;
        let length = usize::from(half([*l0, *l1]));
        if half([*k0, *k1]) & TYPE_BITS == PAYLOAD {
            return Some(rest.get(..length.saturating_sub(HEAD_BYTES)).unwrap_or(rest));
        }
        if length < HEAD_BYTES {
            return None;
        }
        values = values.get(length.next_multiple_of(4)..)?;
    }
}
