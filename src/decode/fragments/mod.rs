//! Reassembles IP fragments into whole packets, which are then decoded like any other (RFC 815; RFC 8200, section 4.5).
//!
//! Where fragments overlap, the earlier bytes are kept, and the later fragment is marked. Memory, number and age of
//! incomplete packets are limited; those given up are counted.

mod datagram;

use super::extension_headers::extensions;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Packet;
use crate::model::format::time;
use crate::model::net::addr::Addr;
use crate::model::packet::{Extras, Fragment};
use crate::read::RawPacket;
use datagram::FragmentedDatagram;
use etherparse::{Ipv6FragmentHeaderSlice, LaxIpSlice};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::collections::VecDeque;

/// A packet whose pieces take longer is given up: 30 seconds, as Linux does (`ipfrag_time`).
const MOST_AGE_NS: i64 = 30 * time::SECOND;
/// Most unfinished packets at a time.
const MOST_OPEN: usize = 4096;
/// Most bytes of unfinished packets at a time: four times what Linux allows itself (`ipfrag_high_thresh`).
const MOST_BYTES: usize = 16 << 20;
/// Largest IP packet.
const MOST_PACKET_BYTES: u32 = 65_535;
/// Whole packets that are pieces of others: tunnels in pieces, one in the other.
const MOST_NESTED: usize = 4;
/// LINKTYPE_RAW.
const RAW_IP: u16 = 101;

/// What all pieces of a packet have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    source: Addr,
    target: Addr,
    identification: u32,
    protocol: u8,
    vlan: u16,
}

/// The packets of which pieces are missing.
#[derive(Default)]
pub struct Fragments {
    /// Seeded anew in every run against crafted keys; its order reaches no output.
    open: HashMap<Key, FragmentedDatagram, RandomState>,
    /// Oldest first, with the time of their first piece; some are complete already.
    order: VecDeque<(Key, i64)>,
    n_bytes: usize,
}

/// The facts of a piece by its headers.
#[cold]
pub(super) fn fragment(ip: &LaxIpSlice<'_>, payload_bytes: u32) -> Option<Fragment> {
    let (identification, units, has_more) = match ip {
        LaxIpSlice::Ipv4(slice) => {
            let header = slice.header();
            (u32::from(header.identification()), header.fragments_offset(), header.more_fragments())
        }
        LaxIpSlice::Ipv6(slice) => {
            let (_, header) = extensions(slice.extensions()).find(|(number, _)| *number == 44)?;
            let fragment = Ipv6FragmentHeaderSlice::from_slice(header).ok()?;
            (fragment.identification(), fragment.fragment_offset(), fragment.more_fragments())
        }
    };
    let offset = u32::from(units.value()) * 8;
    let least_bytes = if ip.payload().ip_number.0 == 6 { 20 } else { 8 };
    Some(Fragment {
        identification,
        offset,
        bytes: payload_bytes,
        has_more,
        is_tiny: offset == 0 && has_more && payload_bytes < least_bytes,
        // The IP header counts too, and is 20 bytes at least.
        is_overlong: offset + payload_bytes + 20 > MOST_PACKET_BYTES,
        ..Fragment::default()
    })
}

impl Fragments {
    /// Takes a packet that is a piece. If it completes a whole, gives the bytes of that, and makes the packet's facts
    /// those of the whole.
    #[cold]
    pub fn take(&mut self, packet: &mut Packet, raw: &RawPacket<'_>, issues: &mut IssueLog) -> Option<Vec<u8>> {
        let mut whole = self.add(packet, raw.data, raw.offset, issues)?;
        for _ in 0..MOST_NESTED {
            let inside = RawPacket { link_type: RAW_IP, wire_bytes: whole.len() as u32, data: &whole, ..*raw };
            let decoded = super::decode(&inside, packet.index, issues);
            let is_piece = decoded.fragment().is_some();
            replace(packet, decoded);
            if !is_piece {
                return Some(whole);
            }
            match self.add(packet, &whole, raw.offset, issues) {
                Some(next) => whole = next,
                None => return Some(whole),
            }
        }
        Some(whole)
    }

    /// Reading has ended: what is unfinished stays so.
    pub fn end(&mut self, issues: &mut IssueLog) {
        issues.add_many(IssueKind::FragmentUnfinished, self.open.len() as u64, None, None);
        *self = Fragments::default();
    }

    fn add(&mut self, packet: &mut Packet, data: &[u8], offset: u64, issues: &mut IssueLog) -> Option<Vec<u8>> {
        let (index, now, vlan, net_at) = (packet.index, packet.time_ns, packet.vlan, packet.net_at as usize);
        let ip = packet.ip?;
        let payload = data.get(packet.payload.start as usize..packet.payload.end as usize).unwrap_or(&[]);
        let fragment = packet.extras.as_mut()?.fragment.as_mut()?;
        let mut issue = |kind| issues.add(kind, Some(index), Some(offset));
        if fragment.is_tiny {
            issue(IssueKind::FragmentTiny);
        }
        if fragment.is_overlong {
            issue(IssueKind::FragmentOverlong);
            return None;
        }
        let key = Key {
            source: ip.source,
            target: ip.target,
            identification: fragment.identification,
            protocol: ip.protocol,
            vlan,
        };
        self.give_up_old(now, &mut issue);
        let open = self.open.entry(key).or_insert_with(|| {
            self.order.push_back((key, now));
            FragmentedDatagram::new(now, ip.protocol)
        });
        let before = open.n_bytes();
        let overlap = open.add(fragment, data.get(net_at..).unwrap_or(&[]), payload);
        self.n_bytes = self.n_bytes + open.n_bytes() - before;
        if overlap {
            issue(IssueKind::FragmentOverlap);
        }
        let whole = open.whole()?;
        fragment.n_fragments = Some(open.n_fragments);
        if let Some(done) = self.open.remove(&key) {
            self.n_bytes -= done.n_bytes();
        }
        Some(whole)
    }

    /// Makes room, oldest first.
    fn give_up_old(&mut self, now: i64, issue: &mut impl FnMut(IssueKind)) {
        while let Some((key, since)) = self.order.front().copied() {
            let is_open = self.open.get(&key).is_some_and(|open| open.since_ns == since);
            let is_old = now.saturating_sub(since) > MOST_AGE_NS;
            let is_full = self.open.len() >= MOST_OPEN || self.n_bytes > MOST_BYTES || self.order.len() > 4 * MOST_OPEN;
            if is_open && !is_old && !is_full {
                return;
            }
            self.order.pop_front();
            if is_open && let Some(given_up) = self.open.remove(&key) {
                self.n_bytes -= given_up.n_bytes();
                issue(IssueKind::FragmentUnfinished);
            }
        }
    }
}

/// The packet's facts become those of the whole that it completes; when, where and how long it is stays its own.
fn replace(packet: &mut Packet, whole: Packet) {
    // The whole begins with layers of its own making: raw IP, and the IP that the piece has too.
    for layer in whole.layers.as_slice().iter().skip(2) {
        packet.layers.push(*layer);
    }
    packet.ip = whole.ip.or(packet.ip);
    packet.transport = whole.transport;
    packet.payload = whole.payload;
    packet.arp = whole.arp;
    packet.is_damaged |= whole.is_damaged;
    (packet.net_at, packet.transport_at) = (whole.net_at, whole.transport_at);
    if let Some(inside) = whole.extras {
        let Extras { encapsulations, fragment, anomalies } = *inside;
        let extras = packet.extras.get_or_insert_default();
        extras.encapsulations.extend(encapsulations);
        extras.fragment = fragment.or(extras.fragment);
        extras.anomalies = anomalies.or(extras.anomalies);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::packet::Transport;

    /// An IPv4 piece of a UDP packet: identification, offset, more, bytes.
    fn v4(identification: u16, offset: u16, has_more: bool, bytes: &[u8]) -> Vec<u8> {
        let [i0, i1] = identification.to_be_bytes();
        let [f0, f1] = (offset / 8 + if has_more { 0x2000 } else { 0 }).to_be_bytes();
        let [l0, l1] = (20 + bytes.len() as u16).to_be_bytes();
        let header = [0x45, 0, l0, l1, i0, i1, f0, f1, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
        [&header, bytes].concat()
    }

    /// The same of IPv6.
    fn v6(identification: u8, offset: u16, has_more: bool, bytes: &[u8]) -> Vec<u8> {
        let [f0, f1] = (offset | u16::from(has_more)).to_be_bytes();
        let mut header = vec![0x60, 0, 0, 0, 0, 8 + bytes.len() as u8, 44, 64];
        header.extend([[0xfd; 16], [0xfe; 16]].concat());
        header.extend([17, 0, f0, f1, 0, 0, 0, identification]);
        [&header, bytes].concat()
    }

    /// A UDP packet of 40 bytes from port 1000 to 2000.
    fn udp() -> Vec<u8> {
        let mut bytes = vec![0x03, 0xe8, 0x07, 0xd0, 0, 40, 0, 0];
        bytes.extend(1..=32);
        bytes
    }

    struct Run {
        fragments: Fragments,
        issues: IssueLog,
        time_ns: i64,
    }

    impl Run {
        fn new() -> Run {
            Run { fragments: Fragments::default(), issues: IssueLog::default(), time_ns: 0 }
        }

        fn take(&mut self, data: &[u8]) -> (Packet, Option<Vec<u8>>) {
            let raw = RawPacket {
                time_ns: self.time_ns,
                is_timed: true,
                wire_bytes: data.len() as u32,
                link_type: RAW_IP,
                file: 0,
                interface: 0,
                offset: 0,
                data,
            };
            let mut packet = crate::decode::decode(&raw, 0, &mut self.issues);
            let whole = self.fragments.take(&mut packet, &raw, &mut self.issues);
            (packet, whole)
        }
    }

    fn ports(packet: &Packet) -> Option<(u16, u16, u32)> {
        match &packet.transport {
            Transport::Udp(udp) => Some((udp.source_port, udp.target_port, udp.payload_bytes)),
            _ => None,
        }
    }

    #[test]
    fn pieces_in_any_order_give_ports_and_payload() {
        let udp = udp();
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut run = Run::new();
            let fragments = [v4(7, 0, true, &udp[..16]), v4(7, 16, true, &udp[16..32]), v4(7, 32, false, &udp[32..])];
            let (first, nothing) = run.take(&fragments[order[0]]);
            assert!(nothing.is_none() && ports(&first).is_none());
            run.take(&fragments[order[1]]);
            let (packet, whole) = run.take(&fragments[order[2]]);
            assert_eq!(ports(&packet), Some((1000, 2000, 32)));
            let whole = whole.unwrap();
            assert_eq!(&whole[packet.payload.start as usize..packet.payload.end as usize], &udp[8..]);
            assert_eq!(packet.fragment().unwrap().n_fragments, Some(3));
            assert_eq!(run.issues.count(IssueKind::FragmentOverlap), 0);
        }
        let mut run = Run::new();
        run.take(&v6(1, 0, true, &udp[..24]));
        let (packet, _) = run.take(&v6(1, 24, false, &udp[24..]));
        assert_eq!(ports(&packet), Some((1000, 2000, 32)));
    }

    #[test]
    fn later_pieces_know_the_ports_of_the_first() {
        let udp = udp();
        let mut run = Run::new();
        run.take(&v4(7, 0, true, &udp[..16]));
        let (second, _) = run.take(&v4(7, 16, true, &udp[16..32]));
        assert_eq!(second.fragment().unwrap().ports, Some((1000, 2000)));
    }

    #[test]
    fn overlaps_are_facts_and_the_earlier_bytes_stay() {
        let udp = udp();
        let mut run = Run::new();
        run.take(&v4(7, 0, true, &udp[..24]));
        let (same, _) = run.take(&v4(7, 16, true, &udp[16..32]));
        assert!(same.fragment().unwrap().is_overlap && !same.fragment().unwrap().is_contradiction);
        let (other, _) = run.take(&v4(7, 8, true, &[0xff; 16]));
        assert!(other.fragment().unwrap().is_contradiction);
        let (packet, whole) = run.take(&v4(7, 32, false, &udp[32..]));
        assert_eq!(&whole.unwrap()[28..], &udp[8..]);
        assert_eq!(ports(&packet), Some((1000, 2000, 32)));
        assert_eq!(run.issues.count(IssueKind::FragmentOverlap), 2);
    }

    #[test]
    fn tiny_and_overlong_pieces_are_said() {
        let mut run = Run::new();
        assert!(run.take(&v4(1, 0, true, &[0; 4])).0.fragment().unwrap().is_tiny);
        assert!(run.take(&v4(1, 65_528, false, &[0; 40])).0.fragment().unwrap().is_overlong);
        assert_eq!(run.issues.count(IssueKind::FragmentTiny), 1);
        assert_eq!(run.issues.count(IssueKind::FragmentOverlong), 1);
    }

    #[test]
    fn what_stays_unfinished_is_counted_and_forgotten() {
        let mut run = Run::new();
        for i in 0..10_000 {
            run.take(&v4(i, 0, true, &[0; 16]));
        }
        assert!(run.fragments.open.len() <= MOST_OPEN);
        run.time_ns = 31 * time::SECOND;
        run.take(&v4(10_001, 0, true, &[0; 16]));
        assert_eq!((run.fragments.open.len(), run.fragments.order.len()), (1, 1));
        run.fragments.end(&mut run.issues);
        assert_eq!(run.issues.count(IssueKind::FragmentUnfinished), 10_001);
        assert_eq!(run.fragments.n_bytes, 0);
    }

    #[test]
    fn a_tunnel_in_pieces_gives_the_inner_packet() {
        let udp = udp();
        let inner = [&v4(9, 0, false, &udp)[..6], &[0, 0], &v4(9, 0, false, &udp)[8..]].concat();
        let mut encapsulations = v4(7, 0, true, &inner[..32]);
        let mut last = v4(7, 32, false, &inner[32..]);
        (encapsulations[9], last[9]) = (4, 4);
        let mut run = Run::new();
        run.take(&encapsulations);
        let (packet, _) = run.take(&last);
        assert_eq!((ports(&packet), packet.encapsulations().len()), (Some((1000, 2000, 32)), 1));
    }
}
