//! BSD loopback: four bytes of address family, in the capturing host's byte order (NULL) or the network's (LOOP).

use super::{Inner, Work, header};
use crate::model::app::protocol::AppProto;

pub(super) fn read_host_order<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Loopback);
    let (family, rest) = header(data, work)?;
    // The host's order is unknown; families are small, so the order that gives a small number is right.
    let family = u32::from_le_bytes(*family).min(u32::from_be_bytes(*family));
    carried(family, rest)
}

pub(super) fn read_network_order<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Loopback);
    let (family, rest) = header(data, work)?;
    carried(u32::from_be_bytes(*family), rest)
}

fn carried(family: u32, rest: &[u8]) -> Option<(Inner, &[u8])> {
    // AF_INET is 2 everywhere; AF_INET6 is 10 (Linux), 23 (Windows), 24 (NetBSD, OpenBSD), 28 (FreeBSD), 30 (macOS).
    matches!(family, 2 | 10 | 23 | 24 | 28 | 30).then_some((Inner::Ip, rest))
}
