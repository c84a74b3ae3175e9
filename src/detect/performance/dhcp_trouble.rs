//! Turns DHCP messages into findings of clients that get no address: no server offers one, the server refuses, or the
//! address is already in use.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{Identity, count, evidence};
use crate::detect::support::layer2;
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::Confidence;
use crate::detect::support::trouble;
use crate::maths::sorting::Gather;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "dhcp_trouble",
    name: "DHCP trouble",
    category: Category::Performance,
    technique: None,
    sees: "Devices search for a DHCP server again and again and no server offers them an address, a server refuses the address they request (NAK), or they find the assigned address already in use (decline).",
    matters: "Without an address a device cannot use the network, or has only a link-local address. To its user the network does not work at all.",
    otherwise: "A device that comes from another network (refused once, then it requests a new address), a device in a network that has no DHCP by design, or a server whose answers are not in the capture.",
    benign_causes: &[
        "A network with fixed addresses only, and a device that is set to use DHCP",
        "Devices that come from another network: they are refused once",
    ],
    advice: &[
        "Check whether the DHCP server runs and has addresses left",
        "If it is in another network, check the relay (IP helper) of the router",
        "Compare the networks that the server serves with the one that these devices are in; look for a second server",
    ],
    part_of: &["dhcp_starvation"],
    source: "RFC 2131, section 4.1 (a client repeats after 4, 8, 16 s), 4.3.2 (when a server refuses) and 3.1 (when a client declines).",
}
.explained_where_shown();

const DISCOVERS: Descriptor = Descriptor::count("dhcp_trouble.discovers", "Searches without an offer", 3.0)
    .range(2.0, 1000.0)
    .unit("messages")
    .help("This many searches of one device without an offer. The second search follows after 4 s (RFC 2131, section 4.1); by then any working server has answered.");
const REFUSALS: Descriptor = Descriptor::count("dhcp_trouble.refusals", "Refusals or declines", 3.0)
    .range(1.0, 1000.0)
    .unit("messages")
    .help("This many refusals (NAK), or this many declines, in one network. A device that comes from another network is refused once (RFC 2131, section 4.3.2).");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<DhcpTrouble>(CARD, &[DISCOVERS, REFUSALS], Interest::MESSAGES).blaming("the DHCP server");

/// Most devices and most servers kept.
const MOST_DEVICES: usize = 1 << 14;
const MOST_SERVERS: usize = 1 << 10;
/// A search without an offer at the end of the capture counts if it was at least this long ago.
const WAITED_NS: i64 = 4 * SECOND;

type Mac = [u8; 6];
/// The stack of VLAN tags of a layer-2 network.
type Link = u32;

#[derive(Default)]
struct DhcpTrouble {
    devices: Tally<(Link, Mac), Device, MOST_DEVICES>,
    servers: Tally<(Link, Addr), Server, MOST_SERVERS>,
}

/// What a device asked for and got.
#[derive(Default)]
struct Device {
    /// A search that nothing has followed yet, ns since 1970.
    pending_ns: Option<i64>,
    n_unanswered: u64,
    n_offers: u64,
    n_acks: u64,
    searches: MessageEvidence,
    naks: MessageEvidence,
    declines: MessageEvidence,
    declined: BTreeSet<Addr>,
}

#[derive(Default)]
struct Server {
    n_offers: u64,
    n_acks: u64,
    n_naks: u64,
    last_offer_ns: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fault {
    Silent,
    Refused,
    Declined,
}

type Devices<'a> = Vec<(Mac, &'a Device)>;
type Servers<'a> = Vec<(Addr, &'a Server)>;

impl Detector for DhcpTrouble {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dhcp { FieldSet::ALL } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let (Some(kind), Some(mac)) = (fields.kind::<DhcpMessage>(FieldId::Message), fields.mac(FieldId::Mac)) else {
            return;
        };
        if event.message.protocol != AppProto::Dhcp {
            return;
        }
        let (link, now) = (event.vlan_stack, event.message.time_ns);
        let sender = event.sender_and_receiver().map(|((sender, _), _)| sender);
        if let DhcpMessage::Offer | DhcpMessage::Ack | DhcpMessage::Nak = kind
            && let Some(address) = fields.addr(FieldId::Server).or(sender)
            && let Some(server) = self.servers.of((link, address))
        {
            match kind {
                DhcpMessage::Offer => (server.n_offers, server.last_offer_ns) = (server.n_offers + 1, now),
                DhcpMessage::Ack => server.n_acks += 1,
                _ => server.n_naks += 1,
            }
        }
        let Some(device) = self.devices.of((link, mac)) else { return };
        match kind {
            DhcpMessage::Discover => {
                device.n_unanswered += u64::from(device.pending_ns.is_some());
                device.pending_ns = Some(now);
                device.searches.add(event);
            }
            DhcpMessage::Offer => (device.n_offers, device.pending_ns) = (device.n_offers + 1, None),
            // A request after a search means that there was an offer, even if the capture lacks it.
            DhcpMessage::Request => device.pending_ns = None,
            DhcpMessage::Ack => (device.n_acks, device.pending_ns) = (device.n_acks + 1, None),
            DhcpMessage::Nak => device.naks.add(event),
            DhcpMessage::Decline => {
                device.declines.add(event);
                if device.declined.len() < Finding::MOST_ADDRESSES {
                    device.declined.extend(fields.addr(FieldId::Requested));
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&DISCOVERS);
        let least_refusals = context.settings.get(&REFUSALS);
        let end_ns = context.span_ns.1;
        let mut cases: BTreeMap<(Link, Fault), Devices<'_>> = BTreeMap::new();
        for ((link, mac), device) in self.devices.sorted() {
            let is_fault = [
                (Fault::Silent, device.n_unanswered(end_ns) as f64 >= least),
                (Fault::Refused, device.naks.n > 0),
                (Fault::Declined, device.declines.n > 0),
            ];
            for (fault, _) in is_fault.into_iter().filter(|(_, is_so)| *is_so) {
                cases.entry((*link, fault)).or_default().push((*mac, device));
            }
        }
        let mut servers: BTreeMap<Link, Servers<'_>> = BTreeMap::new();
        for ((link, address), server) in self.servers.sorted() {
            servers.entry(*link).or_default().push((*address, server));
        }
        let is_enough = |fault: Fault, devices: &Devices<'_>| {
            let n: u64 = devices.iter().map(|(_, device)| device.seen(fault).n).sum();
            fault == Fault::Silent || n as f64 >= least_refusals
        };
        Report::of(cases.into_iter().filter(|((_, fault), devices)| is_enough(*fault, devices)))
            .largest_first(|(_, devices)| devices.len())
            .not_evaluated(self.devices.n_refused)
            .each(|((link, fault), devices)| {
                let threshold = if *fault == Fault::Silent { least } else { least_refusals };
                let servers = servers.get(link).map_or(&[][..], Vec::as_slice);
                finding((*link, *fault), (devices, servers), threshold, end_ns)
            })
    }
}

impl Device {
    fn n_unanswered(&self, end_ns: i64) -> u64 {
        self.n_unanswered + u64::from(self.pending_ns.is_some_and(|asked_ns| end_ns - asked_ns >= WAITED_NS))
    }

    fn seen(&self, fault: Fault) -> &MessageEvidence {
        match fault {
            Fault::Silent => &self.searches,
            Fault::Refused => &self.naks,
            Fault::Declined => &self.declines,
        }
    }
}

fn finding(
    (link, fault): (Link, Fault),
    (devices, servers): (&Devices<'_>, &[(Addr, &Server)]),
    least: f64,
    end_ns: i64,
) -> Finding {
    let mut seen = MessageEvidence::default();
    devices.iter().for_each(|(_, device)| seen.merge(device.seen(fault)));
    // A device that gets an address in the end has only waited.
    let n_helped = devices.iter().filter(|(_, device)| device.n_acks > 0).count();
    let n_unanswered: u64 = devices.iter().map(|(_, device)| device.n_unanswered(end_ns)).sum();
    let value = if fault == Fault::Silent { n_unanswered } else { seen.n };
    let length_ns = seen.last_ns - seen.first_ns;
    let who = count(devices.len(), "device");
    let place = layer2::words(link).map_or_else(String::new, |words| format!(" in {words}"));
    // Those that refuse; of silence those that should have answered.
    let is_meant = |server: &Server| fault != Fault::Refused || server.n_naks > 0;
    let sources: Vec<Addr> = servers.iter().filter(|(_, one)| is_meant(one)).map(|(address, _)| *address).collect();
    let names = |list: &[Addr]| list.iter().take(3).map(Addr::to_string).collect::<Vec<_>>().join(", ");
    let declined: BTreeSet<Addr> = devices.iter().flat_map(|(_, device)| device.declined.iter().copied()).gathered();
    let (title, what, kind) = match fault {
        Fault::Silent => (
            format!("No DHCP server offers an address{place} to {who} looking for one"),
            why_silent(servers, &seen, n_unanswered),
            "1",
        ),
        Fault::Refused => (
            format!("DHCP server {} refuses {} of {who}{place}", names(&sources), count(seen.n as usize, "request")),
            why_refused(servers, &sources, seen.n, names(&sources)),
            "6",
        ),
        Fault::Declined => (
            format!("Addresses that DHCP gives out{place} are in use already: declined by {who}"),
            format!(
                "{} {} declined: before a device takes an address it asks whether somebody has it, and somebody had{}. Some \
                     host has an address of the server's range by hand, or two servers hand out the same range.",
                count(seen.n as usize, "address"),
                if seen.n == 1 { "was" } else { "were" },
                if declined.is_empty() {
                    String::new()
                } else {
                    format!(" {}", names(&declined.iter().copied().collect::<Vec<_>>()))
                }
            ),
            "4",
        ),
    };
    let finding = Finding::builder(&CARD)
        .title(title)
        .rated(trouble::impact(devices.len() - n_helped, length_ns), Confidence::VERY_LIKELY, (value as f64, least))
        .sources(sources)
        .targets(devices.iter().take(Finding::MOST_ADDRESSES).map(|(mac, _)| Endpoint::Mac(*mac)))
        .ports([67])
        .protocol("DHCP")
        .evidence([
            evidence("Searches without an offer", n_unanswered as f64, "messages", "0"),
            evidence(
                "Refusals (NAK)",
                devices.iter().map(|(_, one)| one.naks.n).sum::<u64>() as f64,
                "messages",
                "1 for a device that moved",
            ),
            evidence("Declines", devices.iter().map(|(_, one)| one.declines.n).sum::<u64>() as f64, "messages", "0"),
            evidence("Devices affected", devices.len() as f64, "devices", ""),
            evidence("Of these, got an address in the end", n_helped as f64, "devices", ""),
            evidence("DHCP servers seen", servers.len() as f64, "servers", "1 or 2"),
        ])
        .explanation(format!("Within {} {what}", span(length_ns)))
        .filter(format!("dhcp.option.dhcp == {kind}"))
        .messages(&seen);
    layer2::within(finding, link, "").identity(Identity::WordAlone(format!("{fault:?} {link}"))).build()
}

fn why_silent(servers: &[(Addr, &Server)], seen: &MessageEvidence, n_unanswered: u64) -> String {
    let offers_others = servers.iter().any(|(_, server)| server.last_offer_ns >= seen.first_ns);
    let was_there = servers.iter().any(|(_, server)| server.n_offers + server.n_acks > 0);
    let why = match (offers_others, was_there) {
        (true, _) => {
            "A server offers addresses to others in this time: it has none left for these, leaves them out, or is too slow"
        }
        (false, true) => "A server answered earlier and does not any more: it is down, or the way to it is cut",
        (false, false) => {
            "No server answers anybody in this capture: none runs, or the relay to it does not work. None of these \
                 devices goes on to ask for an address, as it would if the offers only were not captured"
        }
    };
    format!("{} for a server got no offer. {why}.", count(n_unanswered as usize, "search"))
}
fn why_refused(servers: &[(Addr, &Server)], refusing: &[Addr], n: u64, names: String) -> String {
    let others: Vec<Addr> = servers
        .iter()
        .filter(|(address, server)| !refusing.contains(address) && server.n_offers > 0)
        .map(|(address, _)| *address)
        .collect();
    let offers_itself = servers.iter().any(|(address, server)| refusing.contains(address) && server.n_offers > 0);
    let why = match (others.first(), offers_itself) {
        (Some(other), _) => {
            format!("{other} offers addresses in the same network: two servers with different ranges refuse each other's clients")
        }
        (None, true) => "It refuses what it has offered itself: its range or its table of leases is in disorder".to_owned(),
        (None, false) => {
            "It offers nothing either: the devices come from another network, or the server takes this network for another one".to_owned()
        }
    };
    format!("{names} refused {}. {why}.", count(n as usize, "request"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, TestValue, inside, observe_messages, observe_on_links};
    use crate::model::Severity;
    use crate::model::flow::Direction;
    use crate::settings::Settings;

    fn line(second: f64, device: u8, kind: DhcpMessage) -> Line {
        let mut facts: Vec<(FieldId, TestValue)> =
            vec![(FieldId::Message, kind.into()), (FieldId::Mac, [2, 0, 0, 0, 0, device].into())];
        let is_of_client = kind.is_of_client();
        if !is_of_client {
            facts.push((FieldId::Server, inside(1).into()));
        }
        let (from, to) = ((Addr::v4([0; 4]), 68), (Addr::v4([255; 4]), 67));
        Line { protocol: AppProto::Dhcp, second, from, to, direction: Direction::ToResponder, facts }
    }

    fn found(lines: &[Line]) -> Vec<Finding> {
        observe_messages(&ENTRY, lines, &Settings::default()).findings
    }

    #[test]
    fn searches_that_nobody_answers_are_told_and_those_that_lead_to_a_request_are_not() {
        let searches = |answered: bool| -> Vec<Line> {
            let of = |i: u32| {
                let (second, device) = (f64::from(i) * 5.0, (i % 3) as u8);
                let search = line(second, device, DhcpMessage::Discover);
                [Some(search), answered.then(|| line(second + 0.1, device, DhcpMessage::Request))]
            };
            (0..15).flat_map(of).flatten().collect()
        };
        let told = found(&searches(false));
        assert_eq!((told.len(), told[0].targets.len()), (1, 3));
        assert!(told[0].severity >= Severity::Medium);
        assert!(found(&searches(true)).is_empty());
    }

    #[test]
    fn networks_behind_other_tags_are_told_apart() {
        // A server answers in one customer's network only; both have the same inner tag.
        let lines: Vec<Line> = (0..12_u32)
            .flat_map(|i| {
                let kinds =
                    [DhcpMessage::Discover, if i % 2 == 0 { DhcpMessage::Offer } else { DhcpMessage::Discover }];
                kinds.map(|kind| line(f64::from(i) * 5.0, (i % 2) as u8, kind))
            })
            .collect();
        let link = |i: usize| if i % 4 < 2 { 100 << 12 | 7 } else { 200 << 12 | 7 };
        let told = observe_on_links(&ENTRY, &lines, link, &Settings::default()).findings;
        assert_eq!(told.len(), 1);
        assert!(told[0].title.contains("in VLAN 200.7") && told[0].explanation.contains("No server answers anybody"));
    }

    #[test]
    fn refusals_and_declines_are_told_and_one_of_a_device_that_moved_is_not() {
        let each = |kind, n: u32| -> Vec<Line> { (0..n).map(|i| line(f64::from(i) * 9.0, 1, kind)).collect() };
        assert!(found(&each(DhcpMessage::Nak, 5))[0].title.contains("192.168.1.1 refuses 5 requests"));
        assert!(found(&each(DhcpMessage::Decline, 4))[0].title.contains("declined by 1 device"));
        assert!(found(&each(DhcpMessage::Nak, 1)).is_empty() && found(&each(DhcpMessage::Ack, 9)).is_empty());
    }
}
