//! Linux "cooked" capture, version 2: 20 bytes that begin with the protocol (LINKTYPE_LINUX_SLL2).

use super::linux_sll::carried;
use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

/// ARPHRD_ETHER.
const ETHERNET: u16 = 1;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::LinuxSll2);
    let ([k0, k1, _, _, _, _, _, _, h0, h1, _, n, a, b, c, d, e, f, _, _], rest) = header(data, work)?;
    if u16::from_be_bytes([*h0, *h1]) == ETHERNET && *n == 6 {
        work.packet.macs = Some(([*a, *b, *c, *d, *e, *f], [0; 6]));
    }
    carried(u16::from_be_bytes([*k0, *k1]), rest, work)
}
