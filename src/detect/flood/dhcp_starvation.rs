//! Turns DHCP requests of many devices into findings of starvation: made-up devices take addresses until none is left.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::envelope::{Envelope, Excess};
use crate::detect::support::finding_builder::{FindingBuilder, Identity, evidence, thousands};
use crate::detect::support::layer2::{self, MOST_LINKS};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::busiest;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::app::protocol::AppProto;
use crate::model::format::quantity::counted;
use crate::model::format::time::SECOND;
use crate::model::packet::Packet;
use crate::model::{Addr, Category, Endpoint, Finding, Series};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};
use std::collections::{HashMap, HashSet};

const CARD: Card = Card {
    id: "dhcp_starvation",
    name: "DHCP starvation",
    category: Category::Flood,
    technique: Some(("T1499.002", "Service Exhaustion Flood")),
    sees: "Very many devices request an address within a short time, or one requests again and again; or device after device requests one and never sends anything else.",
    matters: "When all addresses are taken, no new device gets on the network. Attackers often do this before they start a rogue DHCP server.",
    otherwise: "A network that comes back after a power cut, a lecture hall that fills up, a test of the server.",
    benign_causes: &[
        "Many devices come back at once after a power cut",
        "Many people arrive at the same time",
        "A test of the DHCP server",
    ],
    advice: &[
        "Find the switch port of these devices: many MAC addresses on one port",
        "Enable DHCP snooping and port security",
        "Look for a second DHCP server that answers instead of the first",
    ],
    part_of: &[],
    source: "The method of the tools yersinia and dhcpig. RFC 2131, section 4.3.2, separates renewals, which take no new address, from requests for one. Devices that never send ARP after their request do not exist: whoever takes an address probes for it and announces it (RFC 5227). 12 of them and one in ten seconds are a flood (a burst and a rate x time, Cruz 1991; set by us), if they are more than all others.",
}
.explained_where_shown();

const ASKED: Descriptor = Descriptor::count("dhcp_starvation.questions", "Requests in a minute", 200.0)
    .range(10.0, 1_000_000.0)
    .unit("messages")
    .help("DHCP requests for a new address within any minute; renewals do not count. A large network with short leases stays far below. Fewer are a flood if the devices are made up.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<DhcpStarvation>(CARD, &[ASKED], Interest::MESSAGES.union(Interest::ARP));

const WINDOW_NS: i64 = 60 * SECOND;
/// Devices that request an address and are never heard of again: those that leave at once, or send no ARP.
const ORDINARY: Envelope = Envelope { rate: 0.1, burst: 12.0 };
/// Servers and senders named, at most.
const MOST_NAMED: usize = 8;
/// A client that gets no answer waits longer each time (RFC 2131, section 4.1): one that asks more often is none.
const MOST_RENEWALS: u32 = 50;
/// Most requests whose times are kept, and most devices.
const MOST: usize = 1 << 16;

#[derive(Default)]
struct DhcpStarvation {
    /// By layer-2 network: each has addresses of its own.
    links: Tally<u32, Link, MOST_LINKS>,
    /// Questions and devices kept of all of them.
    n_kept: usize,
    n_left_out: u64,
}

type Mac = [u8; 6];

#[derive(Default)]
struct Link {
    /// When each device first looked for a server, where its frame was seen.
    seekers: HashMap<Mac, i64>,
    /// Devices that send ARP.
    present: HashSet<Mac>,
    /// Of frames in which another device than their sender looks for a server.
    forgers: BTreeMap<Mac, u32>,
    servers: BTreeSet<Addr>,
    times: Vec<i64>,
    devices: HashSet<Mac>,
    /// Requests of devices that did not look for a server before.
    renewals: HashMap<Mac, u32>,
    n_answers: u64,
    seen: MessageEvidence,
}

impl Detector for DhcpStarvation {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dhcp { FieldSet::ALL } else { FieldSet::NONE }
    }

    fn observe_packet(&mut self, packet: &Packet) {
        if let (Some(arp), Some(_)) = (&packet.arp, packet.macs)
            && let Some(link) = self.links.of(packet.vlan_stack).filter(|link| link.present.len() < MOST)
        {
            link.present.insert(arp.sender_mac);
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol != AppProto::Dhcp {
            return;
        }
        let has_room = self.n_kept < MOST;
        let Some(link) = self.links.of(event.vlan_stack) else { return };
        let fields = &event.message.fields;
        let kind = fields.kind(FieldId::Message);
        // Who sent it in which frame.
        let frame = event.packet.and_then(|packet| Some((packet.ip.as_ref()?.source, packet.macs?.0)));
        if !kind.is_some_and(DhcpMessage::is_of_client) {
            link.n_answers += 1;
            if let Some((server, _)) = frame.filter(|_| link.servers.len() < MOST_NAMED) {
                link.servers.insert(server);
            }
            return;
        }
        // A device that requests the address it already has takes no new one (RFC 2131, section 4.3.2): a renewal.
        let device = fields.mac(FieldId::Mac);
        // A relay requests from its own address, in its own frame.
        if let (Some((source, from)), Some(device)) = (frame, device)
            && kind == Some(DhcpMessage::Discover)
            && source == Addr::v4([0; 4])
            && link.seekers.len() < MOST
        {
            let is_new = link.seekers.insert(device, event.message.time_ns).is_none();
            if is_new && from != device && (link.forgers.len() < MOST_NAMED || link.forgers.contains_key(&from)) {
                *link.forgers.entry(from).or_default() += 1;
            }
        }
        let has_discovered = device.is_some_and(|device| link.devices.contains(&device));
        if matches!(kind, Some(DhcpMessage::Request | DhcpMessage::Inform))
            && !has_discovered
            && device.is_none_or(|device| link.is_renewal(device, has_room))
        {
            return;
        }
        link.seen.add(event);
        if !has_room {
            self.n_left_out += 1;
            return;
        }
        self.n_kept += 1;
        link.times.push(event.message.time_ns);
        link.devices.extend(device);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&ASKED);
        let cases = self.links.sorted().into_iter().filter_map(|(place, link)| {
            let mut times = link.times.clone();
            times.sort_unstable();
            let most = busiest(&times, WINDOW_NS);
            let made_up = link.made_up(context.span_ns);
            (most as f64 >= least || made_up.is_some()).then_some((*place, link, times, most, made_up))
        });
        Report::of(cases).not_evaluated(self.n_left_out + self.links.n_refused).each(
            |(place, link, times, most, made_up)| {
                layer2::within(link.finding(times, (*most, least), *made_up), *place, "dhcp_starvation").build()
            },
        )
    }
}

impl Link {
    /// Counts a request of a device that did not look for a server; false once it asks more often than clients do.
    fn is_renewal(&mut self, device: Mac, has_room: bool) -> bool {
        if (!has_room || self.renewals.len() >= MOST) && !self.renewals.contains_key(&device) {
            return true;
        }
        let n = self.renewals.entry(device).or_default();
        *n = n.saturating_add(1);
        *n <= MOST_RENEWALS
    }

    /// Devices that looked for a server and never sent anything else, if they are more than there can be.
    fn made_up(&self, span_ns: (i64, i64)) -> Option<Excess> {
        let mut times = Seconds::default();
        let ghosts = self.seekers.iter().filter(|(device, _)| !self.present.contains(*device));
        ghosts.for_each(|(_, first_ns)| times.add(*first_ns, 1));
        // If no ARP was captured at all, it is not known which devices exist.
        let is_most = !self.present.is_empty() && times.total() > self.present.len() as u64;
        let excess = ORDINARY.excess(&times, (span_ns.0.div_euclid(SECOND), span_ns.1.div_euclid(SECOND)))?;
        is_most.then_some(excess)
    }

    fn finding(&self, times: &[i64], (most, least): (usize, f64), made_up: Option<Excess>) -> FindingBuilder {
        let n = self.seen.n as usize;
        let n_devices = self.devices.len();
        // One device that asks on and on, or ever new ones that ask once: both are made up.
        let is_made_up = made_up.is_some() || n_devices <= 2 || n_devices as f64 >= 0.8 * n as f64 / 2.0;
        let confidence = if is_made_up { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        let n_forged: u32 = self.forgers.values().sum();
        let (value, from) = match made_up {
            Some(excess) if (most as f64) < least => (excess.above, ORDINARY.burst),
            _ => (most as f64, least),
        };
        let mut words = String::new();
        if let Some(excess) = made_up {
            words.push_str(&format!(
                " {} of these devices never sent anything else, not even ARP for the address that they asked for: they do \
                 not exist.",
                thousands(excess.n as usize)
            ));
        }
        if n_forged > 1 {
            words.push_str(&format!(
                " {} requests came in frames of another device than the one that they name.",
                thousands(n_forged as usize)
            ));
        }
        let forgers = self.forgers.iter().filter(|(_, n)| **n > 1).map(|(mac, _)| Endpoint::Mac(*mac));
        Finding::builder(&CARD)
            .title(format!("{} DHCP requests from {}", thousands(n), counted(n_devices as u64, "device", "devices")))
            .rated(Impact::OUTAGE, confidence, (value, from))
            // As ever: of the protocol alone.
            .identity(Identity::WordAlone("DHCP".to_owned()))
            .sources(forgers)
            .targets(self.servers.iter().copied())
            .ports([67])
            .protocol("DHCP")
            .evidence([
                evidence("Requests", n as f64, "messages", "a few per device and day"),
                evidence("Most of them within a minute", most as f64, "messages", "below 20"),
                evidence("Different requesting devices", n_devices as f64, "devices", "as many as there are"),
                evidence("Answers", self.n_answers as f64, "messages", "one for each request"),
            ])
            .explanation(format!(
                "{} requests for an address were seen, up to {} within a minute, from {} device addresses; {} were \
                 answered. A tool that uses up all addresses sends this many.{words}",
                thousands(n),
                thousands(most),
                thousands(n_devices),
                thousands(self.n_answers as usize)
            ))
            .filter("dhcp.option.dhcp in {1, 3, 4, 8}")
            .series(Series::counts("Requests", "messages", times))
            .messages(&self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, observe_on_links};
    use crate::model::Addr;
    use crate::model::flow::Direction;
    use crate::settings::Settings;

    fn asked(n: u32, gap: f64) -> usize {
        asked_by(n, gap, DhcpMessage::Discover, 256)
    }

    fn asked_by(n: u32, gap: f64, kind: DhcpMessage, n_devices: u32) -> usize {
        asked_on(n, gap, kind, n_devices, |_| 0)
    }

    fn asked_on(n: u32, gap: f64, kind: DhcpMessage, n_devices: u32, link: impl Fn(usize) -> u32) -> usize {
        let line = |i: u32| Line {
            protocol: AppProto::Dhcp,
            second: f64::from(i) * gap,
            from: (Addr::v4([0, 0, 0, 0]), 68),
            to: (Addr::v4([255, 255, 255, 255]), 67),
            direction: Direction::ToResponder,
            facts: vec![(FieldId::Message, kind.into()), (FieldId::Mac, [2, 0, 0, 0, 0, (i % n_devices) as u8].into())],
        };
        let lines: Vec<Line> = (0..n).map(line).collect();
        observe_on_links(&ENTRY, &lines, link, &Settings::default()).findings.len()
    }

    #[test]
    fn a_flood_of_questions_is_reported_and_a_busy_morning_is_not() {
        assert_eq!((asked(400, 0.1), asked(400, 5.0)), (1, 0));
    }

    #[test]
    fn each_stack_of_tags_has_addresses_of_its_own() {
        let asked = |n_links: usize| {
            asked_on(400, 0.1, DhcpMessage::Discover, 256, move |i| (100 << 12) | ((i % n_links) as u32 + 1))
        };
        assert_eq!((asked(1), asked(2), asked(200)), (1, 2, 0));
    }

    #[test]
    fn devices_that_never_send_arp_are_made_up_if_they_are_many() {
        let is_flood = |n: u8, gap_seconds: i64, n_present: u8| {
            let mut link = Link::default();
            link.seekers.extend((0..n).map(|i| ([2, 0, 0, 0, 0, i], i64::from(i) * gap_seconds * SECOND)));
            link.present.extend((0..n_present).map(|i| [2, 1, 0, 0, 0, i]));
            let before = link.made_up((0, 3600 * SECOND)).is_some();
            link.present.extend((0..n).map(|i| [2, 0, 0, 0, 0, i]));
            (before, link.made_up((0, 3600 * SECOND)).is_some())
        };
        assert_eq!(
            (is_flood(30, 2, 8), is_flood(30, 20, 8), is_flood(30, 2, 40)),
            ((true, false), (false, false), (false, false))
        );
    }

    #[test]
    fn renewals_of_many_devices_are_none_and_one_that_asks_on_and_on_is() {
        let found = |n_devices| asked_by(400, 0.1, DhcpMessage::Request, n_devices);
        assert_eq!((found(25), found(1)), (0, 1));
    }
}
