//! Ethernet II, IEEE 802.3 with LLC and SNAP, and any number of VLAN tags (802.1Q, 802.1ad).

use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

/// Larger values of the type field are EtherTypes, smaller ones lengths (IEEE 802.3, clause 3.2.6).
const LARGEST_LENGTH: u16 = 1500;

#[inline]
pub(in crate::decode) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Ethernet);
    let ([t0, t1, t2, t3, t4, t5, s0, s1, s2, s3, s4, s5, k0, k1], rest) = header(data, work)?;
    work.packet.macs = Some(([*s0, *s1, *s2, *s3, *s4, *s5], [*t0, *t1, *t2, *t3, *t4, *t5]));
    inner(u16::from_be_bytes([*k0, *k1]), rest, work)
}

/// EtherType of a VLAN tag (802.1Q).
const CUSTOMER_TAG: u16 = 0x8100;

/// Passes VLAN tags and LLC.
pub(in crate::decode) fn inner<'a>(
    mut kind: u16,
    mut rest: &'a [u8],
    work: &mut Work<'_, '_>,
) -> Option<(Inner, &'a [u8])> {
    // 0x9100 to 0x9300 are what switches used for outer tags before 802.1ad.
    while matches!(kind, 0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300) {
        if work.packet.top() != Some(AppProto::Vlan.into()) {
            work.packet.layers.push(AppProto::Vlan);
        }
        let ([a, b, c, d], inner) = header(rest, work)?;
        let vlan = u16::from_be_bytes([*a, *b]) & 0x0fff;
        if work.packet.vlan == 0 {
            work.packet.vlan = vlan;
        }
        work.packet.enter_vlan(vlan.into());
        let outer = kind;
        kind = u16::from_be_bytes([*c, *d]);
        rest = inner;
        if outer == CUSTOMER_TAG && kind == CUSTOMER_TAG {
            work.packet.extras.get_or_insert_default().anomalies.get_or_insert_default().has_two_tags = true;
        }
    }
    if kind > LARGEST_LENGTH {
        return Some((Inner::EtherType(kind), rest));
    }
    // The length field bounds what follows; padding comes behind it.
    llc(rest.get(..usize::from(kind)).unwrap_or(rest), work)
}

/// IEEE 802.2 LLC; SNAP with OUI 0 carries an EtherType.
pub(super) fn llc<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Llc);
    let (inside, rest) = match data {
        [0x42, 0x42, 0x03, rest @ ..] => (AppProto::Stp, rest),
        [0xaa, 0xaa, 0x03, 0, 0, 0, a, b, rest @ ..] => {
            return Some((Inner::EtherType(u16::from_be_bytes([*a, *b])), rest));
        }
        [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20, 0x00, rest @ ..] => (AppProto::Cdp, rest),
        // Cisco's spanning tree for each VLAN.
        [0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x01, 0x0b, rest @ ..] => (AppProto::Stp, rest),
        _ => return None,
    };
    work.packet.layers.push(inside);
    let at = work.place_of(rest);
    work.packet.payload = at..at + rest.len() as u32;
    None
}
