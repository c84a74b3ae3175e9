//! Linux "cooked" capture, version 1: 16 bytes with the sender's address (LINKTYPE_LINUX_SLL).

use super::{Inner, Work, ethernet, header};
use crate::model::app::protocol::AppProto;

/// ARPHRD_ETHER: the sender's address is an Ethernet address.
const ETHERNET: u16 = 1;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::LinuxSll);
    let ([_, _, h0, h1, _, n, a, b, c, d, e, f, _, _, k0, k1], rest) = header(data, work)?;
    if u16::from_be_bytes([*h0, *h1]) == ETHERNET && *n == 6 {
        work.packet.macs = Some(([*a, *b, *c, *d, *e, *f], [0; 6]));
    }
    carried(u16::from_be_bytes([*k0, *k1]), rest, work)
}

/// The protocol field: an EtherType, or one of Linux's small numbers (4 is LLC).
pub(super) fn carried<'a>(kind: u16, rest: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    match kind {
        4 => ethernet::llc(rest, work),
        0..=1500 => None,
        _ => ethernet::inner(kind, rest, work),
    }
}
