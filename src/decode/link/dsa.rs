//! Frames between an Ethernet switch chip and its CPU, with the chip's tag (Marvell's DSA and EDSA, Broadcom's), to what they
//! carry.
//!
//! Source: LINKTYPE_DSA_TAG_* of the tcpdump group; net/dsa/tag_dsa.c and tag_brcm.c of Linux.

use super::{Inner, Work, ethernet, header};
use crate::model::app::protocol::AppProto;

/// The frame had a VLAN tag, whose identifier the DSA tag holds.
const TAGGED: u8 = 0x20;

/// The tag stands in place of a VLAN tag: behind the addresses, four bytes.
pub(super) fn read_marvell<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let rest = addresses(data, work)?;
    let ([first, _, high, low], rest) = header(rest, work)?;
    vlan(*first, [*high, *low], work);
    typed(rest, work)
}

/// An EtherType and two reserved bytes stand before the tag.
pub(super) fn read_marvell_edsa<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let rest = addresses(data, work)?;
    let ([_, _, _, _, first, _, high, low], rest) = header(rest, work)?;
    vlan(*first, [*high, *low], work);
    typed(rest, work)
}

/// Four bytes behind the addresses.
pub(super) fn read_broadcom<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let rest = addresses(data, work)?;
    let ([_, _, _, _], rest) = header(rest, work)?;
    typed(rest, work)
}

/// Four bytes in front of the frame.
pub(super) fn read_broadcom_prepended<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Dsa);
    let ([_, _, _, _], rest) = header(data, work)?;
    Some((Inner::Ethernet, rest))
}

fn addresses<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<&'a [u8]> {
    work.packet.layers.push(AppProto::Ethernet);
    work.packet.layers.push(AppProto::Dsa);
    let ([t0, t1, t2, t3, t4, t5, s0, s1, s2, s3, s4, s5], rest) = header(data, work)?;
    work.packet.macs = Some(([*s0, *s1, *s2, *s3, *s4, *s5], [*t0, *t1, *t2, *t3, *t4, *t5]));
    Some(rest)
}

fn vlan(first: u8, identifier: [u8; 2], work: &mut Work<'_, '_>) {
    if first & TAGGED > 0 {
        work.packet.vlan = u16::from_be_bytes(identifier) & 0x0fff;
        work.packet.vlan_stack = work.packet.vlan.into();
    }
}

fn typed<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    let ([a, b], rest) = header(data, work)?;
    ethernet::inner(u16::from_be_bytes([*a, *b]), rest, work)
}
