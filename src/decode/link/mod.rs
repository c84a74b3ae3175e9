//! Link headers, one file per link type: what the link header carries, and where.

mod ethernet;
mod linux_sll;
mod linux_sll2;
mod null;

use super::Work;
use crate::issue::IssueKind;
use crate::model::protocol::{Named, Protocol};

/// What a link header says is inside.
#[derive(Clone, Copy)]
pub(super) enum Inner {
    /// The protocol of this EtherType.
    EtherType(u16),
    /// IPv4 or IPv6, told by its version field.
    Ip,
}

/// Reads a link header: what is inside, and the bytes of it.
type Read = for<'a> fn(&'a [u8], &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])>;

/// One link type.
pub struct Entry {
    /// LINKTYPE_ number.
    pub number: u16,
    /// Name for people.
    pub name: &'static str,
    read: Read,
}

/// Link types that are decoded. Numbers: the tcpdump group's list of link-layer header types.
pub const ALL: &[Entry] = &[
    Entry { number: 1, name: "Ethernet", read: ethernet::read },
    Entry { number: 0, name: "BSD loopback", read: null::read_host_order },
    Entry { number: 108, name: "OpenBSD loopback", read: null::read_network_order },
    Entry { number: 12, name: "Raw IP", read: raw_ip },
    Entry { number: 14, name: "Raw IP", read: raw_ip },
    Entry { number: 101, name: "Raw IP", read: raw_ip },
    Entry { number: 228, name: "Raw IPv4", read: raw_ip },
    Entry { number: 229, name: "Raw IPv6", read: raw_ip },
    Entry { number: 113, name: "Linux cooked (SLL)", read: linux_sll::read },
    Entry { number: 276, name: "Linux cooked (SLL2)", read: linux_sll2::read },
];

/// Name of a link type for people.
pub fn name(number: u16) -> String {
    let known = ALL.iter().find(|entry| entry.number == number);
    known.map_or_else(|| Protocol::LinkType(number).to_string(), |entry| entry.name.to_owned())
}

#[inline]
pub(super) fn read<'a>(link_type: u16, data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    if link_type == 1 {
        return ethernet::read(data, work);
    }
    match ALL.iter().find(|entry| entry.number == link_type) {
        Some(entry) => (entry.read)(data, work),
        None => {
            work.packet.layers.push(Protocol::LinkType(link_type));
            work.issue(IssueKind::LinkUnknown);
            None
        }
    }
}

fn raw_ip<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(Named::RawIp);
    Some((Inner::Ip, data))
}

/// The first `N` bytes and the rest; records an issue if the capture holds fewer.
#[inline]
fn header<'a, const N: usize>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(&'a [u8; N], &'a [u8])> {
    let split = data.split_first_chunk();
    if split.is_none() {
        work.issue(IssueKind::LinkCut);
    }
    split
}
