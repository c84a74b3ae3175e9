//! Collects which devices claim which IP address, from ARP and neighbour advertisements, and whether they use it, from
//! their packets. Detectors of spoofing and of duplicate addresses share it: an impostor must be told apart from two
//! honest hosts with the same address.
//!
//! An impostor forwards the packets it receives, so their TTL is one less than their sender set. A host that was
//! assigned the address sends packets of its own from it.

use crate::detect::support::capped_map::{Map, Tally};
use crate::flow::table::FlowUpdate;
use crate::model::app::field::{FieldId, Message};
use crate::model::app::kinds::link::Icmpv6Message;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::SECOND;
use crate::model::packet::{Arp, Packet, Transport};
use crate::model::{Addr, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

/// How often the claimant of an address must change to be reported as a duplicate address; with fewer changes it is
/// left to the detectors of spoofing.
pub const CHANGES: Descriptor = Descriptor::count("duplicate_address.changes", "Changes of the claimant", 3.0)
    .range(2.0, 100_000.0)
    .unit("changes")
    .help("How often the device that claims the address must change. It changes once when an address moves to another device, and twice in a conflict that RFC 5227 resolves within seconds.");

/// An Ethernet address.
pub type Mac = [u8; 6];
/// An IP address within its layer-2 network, which is given by its stack of VLAN tags: VLANs may use the same
/// addresses.
pub type Place = (u32, Addr);

/// An answer up to this long after the request counts as solicited.
const ASKED_NS: i64 = 10 * SECOND;
/// Most questions that are open at once between two hosts: who gets no answer asks once a second, and gives up within the time
/// above. On a full line all of them are answered, late.
const MOST_OPEN: u8 = 10;
/// A host that has just been answered knows the address for at least so long (RFC 4861, section 6.3.2: 30 s times 0.5 to 1.5;
/// systems do the same for ARP).
const KNOWN_NS: i64 = 15 * SECOND;
/// Most pairs of IP and MAC address, and most requests, kept.
const MOST_PAIRS: usize = 1 << 16;
/// Most packets kept for a pair.
const MOST_INDICES: usize = 2048;
/// Most packets, flows and receivers kept for all pairs together.
const MOST_KEPT: usize = 1 << 20;
/// Most receivers kept for a pair.
const MOST_RECEIVERS: usize = Finding::MOST_ADDRESSES;
/// Initial TTLs of common systems (Linux and macOS 64, Windows 128, routers 255).
const OWN_HOPS: [u8; 3] = [64, 128, 255];
/// A host uses an address if it has sent at least this many packets of its own from it since another host claimed it
/// too.
const LEAST_USES: u64 = 2;
/// An address that moves to another device changes once.
const LEAST_CHANGES: u64 = 2;
/// An honest host answers requests only: at most this many unsolicited answers, not counting announcements to all.
const MOST_PUSHED: u64 = 3;

/// Who claims which address in a capture.
#[derive(Default)]
pub struct AddressClaims {
    claims: Tally<(Place, Mac), Claim, MOST_PAIRS>,
    turns: Tally<Place, Turns, MOST_PAIRS>,
    asked: Tally<(u32, Addr, Addr), Questions, MOST_PAIRS>,
    /// When who was last answered by whom, ns since 1970.
    answered: Tally<(u32, Addr, Addr), i64, MOST_PAIRS>,
    /// Packets, flows and receivers kept so far.
    n_kept: usize,
    /// True once an address has several claimants.
    has_contested: bool,
}

/// How one MAC address claimed one IP address.
#[derive(Clone, Default)]
pub struct Claim {
    /// Packets with the claim.
    pub n_claims: u64,
    /// Of these, unsolicited ones: announcements and unsolicited answers.
    pub n_unasked: u64,
    /// Of these, unsolicited answers to one host.
    pub n_pushed: u64,
    /// Of these, questions to somebody who had just answered.
    pub n_needless: u64,
    /// Of these, questions of any kind: whoever is asked notes the claim (RFC 826).
    pub n_questions: u64,
    /// Packets that it sent itself from the address since that has several claimants.
    pub n_uses: u64,
    /// First claim, ns since 1970.
    pub first_ns: i64,
    /// Last claim or use, ns since 1970.
    pub last_ns: i64,
    /// Indices of the packets with the claim, in order; limited.
    pub indices: Vec<u64>,
    /// Serial numbers of the flows of those packets (neighbour advertisements only); limited.
    pub flows: Vec<u32>,
    /// The hosts that it answered; limited.
    pub receivers: BTreeSet<Addr>,
}

/// Questions of one host for the address of another that were not answered yet.
#[derive(Default)]
struct Questions {
    n_open: u8,
    /// When the last was asked, ns since 1970.
    last_ns: i64,
}

impl Questions {
    fn ask(&mut self, now_ns: i64) {
        let n_before = if now_ns - self.last_ns <= ASKED_NS { self.n_open } else { 0 };
        *self = Questions { n_open: (n_before + 1).min(MOST_OPEN), last_ns: now_ns };
    }

    /// True if an answer of this time belongs to one of them, which is not open any longer.
    fn answer(&mut self, now_ns: i64) -> bool {
        let is_open = self.n_open > 0 && now_ns - self.last_ns <= ASKED_NS;
        self.n_open = self.n_open.saturating_sub(1);
        is_open
    }
}

/// Who claimed an address first and last, and how often that changed.
#[derive(Default)]
struct Turns {
    first_and_last: Option<(Mac, Mac)>,
    n_changes: u64,
}

/// An address that several honest hosts use.
pub struct Duplicate<'a> {
    /// The address.
    pub place: Place,
    /// The devices that use it, in order of their MAC address.
    pub users: Vec<(Mac, &'a Claim)>,
    /// How often its claimant changed.
    pub n_changes: u64,
}

impl AddressClaims {
    /// Takes a packet: ARP, or any other that may show a claimant using its address. TCP segments without SYN, FIN or
    /// RST may be left out.
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
            && let Some(questions) = self.asked.of((packet.vlan_stack, arp.sender_ip, arp.target_ip))
        {
            questions.ask(packet.time_ns);
        }
        // An ARP probe has no sender address and claims nothing (RFC 5227, section 2.1.1).
        if arp.sender_ip.is_group() || is_shared(arp.sender_mac) {
            return;
        }
        let is_announcement = arp.sender_ip == arp.target_ip;
        let is_pushed =
            !is_announcement && arp.operation == 2 && !self.is_asked(packet.vlan_stack, arp, packet.time_ns);
        let place = (packet.vlan_stack, arp.sender_ip);
        let is_needless = self.is_needless(place, arp, packet.time_ns);
        let has_room = self.n_kept < MOST_KEPT;
        let Some(claim) = self.claim(place, arp.sender_mac, packet.time_ns, packet.index) else { return };
        claim.n_unasked += u64::from(is_announcement || is_pushed);
        claim.n_pushed += u64::from(is_pushed);
        claim.n_needless += u64::from(is_needless);
        claim.n_questions += u64::from(!is_announcement && arp.operation == 1);
        let is_to_one = is_needless || (!is_announcement && arp.operation == 2);
        if has_room && is_to_one && claim.receivers.len() < MOST_RECEIVERS {
            let is_new = claim.receivers.insert(arp.target_ip);
            self.n_kept += usize::from(is_new);
        }
    }

    /// Takes a message; only neighbour advertisements count: they claim an address for a device (RFC 4861, section
    /// 4.4).
    pub fn observe_message(&mut self, message: &Message<'_>, update: Option<FlowUpdate>, vlan_stack: u32) {
        let fields = &message.fields;
        if message.protocol != AppProto::Icmpv6 || !fields.is(FieldId::Message, Icmpv6Message::NeighbourAdvertisement) {
            return;
        }
        let (Some(address), Some(mac)) = (fields.addr(FieldId::Address), fields.mac(FieldId::Mac)) else { return };
        if address.is_group() || is_shared(mac) {
            return;
        }
        let has_room = self.n_kept < MOST_KEPT;
        let Some(claim) = self.claim((vlan_stack, address), mac, message.time_ns, message.packet) else { return };
        if let Some(FlowUpdate { serial, .. }) = update
            && has_room
            && claim.flows.len() < MOST_INDICES
            && claim.flows.last() != Some(&serial)
        {
            claim.flows.push(serial);
            self.n_kept += 1;
        }
    }

    fn claim(&mut self, place: Place, mac: Mac, time_ns: i64, packet: u64) -> Option<&mut Claim> {
        if let Some(turns) = self.turns.of(place) {
            let (first, last) = turns.first_and_last.unwrap_or((mac, mac));
            turns.n_changes += u64::from(last != mac);
            turns.first_and_last = Some((first, mac));
            self.has_contested |= last != mac;
        }
        let claim = self.claims.of((place, mac))?;
        if claim.n_claims == 0 {
            claim.first_ns = time_ns;
        }
        claim.n_claims += 1;
        claim.last_ns = claim.last_ns.max(time_ns);
        if claim.indices.len() < MOST_INDICES && self.n_kept < MOST_KEPT {
            claim.indices.push(packet);
            self.n_kept += 1;
        }
        Some(claim)
    }

    /// Counts a packet that its sender did not forward, from an address with several claimants.
    fn observe_use(&mut self, packet: &Packet) {
        let (Some(ip), Some((mac, _))) = (&packet.ip, packet.macs) else { return };
        // Neighbour discovery only claims the address.
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

    /// True for the first answer to each request; further answers to it are unsolicited.
    fn is_asked(&mut self, vlans: u32, arp: &Arp, now_ns: i64) -> bool {
        let questions = self.asked.known(&(vlans, arp.target_ip, arp.sender_ip));
        questions.is_some_and(|questions| questions.answer(now_ns))
    }

    /// True for a question to somebody who has just answered the same one; notes answers for that.
    fn is_needless(&mut self, (vlans, sender): Place, arp: &Arp, now_ns: i64) -> bool {
        if sender == arp.target_ip {
            return false;
        }
        if arp.operation == 2 {
            if let Some(last) = self.answered.of((vlans, arp.target_ip, sender)) {
                *last = now_ns;
            }
            return false;
        }
        let answered = self.answered.known(&(vlans, sender, arp.target_ip));
        answered.is_some_and(|answered_ns| (0..KNOWN_NS).contains(&(now_ns - *answered_ns)))
    }
    /// Claims of IPv4 addresses (by ARP) or of IPv6 addresses (by neighbour advertisements), in order of address and
    /// device.
    pub fn sorted(&self, is_v4: bool) -> Vec<(&(Place, Mac), &Claim)> {
        let mut sorted = self.claims.sorted();
        sorted.retain(|(((_, address), _), _)| address.is_v4() == is_v4);
        sorted
    }

    /// The device that claimed an address first.
    pub fn first(&self, place: &Place) -> Option<Mac> {
        self.turns.get(place).and_then(|turns| turns.first_and_last).map(|(first, _)| first)
    }

    /// How often the claimant of an address changed.
    pub fn n_changes(&self, place: &Place) -> u64 {
        self.turns.get(place).map_or(0, |turns| turns.n_changes)
    }

    /// Claims that were not kept because the table was full.
    pub fn n_refused(&self) -> u64 {
        self.claims.n_refused
    }

    /// Addresses that several honest devices use, in order. A device that claims a second address of others, or sends
    /// unsolicited answers, is not honest: it did not get the address by mistake.
    pub fn duplicates(&self) -> Vec<Duplicate<'_>> {
        if !self.has_contested {
            return Vec::new();
        }
        let sorted = self.claims.sorted();
        let contested: Vec<_> = sorted.chunk_by(|a, b| a.0.0 == b.0.0).filter(|claims| claims.len() >= 2).collect();
        // A cloned machine has both the IPv4 and the IPv6 address of the original.
        let mut n_contested: Map<(bool, Mac), u32> = Map::default();
        for (((_, address), mac), _) in contested.iter().copied().flatten() {
            *n_contested.entry((address.is_v4(), *mac)).or_default() += 1;
        }
        let is_honest = |((_, address), mac): &(Place, Mac), claim: &Claim| {
            n_contested.get(&(address.is_v4(), *mac)) == Some(&1) && claim.n_pushed <= MOST_PUSHED
        };
        let duplicates = contested.into_iter().filter_map(|claims| {
            let (place, _) = *claims.first()?.0;
            let users = claims.iter().filter(|(_, claim)| claim.n_uses >= LEAST_USES);
            let users: Vec<(Mac, &Claim)> = users.map(|((_, mac), claim)| (*mac, *claim)).collect();
            let are_honest = claims.iter().all(|(who, claim)| is_honest(who, claim));
            let n_changes = self.n_changes(&place);
            (users.len() >= 2 && are_honest && n_changes >= LEAST_CHANGES).then_some(Duplicate {
                place,
                users,
                n_changes,
            })
        });
        duplicates.collect()
    }
}

/// True for virtual MAC addresses of redundant routers, which share them: VRRP (RFC 9568, section 7.3) and CARP,
/// Cisco's HSRP (versions 1 and 2, and for IPv6) and GLBP, where several routers answer for one address.
fn is_shared(mac: Mac) -> bool {
    matches!(
        mac,
        [0x00, 0x00, 0x5e, 0x00, 0x01 | 0x02, _]
            | [0x00, 0x00, 0x0c, 0x07, 0xac, _]
            | [0x00, 0x00, 0x0c, 0x9f, 0xf0..=0xff, _]
            | [0x00, 0x05, 0x73, 0xa0, 0x00..=0x0f, _]
            | [0x00, 0x07, 0xb4, 0x00, _, _]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{arp, inside};

    #[test]
    fn addresses_of_redundant_routers_are_shared_and_those_of_their_makers_are_not() {
        let shared = [
            [0x00, 0x00, 0x5e, 0x00, 0x01, 7],
            [0x00, 0x00, 0x0c, 0x07, 0xac, 7],
            [0x00, 0x00, 0x0c, 0x9f, 0xf3, 7],
            [0x00, 0x05, 0x73, 0xa0, 0x01, 7],
            [0x00, 0x07, 0xb4, 0x00, 0x01, 2],
        ];
        assert!(shared.into_iter().all(is_shared));
        let own =
            [[0x00, 0x00, 0x0c, 0x9f, 0xef, 7], [0x00, 0x05, 0x73, 0xa0, 0x10, 7], [0x00, 0x07, 0xb4, 0x01, 0, 2]];
        assert!(!own.into_iter().any(is_shared));
    }

    #[test]
    fn each_question_is_answered_once_however_late_the_answers_come() {
        let claimed = |questions: &[f64], answers: &[f64]| {
            let mut claims = AddressClaims::default();
            let mut packets: Vec<(f64, u16)> = questions.iter().map(|second| (*second, 1)).collect();
            packets.extend(answers.iter().map(|second| (*second, 2)));
            packets.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (second, operation) in packets {
                let (from, to) = if operation == 1 { (1, 2) } else { (2, 1) };
                claims.observe(&arp(0, second, operation, from, inside(from), inside(to)));
            }
            let sorted = claims.sorted(true);
            sorted.iter().find(|((_, mac), _)| mac[5] == 2).map_or(0, |(_, claim)| claim.n_pushed)
        };
        assert_eq!(claimed(&[1.0, 2.0, 3.0, 4.0], &[5.2, 5.3, 5.4, 6.0]), 0, "a full line delays all answers");
        assert_eq!(claimed(&[1.0, 2.0], &[2.1, 2.2, 2.3, 4.0]), 2, "more answers than questions");
        assert_eq!(claimed(&[1.0, 2.0], &[13.0]), 1, "nobody waits so long");
        assert_eq!(claimed(&[1.0, 2.0, 20.0], &[20.1, 20.2]), 1, "questions that were given up are not open");
    }

    #[test]
    fn what_all_claims_remember_is_bounded_together_and_all_are_counted() {
        let mut claims = AddressClaims { n_kept: MOST_KEPT - 3, ..AddressClaims::default() };
        (0..9).for_each(|i| claims.observe(&arp(i, i as f64, 2, 1, inside(7), inside(50))));
        let sorted = claims.sorted(true);
        assert_eq!((sorted.len(), sorted[0].1.n_claims), (1, 9));
        assert_eq!(sorted[0].1.indices.len() + sorted[0].1.receivers.len(), 3);
    }
}
