//! Turns frames into findings of MAC floods: very many Ethernet addresses that appear once and send to addresses that
//! do not exist.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, evidence};
use crate::detect::support::layer2;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::busiest;
use crate::maths::sorting::Arrange;
use crate::model::format::time::SECOND;
use crate::model::packet::Packet;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "mac_flood",
    name: "MAC flood",
    category: Category::Flood,
    technique: Some(("T1557", "Adversary-in-the-Middle")),
    sees: "Very many new Ethernet (MAC) addresses send one or two frames each, to destinations that never answer or, more often, to all; far more addresses than the network has devices.",
    matters: "A switch remembers which address is behind which port. When forged addresses fill its table, it sends frames to all ports, where the attacker can read them.",
    otherwise: "A large network that joins at one capture point, or devices that change their address for privacy; both send to destinations that exist.",
    benign_causes: &[
        "A test tool that generates traffic of many devices",
        "A capture point that shows frames of many networks in one direction only",
    ],
    advice: &[
        "Find the switch port that these addresses came from, and the device behind it",
        "Limit the number of addresses per port (port security)",
    ],
    part_of: &[],
    source: "The attack of macof (dsniff). Tables of access switches hold 8,000 to 32,000 addresses; a network segment seldom has more than a few hundred devices, and new ones come a few a minute. Of real devices, some appear twice before many have appeared once (Good, Biometrika 1953); forged addresses never appear again.",
}
.explained_where_shown();

const ADDRESSES: Descriptor = Descriptor::count("mac_flood.addresses", "New addresses in a minute", 100.0)
    .range(10.0, 1_000_000.0)
    .unit("addresses")
    .help("This many Ethernet addresses that appear within 60 s and send at most two frames, only to destinations that never send; or one frame, to all, and then three times as many as all others. Ordinary networks have none.");

/// The detector's entry in the register.
// Flood tools send SYN packets, torn headers, UDP or ARP.
pub const ENTRY: Entry = Entry::of::<MacFlood>(
    CARD,
    &[ADDRESSES],
    Interest::TCP_CONTROL.union(Interest::OTHER).union(Interest::UDP).union(Interest::ARP).union(Interest::ICMP),
);

/// Most senders kept.
const MOST_SENDERS: usize = 1 << 17;
/// A sender with more frames than this is a real device.
const MOST_FRAMES: u32 = 2;
/// Where their frames are broadcast, there are at least this many times as many forged addresses as all others.
const LEAST_TIMES: f64 = 3.0;
/// Of addresses that come at random some come twice; of forged ones no more than this share.
const MOST_TWICE: f64 = 0.02;
/// Span for new addresses.
const SPAN_NS: i64 = 60 * SECOND;

type Mac = [u8; 6];

#[derive(Default)]
struct MacFlood {
    /// By layer-2 network and Ethernet address.
    senders: Tally<(u32, Mac), Sender, MOST_SENDERS>,
}

#[derive(Default)]
struct Sender {
    n: u32,
    first_ns: i64,
    last_ns: i64,
    receiver: Mac,
    indices: Vec<u64>,
    is_arp: bool,
    hosts: Option<(Addr, Addr)>,
}

/// Broadcast, and the groups of IPv4, IPv6 and the IEEE, which no device has as its own.
fn is_known_group(mac: Mac) -> bool {
    mac == [0xff; 6] || matches!(mac, [0x33, 0x33, ..] | [0x01, 0x00, 0x5e, ..] | [0x01, 0x80, 0xc2, ..] | [0x01, ..])
}

impl Detector for MacFlood {
    fn observe_packet(&mut self, packet: &Packet) {
        let Some((from, to)) = packet.macs else { return };
        let Some(sender) = self.senders.of((packet.vlan_stack, from)) else { return };
        if sender.n == 0 {
            sender.first_ns = packet.time_ns;
            sender.receiver = to;
            let of_arp = || packet.arp.as_ref().map(|arp| (arp.sender_ip, arp.target_ip));
            sender.hosts = packet.ip.as_ref().map(|ip| (ip.source, ip.target)).or_else(of_arp);
            sender.is_arp = packet.arp.is_some();
        }
        sender.n = sender.n.saturating_add(1);
        if sender.n <= MOST_FRAMES {
            sender.indices.push(packet.index);
        }
        sender.last_ns = sender.last_ns.max(packet.time_ns);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&ADDRESSES);
        let mut links: BTreeMap<u32, Senders<'_>> = BTreeMap::new();
        for ((link, _), sender) in self.senders.iter() {
            let senders = links.entry(*link).or_default();
            senders.n += 1;
            let has_receiver = || self.senders.get(&(*link, sender.receiver)).is_some();
            match (sender.n, is_known_group(sender.receiver)) {
                (1, true) if sender.is_arp && sender.receiver == [0xff; 6] => senders.once_to_all.push(sender),
                (2, true) => senders.n_twice += 1,
                (..=MOST_FRAMES, false) if !has_receiver() => senders.to_nobody.push(sender),
                _ => {}
            }
        }
        let cases = links.into_iter().filter_map(|(link, senders)| {
            let n_senders = senders.n;
            let mut meant = senders.meant();
            meant.arrange_by_key(|sender| (sender.first_ns, sender.receiver));
            let times: Vec<i64> = meant.iter().map(|sender| sender.first_ns).collect();
            let most = busiest(&times, SPAN_NS);
            (most as f64 >= least).then_some((link, meant, n_senders, most))
        });
        Report::of(cases).not_evaluated(self.senders.n_refused).each(|(link, meant, n_senders, most)| {
            layer2::within(finding(meant, *most, *n_senders, least), *link, "mac_flood").build()
        })
    }
}

/// The senders of a layer-2 network.
#[derive(Default)]
struct Senders<'a> {
    n: usize,
    /// A frame or two to destinations that never send.
    to_nobody: Vec<&'a Sender>,
    /// One ARP frame, to all.
    once_to_all: Vec<&'a Sender>,
    /// How many sent two frames, broadcast or multicast.
    n_twice: usize,
}

impl<'a> Senders<'a> {
    /// Those whose addresses are forged. That frames go to all proves nothing: of a large network little else is seen. There
    /// it takes far more than all others, and that they do not come again.
    fn meant(self) -> Vec<&'a Sender> {
        let Senders { n, mut to_nobody, once_to_all, n_twice } = self;
        let n_once = once_to_all.len();
        let n_others = n.saturating_sub(n_once + to_nobody.len()) as f64;
        if n_once as f64 >= LEAST_TIMES * n_others && n_twice as f64 <= MOST_TWICE * n_once as f64 {
            to_nobody.extend(once_to_all);
        }
        to_nobody
    }
}

/// The addresses that most of the frames name, most frames first; forged ones each name another.
fn common(hosts: impl Iterator<Item = Addr>, n: usize) -> BTreeSet<Addr> {
    let mut counts: BTreeMap<Addr, usize> = BTreeMap::new();
    hosts.for_each(|host| *counts.entry(host).or_default() += 1);
    counts.into_iter().filter(|(_, count)| count * 10 >= n).map(|(host, _)| host).collect()
}

fn finding(meant: &[&Sender], most: usize, n_senders: usize, least: f64) -> FindingBuilder {
    let sources = common(meant.iter().filter_map(|s| s.hosts).map(|(source, _)| source), meant.len());
    let targets = common(meant.iter().filter_map(|s| s.hosts).map(|(_, target)| target), meant.len());
    let period = (
        meant.iter().map(|sender| sender.first_ns).min().unwrap_or(0),
        meant.iter().map(|sender| sender.last_ns).max().unwrap_or(0),
    );
    let mut parts = vec![finding_builder::time_filter(period.0, period.1), "eth".to_owned()];
    let is_arp = meant.iter().all(|sender| sender.is_arp);
    if let (true, Some(target)) = (is_arp, targets.first()) {
        parts.push(format!("arp.dst.proto_ipv4 == {target}"));
    } else if let (Some(source), Some(target)) = (sources.first(), targets.first()) {
        parts.push(finding_builder::host_filter("src", *source));
        parts.push(finding_builder::host_filter("dst", *target));
    }
    if !meant.iter().any(|sender| sender.is_arp) {
        parts.push("!arp".to_owned());
    }
    Finding::builder(&CARD)
        .title(match sources.first() {
            Some(one) if sources.len() == 1 => format!("{one} sent frames from {} Ethernet addresses", meant.len()),
            _ => format!("Frames came from {} Ethernet addresses that no real device has", meant.len()),
        })
        .rated(Impact::INTERCEPTION, Confidence::VERY_LIKELY, (most as f64, least))
        .sources(sources.iter().copied())
        .targets(targets.iter().copied())
        .protocol("Ethernet")
        .period(period)
        .evidence([
            evidence("Most new addresses within a minute", most as f64, "addresses", format!("below {least}")),
            evidence("Addresses that sent only to unknown destinations", meant.len() as f64, "addresses", "0"),
            evidence(
                "All other senders of such frames",
                (n_senders - meant.len().min(n_senders)) as f64,
                "addresses",
                "",
            ),
        ])
        .explanation(format!(
            "{} Ethernet addresses sent one or two frames each, up to {most} new ones within a minute, to \
             {}. No network has so many short-lived devices. The frames \
             are forged to fill the switch's address table; a switch with a full table sends every frame to all ports.",
            meant.len(),
            if is_arp { "all, and never came again" } else { "destinations that never send anything themselves" }
        ))
        .n_packets(meant.iter().map(|sender| u64::from(sender.n)).sum())
        .packet_indices(meant.iter().flat_map(|sender| sender.indices.iter().copied()).collect())
        .filter(parts.join(" && "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{arp, finish, inside, udp};
    use crate::model::Endpoint;
    use crate::settings::Settings;

    fn frame(index: u64, from: Mac, to: Mac) -> Packet {
        Packet { macs: Some((from, to)), ..udp(index, index as f64 / 100.0, 1, (inside(7), 1), (inside(8), 1)) }
    }

    #[test]
    fn addresses_that_appear_once_and_send_to_nobody_are_a_flood() {
        let forged = |i: u64| frame(i, [2, 7, 0, 0, (i / 256) as u8, i as u8], [2, 8, 0, 0, (i / 256) as u8, i as u8]);
        let packets: Vec<Packet> = (0..500).map(forged).collect();
        let found = finish(&ENTRY, &[], &packets, &Settings::default()).findings;
        assert_eq!((found.len(), found[0].n_packets, found[0].packet_indices.len()), (1, 500, 500));
        assert_eq!(found[0].sources, [Endpoint::Ip(inside(7))]);
    }

    #[test]
    fn each_stack_of_tags_is_a_network_of_its_own() {
        let forged = |i: u64, vlan_stack| {
            let mac = |first| [2, first, 0, 0, (i / 256) as u8, i as u8];
            Packet { vlan_stack, ..frame(i, mac(7), mac(8)) }
        };
        let found = |link: &dyn Fn(u64) -> u32| {
            let packets: Vec<Packet> = (0..500).map(|i| forged(i, link(i))).collect();
            finish(&ENTRY, &[], &packets, &Settings::default()).findings
        };
        let two = found(&|i| (100 << 12) | ((i % 2) as u32 + 1));
        assert_eq!(two.iter().map(|finding| finding.n_packets).collect::<Vec<_>>(), [250, 250]);
        assert!(two[0].id != two[1].id && two[0].explanation.ends_with("All this was in VLAN 100.1."));
        assert!(found(&|i| (100 << 12) | (i as u32 % 50 + 1)).is_empty(), "ten in each");
    }

    #[test]
    fn many_devices_that_broadcast_or_talk_to_a_real_one_are_fine() {
        let broadcast = |i: u64| frame(i, [2, 7, 0, 0, (i / 256) as u8, i as u8], [0xff; 6]);
        let packets: Vec<Packet> = (0..500).map(broadcast).collect();
        assert!(finish(&ENTRY, &[], &packets, &Settings::default()).findings.is_empty());
        // Of a large network some devices ask twice before all have asked once.
        let asks = |device: u64, i: u64| Packet {
            macs: Some(([2, 7, 0, 0, (device / 256) as u8, device as u8], [0xff; 6])),
            ..arp(i, i as f64 / 100.0, 1, 1, inside(7), inside(8))
        };
        let found = |n: u64, n_devices: u64| {
            let any = |i: u64| ((i * i).wrapping_mul(0x5851_f42d_4c95_7f2d) >> 33) % n_devices;
            let packets: Vec<Packet> = (0..n).map(|i| asks(any(i), i)).collect();
            finish(&ENTRY, &[], &packets, &Settings::default()).findings
        };
        assert!(found(500, 2000).is_empty(), "some come twice");
        let forged: Vec<Packet> = (0..500).map(|i| asks(i, i)).collect();
        let found = finish(&ENTRY, &[], &forged, &Settings::default()).findings;
        assert_eq!((found.len(), found[0].targets.as_slice()), (1, &[Endpoint::Ip(inside(8))][..]));
        let server = [2, 9, 9, 9, 9, 9];
        let mut packets: Vec<Packet> =
            (0..500).map(|i| frame(i, [2, 7, 0, 0, (i / 256) as u8, i as u8], server)).collect();
        packets.push(frame(600, server, [2, 7, 0, 0, 0, 0]));
        assert!(finish(&ENTRY, &[], &packets, &Settings::default()).findings.is_empty());
    }
}
