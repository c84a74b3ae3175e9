//! ARP packets and neighbour advertisements to who claims which address, and packets to whether the claimants use it: so that
//! two honest hosts with one address are told apart from one that poses as another.
//!
//! Who poses as another passes on what it gets: those packets have a hop less than their sender gave them. Who was given an
//! address sends packets of its own from it.

use crate::detect::support::capped_map::{Map, Tally};
use crate::model::format::time::SECOND;
use crate::model::packet::{Arp, Packet, Transport};
use crate::model::{Addr, Finding};
use std::collections::BTreeSet;

/// An Ethernet address.
pub type Mac = [u8; 6];
/// An address within its layer-2 network: the stack of VLAN tags. Each VLAN may have its own plan of addresses.
pub type Place = (u32, Addr);

/// An answer this long after the question still counts as asked for.
const ASKED_NS: i64 = 10 * SECOND;
/// Most pairs of IP and MAC address, and most questions, kept.
const MOST_PAIRS: usize = 1 << 16;
/// Packets remembered for one pair.
const MOST_INDICES: usize = 2048;
/// Receivers remembered for one pair.
const MOST_RECEIVERS: usize = Finding::MOST_ADDRESSES;
/// Hops that systems give to packets of their own (Linux and macOS 64, Windows 128, routers 255).
const OWN_HOPS: [u8; 3] = [64, 128, 255];
/// A host uses an address from which it has sent so many packets of its own since another one claimed it too.
const LEAST_USES: u64 = 2;
/// An honest host answers what it is asked; announcements to all are not counted.
const MOST_PUSHED: u64 = 3;

/// Who claims which address in a capture.
#[derive(Default)]
pub struct AddressClaims {
    claims: Tally<(Place, Mac), Claim, MOST_PAIRS>,
    turns: Tally<Place, Turns, MOST_PAIRS>,
    asked: Tally<(u32, Addr, Addr), Option<i64>, MOST_PAIRS>,
    /// Addresses with several claimants.
    has_contested: bool,
}

/// How one MAC address claimed one IP address.
#[derive(Clone, Default)]
pub struct Claim {
    /// Packets that say so.
    pub n_claims: u64,
    /// Of these, without being asked.
    pub n_unasked: u64,
    /// Of these, answers to somebody who did not ask.
    pub n_pushed: u64,
    /// Packets of its own from the address since it has several claimants.
    pub n_uses: u64,
    /// First claim, ns since 1970.
    pub first_ns: i64,
    /// Last claim, ns since 1970.
    pub last_ns: i64,
    /// Packets that say so.
    pub indices: Vec<u64>,
    /// Whom it answered.
    pub receivers: BTreeSet<Addr>,
}

/// Who claimed an address last, and how often that changed.
#[derive(Default)]
struct Turns {
    last: Option<Mac>,
    n_changes: u64,
}

/// An address that several honest hosts use.
pub struct Duplicate<'a> {
    /// The address.
    pub place: Place,
    /// Its users, in order.
    pub users: Vec<(Mac, &'a Claim)>,
    /// How often its claimant changed.
    pub n_changes: u64,
}

impl AddressClaims {
    /// Takes a packet: of ARP, or any that a host sends.
    #[inline]
    pub fn observe(&mut self, packet: &Packet) {
        match &packet.arp {
            Some(arp) => self.observe_arp(packet, arp),
            None if self.has_contested => self.observe_use(packet),
            None => {}
        }
    }

    fn observe_arp(&mut self, packet: &Packet, arp: &Arp) {
        if arp.operation == 1
            && arp.sender_ip != arp.target_ip
            && let Some(time) = self.asked.of((packet.vlan_stack, arp.sender_ip, arp.target_ip))
        {
            *time = Some(packet.time_ns);
        }
        // A probe for a free address claims nothing (RFC 5227, section 2.1.1).
        if arp.sender_ip.is_group() || is_shared(arp.sender_mac) {
            return;
        }
        let is_announcement = arp.sender_ip == arp.target_ip;
        let is_pushed =
            !is_announcement && arp.operation == 2 && !self.is_asked(packet.vlan_stack, arp, packet.time_ns);
        let place = (packet.vlan_stack, arp.sender_ip);
        let Some(claim) = self.claim(place, arp.sender_mac, packet.time_ns, packet.index) else { return };
        claim.n_unasked += u64::from(is_announcement || is_pushed);
        claim.n_pushed += u64::from(is_pushed);
        if !is_announcement && arp.operation == 2 && claim.receivers.len() < MOST_RECEIVERS {
            claim.receivers.insert(arp.target_ip);
        }
    }

    /// Takes what a neighbour advertisement says (RFC 4861, section 4.4): that this device has this address.
    pub fn observe_neighbour(&mut self, place: Place, mac: Mac, time_ns: i64, packet: u64) {
        if !place.1.is_group() && !is_shared(mac) {
            self.claim(place, mac, time_ns, packet);
        }
    }

    fn claim(&mut self, place: Place, mac: Mac, time_ns: i64, packet: u64) -> Option<&mut Claim> {
        if let Some(turns) = self.turns.of(place) {
            let has_changed = turns.last.is_some_and(|last| last != mac);
            turns.n_changes += u64::from(has_changed);
            turns.last = Some(mac);
            self.has_contested |= has_changed;
        }
        let claim = self.claims.of((place, mac))?;
        if claim.n_claims == 0 {
            claim.first_ns = time_ns;
        }
        claim.n_claims += 1;
        claim.last_ns = claim.last_ns.max(time_ns);
        if claim.indices.len() < MOST_INDICES {
            claim.indices.push(packet);
        }
        Some(claim)
    }

    /// Counts a packet that its sender made itself, from an address that several claim.
    fn observe_use(&mut self, packet: &Packet) {
        let (Some(ip), Some((mac, _))) = (&packet.ip, packet.macs) else { return };
        // What finds neighbours only claims.
        let is_neighbours =
            matches!(&packet.transport, Transport::Icmp(icmp) if icmp.is_v6 && (133..=137).contains(&icmp.kind));
        let is_own = OWN_HOPS.contains(&ip.ttl) || ip.target.is_group();
        let place = (packet.vlan_stack, ip.source);
        if is_own
            && !is_neighbours
            && self.n_changes(&place) > 0
            && let Some(claim) = self.claims.known(&(place, mac))
        {
            claim.n_uses += 1;
            claim.last_ns = claim.last_ns.max(packet.time_ns);
        }
    }

    /// True for the first answer to a question; further answers to it were not asked for.
    fn is_asked(&mut self, vlans: u32, arp: &Arp, now_ns: i64) -> bool {
        let question = self.asked.known(&(vlans, arp.target_ip, arp.sender_ip)).and_then(Option::take);
        question.is_some_and(|asked_ns| now_ns - asked_ns <= ASKED_NS)
    }

    /// All claims in order of address and device.
    pub fn sorted(&self) -> Vec<(&(Place, Mac), &Claim)> {
        self.claims.sorted()
    }

    /// How often the claimant of an address changed.
    pub fn n_changes(&self, place: &Place) -> u64 {
        self.turns.get(place).map_or(0, |turns| turns.n_changes)
    }

    /// Claims that were turned away because the table was full.
    pub fn n_refused(&self) -> u64 {
        self.claims.n_refused
    }

    /// Addresses that several devices use as their own, in order. A device that claims a second address of others, or
    /// answers those who did not ask, has not been given the address by mistake.
    pub fn duplicates(&self) -> Vec<Duplicate<'_>> {
        if !self.has_contested {
            return Vec::new();
        }
        let sorted = self.sorted();
        let contested: Vec<_> = sorted.chunk_by(|a, b| a.0.0 == b.0.0).filter(|claims| claims.len() >= 2).collect();
        let mut n_contested: Map<Mac, u32> = Map::default();
        for ((_, mac), _) in contested.iter().copied().flatten() {
            *n_contested.entry(*mac).or_default() += 1;
        }
        let is_honest = |mac: &Mac, claim: &Claim| n_contested.get(mac) == Some(&1) && claim.n_pushed <= MOST_PUSHED;
        let duplicate = |claims: &[(&'_ (Place, Mac), &'_ Claim)]| -> Option<(Place, Vec<Mac>)> {
            let place = claims.first()?.0.0;
            let users: Vec<Mac> =
                claims.iter().filter(|(_, claim)| claim.n_uses >= LEAST_USES).map(|((_, mac), _)| *mac).collect();
            let are_honest = claims.iter().all(|((_, mac), claim)| is_honest(mac, claim));
            (users.len() >= 2 && are_honest && self.n_changes(&place) >= 2).then_some((place, users))
        };
        let found = contested.into_iter().filter_map(duplicate);
        found
            .map(|(place, users)| Duplicate {
                place,
                users: users.iter().filter_map(|mac| Some((*mac, self.claims.get(&(place, *mac))?))).collect(),
                n_changes: self.n_changes(&place),
            })
            .collect()
    }
}

/// MAC addresses that are made to be shared: VRRP (RFC 9568, section 7.3) and Cisco's HSRP.
fn is_shared(mac: Mac) -> bool {
    matches!(mac, [0x00, 0x00, 0x5e, 0x00, 0x01 | 0x02, _] | [0x00, 0x00, 0x0c, 0x07, 0xac, _])
}
