//! Apple's PKTAP: a header with process names that says which link type follows (LINKTYPE_PKTAP).

use super::{Inner, Work, header, name};
use crate::issue::IssueKind;
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;

/// A packet follows the header; 0 if nothing does.
const PACKET: u32 = 1;
/// Bytes up to the link type; Apple writes 108 and more.
const LEAST_BYTES: u32 = 12;
/// Longest header that is believed.
const MOST_BYTES: u32 = 1024;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Pktap);
    let (head, _) = header::<12>(data, work)?;
    let inner = inner(head, data);
    if inner.is_none() {
        work.issue(IssueKind::LinkCut);
    }
    inner
}

/// The number that Apple used before it had its own; others use it for other things.
pub(super) fn read_as_user<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let found = data.first_chunk().and_then(|head| inner(head, data)).filter(|(inner, _)| is_known(*inner));
    work.packet.layers.push(if found.is_some() { Protocol::from(AppProto::Pktap) } else { Protocol::LinkType(149) });
    if found.is_none() {
        work.issue(IssueKind::LinkUnknown);
    }
    found
}

/// Length of the header, what follows, link type: little-endian.
fn inner<'a>(head: &[u8; 12], data: &'a [u8]) -> Option<(Inner, &'a [u8])> {
    let (words, _) = head.as_chunks::<4>();
    let [length, next, link_type] = words else { return None };
    let length = u32::from_le_bytes(*length);
    if u32::from_le_bytes(*next) != PACKET || !(LEAST_BYTES..=MOST_BYTES).contains(&length) {
        return None;
    }
    let link_type = u16::try_from(u32::from_le_bytes(*link_type)).ok()?;
    Some((Inner::Link(link_type), data.get(length as usize..)?))
}

fn is_known(inner: Inner) -> bool {
    matches!(inner, Inner::Link(number) if name(number) != Protocol::LinkType(number).to_string())
}
