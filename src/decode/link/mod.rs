//! Link headers, one file per link type: what the link header carries, and where.

mod avs;
mod dsa;
pub(super) mod ethernet;
mod fddi;
mod frame_relay;
mod hdlc;
mod ipoib;
mod linux_sll;
mod linux_sll2;
mod nflog;
mod null;
mod pktap;
mod ppi;
pub(super) mod ppp;
mod prism;
mod radiotap;
mod slip;
mod wifi;

use super::{Inner, Read, Work};
use crate::issue::IssueKind;
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;

/// One link type.
pub struct LinkEntry {
    /// LINKTYPE_ number.
    pub number: u16,
    /// Name for people.
    pub name: &'static str,
    read: Read,
}

/// Link types that are decoded. Numbers: the tcpdump group's list of link-layer header types.
pub const ALL: &[LinkEntry] = &[
    LinkEntry { number: 1, name: "Ethernet", read: ethernet::read },
    LinkEntry { number: 0, name: "BSD loopback", read: null::read_host_order },
    LinkEntry { number: 108, name: "OpenBSD loopback", read: null::read_network_order },
    LinkEntry { number: 12, name: "Raw IP", read: raw_ip },
    LinkEntry { number: 14, name: "Raw IP", read: raw_ip },
    LinkEntry { number: 101, name: "Raw IP", read: raw_ip },
    LinkEntry { number: 228, name: "Raw IPv4", read: raw_ip },
    LinkEntry { number: 229, name: "Raw IPv6", read: raw_ip },
    LinkEntry { number: 113, name: "Linux cooked (SLL)", read: linux_sll::read },
    LinkEntry { number: 276, name: "Linux cooked (SLL2)", read: linux_sll2::read },
    LinkEntry { number: 105, name: "802.11", read: wifi::read },
    LinkEntry { number: 127, name: "802.11 with radiotap", read: radiotap::read },
    LinkEntry { number: 192, name: "Per-packet information (PPI)", read: ppi::read },
    LinkEntry { number: 119, name: "802.11 with Prism", read: prism::read },
    LinkEntry { number: 163, name: "802.11 with AVS", read: avs::read },
    LinkEntry { number: 9, name: "PPP", read: ppp::read },
    LinkEntry { number: 50, name: "PPP in HDLC framing", read: ppp::read },
    LinkEntry { number: 204, name: "PPP with direction", read: ppp::read_directed },
    LinkEntry { number: 51, name: "PPPoE", read: ppp::read_session },
    LinkEntry { number: 104, name: "Cisco HDLC", read: hdlc::read },
    LinkEntry { number: 205, name: "Cisco HDLC with direction", read: hdlc::read_directed },
    LinkEntry { number: 107, name: "Frame Relay", read: frame_relay::read },
    LinkEntry { number: 206, name: "Frame Relay with direction", read: frame_relay::read_directed },
    LinkEntry { number: 10, name: "FDDI", read: fddi::read },
    LinkEntry { number: 239, name: "Linux netfilter log (NFLOG)", read: nflog::read },
    LinkEntry { number: 258, name: "Apple PKTAP", read: pktap::read },
    LinkEntry { number: 149, name: "Apple PKTAP (as user link type 2)", read: pktap::read_as_user },
    LinkEntry { number: 281, name: "Broadcom DSA tag", read: dsa::read_broadcom },
    LinkEntry { number: 282, name: "Broadcom DSA tag in front", read: dsa::read_broadcom_prepended },
    LinkEntry { number: 284, name: "Marvell DSA", read: dsa::read_marvell },
    LinkEntry { number: 285, name: "Marvell EDSA", read: dsa::read_marvell_edsa },
    LinkEntry { number: 8, name: "SLIP", read: slip::read },
    LinkEntry { number: 242, name: "IP over InfiniBand", read: ipoib::read },
    LinkEntry { number: 219, name: "MPLS", read: mpls },
    LinkEntry { number: 195, name: "IEEE 802.15.4", read: wpan },
    LinkEntry { number: 215, name: "IEEE 802.15.4 (non-ASK)", read: wpan },
    LinkEntry { number: 230, name: "IEEE 802.15.4 without FCS", read: wpan },
    LinkEntry { number: 283, name: "IEEE 802.15.4 TAP", read: wpan },
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
    work.packet.layers.push(AppProto::RawIp);
    Some((Inner::Ip, data))
}

/// Labels without a header in front (LINKTYPE_MPLS).
fn mpls<'a>(data: &'a [u8], _: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    Some((Inner::EtherType(0x8847), data))
}

/// Counted, but its short addresses and 6LoWPAN are not looked into.
fn wpan<'a>(_: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Wpan);
    None
}

/// The first `N` bytes and the rest; records an issue if the capture holds fewer.
#[inline]
fn header<'a, const N: usize>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(&'a [u8; N], &'a [u8])> {
    work.split(data, IssueKind::LinkCut)
}
