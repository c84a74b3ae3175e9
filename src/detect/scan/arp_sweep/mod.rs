//! Turns ARP requests and IPv6 neighbour solicitations into findings: one device requests many addresses that are not
//! in use, or a router does so because an outside host scans through it.

mod assigned;
mod in_order;
mod question;
mod rounds;
mod spread;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::connection_attempts::Contact;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::monitoring;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::threshold_random_walk::{self, Walk, busiest};
use crate::maths::sorting::Arrange;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::format::time::{SECOND, from_seconds, span};
use crate::model::net::addr::mac_text;
use crate::model::packet::{Packet, Transport};
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;
use assigned::{Assigned, Checks};
use in_order::InOrder;
use question::Question;
use rounds::Rounds;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "arp_sweep",
    name: "ARP sweep",
    category: Category::Scan,
    technique: Some(("T1018", "Remote System Discovery")),
    sees: "One device sends ARP requests, or IPv6 neighbour solicitations, for many addresses of the local network, and most of them are not in use.",
    matters: "A host must learn a neighbour's Ethernet address before it can reach it. Requesting one address after another is a sign of host discovery, whatever tool is used.",
    otherwise: "An inventory or monitoring tool, a router that forwards a scan from outside, or a DHCP server that checks addresses before it assigns them.",
    benign_causes: &[
        "A known inventory or monitoring tool",
        "A router that forwards a scan from outside",
        "A DHCP server that checks addresses before it assigns them",
    ],
    advice: &[
        "Find out who owns the device and whether the sweep was authorised",
        "Check what it did afterwards with the neighbours that answered",
    ],
    part_of: &[],
    source: "Count rule of Zeek's scan policy (25 hosts in 5 minutes, failed attempts only), and the threshold random walk (Jung, Paxson, Berger, Balakrishnan, IEEE S&P 2004) over any time, applied to unanswered ARP requests and neighbour solicitations (RFC 4861).",
}
.explained_where_shown();

const ADDRESSES: Descriptor = Descriptor::count("arp_sweep.addresses", "Unanswered addresses for a sweep", 25.0)
    .range(2.0, 65_535.0)
    .unit("addresses")
    .help("This many different addresses that were requested within the window and never answered are a sweep. 25 is the value of Zeek's scan policy. Four times as many are needed where the capture shows no answers at all.");
const WINDOW: Descriptor = Descriptor::seconds("arp_sweep.window", "Window for counting addresses", 300.0)
    .range(1.0, 86_400.0)
    .help("Unanswered addresses are counted within this time. 300 s is the value of Zeek's scan policy.");

const LEAST: Descriptor = Descriptor::count("arp_sweep.least", "Unanswered addresses for the random walk", 10.0)
    .range(4.0, 65_535.0)
    .unit("addresses")
    .help("The random walk of Jung et al. needs four unanswered requests in a row. A monitor of machines that are off reaches that too, so at least this many addresses must not have answered.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<ArpSweep>(
    CARD,
    &[ADDRESSES, WINDOW, LEAST],
    Interest::ARP.union(Interest::ICMP).union(Interest::MESSAGES),
);

/// ICMPv6 types of neighbour solicitation and advertisement (RFC 4861, sections 4.3 and 4.4).
const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;
/// An outside host that tried this many neighbours while the router requested them is the cause.
const LEAST_CAUSED: usize = 3;
/// A router requests a neighbour within this time of the packet that it has to deliver.
const CAUSE_NS: i64 = 5 * SECOND;

/// Where no answers to the device were captured, missing answers prove less: the threshold is this many times higher.
const BLIND_FACTOR: f64 = 4.0;
/// A busy router requests many neighbours too, but not as many within this time.
const FAST_NS: i64 = 30 * SECOND;
/// Most findings.
const MOST_FINDINGS: usize = 100;
/// Most devices kept.
const MOST_DEVICES: usize = 1 << 16;
/// Most pairs of device and address kept.
const MOST_QUESTIONS: usize = 1 << 18;
/// Packets remembered for one device.
const MOST_INDICES: usize = 4096;

type Mac = [u8; 6];

#[derive(Default)]
struct ArpSweep {
    /// By Ethernet address, and whether it requests IPv6 neighbours.
    devices: Tally<(Mac, bool), Device, MOST_DEVICES>,
    questions: Tally<(Mac, Addr), Question, MOST_QUESTIONS>,
    assigned: Assigned,
}

#[derive(Default)]
struct Device {
    own: Option<Addr>,
    n_questions: u64,
    n_answers: u64,
    first_ns: i64,
    last_ns: i64,
    indices: Vec<u64>,
}

/// The group that is asked for an address of IPv6 (RFC 4291, section 2.7.1): it has the last 24 bits of the address.
fn solicited_node(address: Addr) -> Addr {
    const PREFIX: [u8; 13] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff];
    let mut group = [0; 16];
    let last = address.0.to_be_bytes();
    for (place, byte) in group.iter_mut().enumerate() {
        *byte = PREFIX.get(place).or_else(|| last.get(place)).copied().unwrap_or(0);
    }
    Addr::v6(group)
}

impl ArpSweep {
    fn ask(&mut self, mac: Mac, own: Addr, target: Addr, packet: &Packet) {
        let Some(device) = self.devices.of((mac, !target.is_v4())) else { return };
        if device.n_questions == 0 {
            device.first_ns = packet.time_ns;
        }
        device.n_questions += 1;
        device.last_ns = device.last_ns.max(packet.time_ns);
        if !own.is_group() {
            device.own.get_or_insert(own);
        }
        if device.indices.len() < MOST_INDICES {
            device.indices.push(packet.index);
        }
        if let Some(question) = self.questions.of((mac, target)) {
            question.ask(packet.time_ns);
        }
    }

    fn answer(&mut self, asker: Mac, address: Addr) {
        if let Some(device) = self.devices.known(&(asker, !address.is_v4())) {
            device.n_answers += 1;
        }
        if let Some(question) = self.questions.known(&(asker, address)) {
            question.is_answered = true;
        }
    }
}

impl Detector for ArpSweep {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dhcp { FieldSet::of(&[FieldId::Address]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        self.assigned.add(event);
    }

    fn observe_packet(&mut self, packet: &Packet) {
        if let Some(arp) = &packet.arp {
            match arp.operation {
                1 if arp.sender_ip != arp.target_ip => self.ask(arp.sender_mac, arp.sender_ip, arp.target_ip, packet),
                2 => self.answer(arp.target_mac, arp.sender_ip),
                _ => {}
            }
            return;
        }
        let (Transport::Icmp(icmp), Some(ip), Some((sender, receiver))) = (&packet.transport, &packet.ip, packet.macs)
        else {
            return;
        };
        match icmp.kind {
            // From the unspecified address: duplicate address detection. To one host: is it still reachable?
            SOLICITATION if icmp.is_v6 && ip.source.0 != 0 && ip.target.is_group() => {
                self.ask(sender, ip.source, ip.target, packet);
            }
            ADVERTISEMENT if icmp.is_v6 => self.answer(receiver, solicited_node(ip.source)),
            _ => {}
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let limits = Limits {
            addresses: context.settings.get(&ADDRESSES),
            window_ns: from_seconds(context.settings.get(&WINDOW)),
            least: context.settings.get(&LEAST),
        };
        let questions = self.questions.sorted();
        let gateway = context.gateway.mac();
        let sweeps =
            questions.chunk_by(|a, b| (a.0.0, a.0.1.is_v4()) == (b.0.0, b.0.1.is_v4())).filter_map(|questions| {
                let ((mac, target), _) = questions.first()?;
                let device = self.devices.get(&(*mac, !target.is_v4()))?;
                let sweep = Sweep::of(questions, device, &limits)?;
                let cause = (gateway == Some(*mac)).then(|| device.cause(context)).flatten();
                let rounds = Rounds::of(questions, device.own, context.contacts);
                let checks = self.assigned.checks(questions, device.own);
                let in_order = InOrder::of(questions, device.own, context.contacts).filter(|_| cause.is_none());
                Some((*mac, device, Sweep { rounds, checks, in_order, ..sweep }, cause))
            });
        let sweeps: Vec<_> = sweeps.collect();
        let alike = sweeps.iter().filter(|(.., sweep, cause)| spread::counts(sweep, *cause));
        let n_alike = alike.map(|(mac, ..)| *mac).collect::<BTreeSet<Mac>>().len();
        Report::of(sweeps).at_most(MOST_FINDINGS).not_evaluated(self.devices.n_refused + self.questions.n_refused).each(
            |(mac, device, sweep, cause)| {
                let finding = device.finding(*mac, sweep, *cause, limits.window_ns);
                let finding = if spread::counts(sweep, *cause) { spread::note(finding, n_alike) } else { finding };
                let finding = sweep.rounds.iter().fold(finding, |finding, rounds| rounds.note(finding));
                let finding = sweep.checks.iter().fold(finding, |finding, checks| checks.note(finding));
                sweep.in_order.iter().fold(finding, |finding, in_order| in_order.note(finding))
            },
        )
    }
}

struct Limits {
    addresses: f64,
    window_ns: i64,
    least: f64,
}

struct Sweep {
    asked: Vec<Addr>,
    n_unanswered: usize,
    n_window: usize,
    walk: Walk,
    threshold: f64,
    is_blind: bool,
    is_fast: bool,
    /// Of an inventory or a monitor.
    rounds: Option<Rounds>,
    /// Of a DHCP server.
    checks: Option<Checks>,
    /// Of an inventory that runs once.
    in_order: Option<InOrder>,
}

impl Sweep {
    /// From a device's requests; `None` if they are no sweep.
    fn of(questions: &[(&(Mac, Addr), &Question)], device: &Device, limits: &Limits) -> Option<Sweep> {
        let mut in_time: Vec<(i64, bool)> =
            questions.iter().filter_map(|(_, q)| Some((q.first_ns?, q.is_answered))).collect();
        in_time.arrange();
        let times: Vec<i64> = in_time.iter().filter(|(_, is_answered)| !is_answered).map(|(time, _)| *time).collect();
        // Who repeats a question got no answer, whatever the capture shows: hosts ask again after a second (RFC 4861, section
        // 10: RETRANS_TIMER), and then only.
        let n_repeated = questions.iter().filter(|(_, question)| question.is_repeated).count();
        let is_blind = device.n_answers == 0 && n_repeated * 2 <= times.len();
        let factor = if is_blind { BLIND_FACTOR } else { 1.0 };
        let n_window = busiest(&times, limits.window_ns);
        let walk = Walk::over(in_time.iter().map(|(_, is_answered)| *is_answered));
        let is_swift = n_window as f64 >= limits.addresses * factor;
        // Where no answer is captured, none of the outcomes is known.
        let is_walk = !is_blind && walk.is_scanner() && times.len() as f64 >= limits.least;
        ((is_swift || is_walk) && times.len() * 2 > questions.len()).then(|| Sweep {
            asked: questions.iter().map(|((_, ip), _)| *ip).collect(),
            n_unanswered: times.len(),
            n_window,
            walk,
            threshold: factor * if is_swift { limits.addresses } else { limits.least },
            is_blind,
            is_fast: busiest(&times, FAST_NS) as f64 >= limits.addresses * BLIND_FACTOR,
            rounds: None,
            checks: None,
            in_order: None,
        })
    }
}

impl Device {
    /// The outside host that tried most neighbours while this router requested them, and how many it tried; `None` if
    /// no host tried at least [`LEAST_CAUSED`].
    fn cause(&self, context: &Context<'_>) -> Option<(Addr, usize)> {
        let span = self.first_ns - CAUSE_NS..=self.last_ns + CAUSE_NS;
        let is_v6 = self.own.is_some_and(|own| !own.is_v4());
        let sources = context.contacts.groups(LEAST_CAUSED as f64, |c| {
            let is_meant = context.site.is_outside(c.source) && context.site.is_inside(c.target);
            (is_meant && c.source.is_v4() != is_v6 && span.contains(&c.first_ns)).then_some(c.source)
        });
        let n_targets = |contacts: &Vec<_>| contacts.chunk_by(|a: &Contact, b| a.target == b.target).count();
        let most = sources.iter().max_by_key(|contacts| n_targets(contacts))?;
        (n_targets(most) >= LEAST_CAUSED).then_some((most.first()?.source, n_targets(most)))
    }

    fn finding(&self, mac: Mac, sweep: &Sweep, cause: Option<(Addr, usize)>, window_ns: i64) -> Finding {
        let asker = self.own.map_or_else(|| mac_text(mac), |own| own.to_string());
        let is_v6 = self.own.is_some_and(|own| !own.is_v4());
        let (what, filter) = if is_v6 {
            ("neighbour solicitations", "icmpv6.type == 135 && ipv6.dst == ff02::1:ff00:0/104 && eth.src")
        } else {
            ("ARP requests", "arp.opcode == 1 && !arp.isgratuitous && arp.src.hw_mac")
        };
        let n = sweep.asked.len();
        let n_most = sweep.n_window.max(sweep.n_unanswered) as f64;
        let (impact, confidence) = match (cause, sweep.is_blind, sweep.is_fast) {
            (Some(_), ..) => (Impact::OUTSIDE_AIM, Confidence::ALMOST_CERTAIN),
            _ if sweep.rounds.is_some() || sweep.checks.is_some() => {
                (Impact::INSIDE_LOOK, monitoring::Rounds::confidence())
            }
            _ if sweep.in_order.is_some() => (Impact::INSIDE_LOOK, Confidence::UNLIKELY),
            (None, true, false) => (Impact::INSIDE_LOOK, Confidence::LIKELY),
            _ => (Impact::INSIDE_LOOK, Confidence::VERY_LIKELY),
        };
        let of_cause = cause.map(|(source, n_tried)| {
            evidence(&format!("Neighbours that {source} tried meanwhile"), n_tried as f64, "hosts", "1 or 2")
        });
        Finding::builder(&CARD)
            .title(match cause {
                Some((source, _)) => format!("{source} swept {n} addresses of the local network through {asker}"),
                None => format!("{asker} sent {what} for {n} addresses of the local network"),
            })
            .weighed(impact, confidence, if cause.is_some() { 0.0 } else { extent(n_most, sweep.threshold) })
            .score(past(n_most, sweep.threshold))
            .sources(cause.map(|(source, _)| Endpoint::Ip(source)).into_iter().chain(match cause {
                Some(_) => Vec::new(),
                None => self.own.map(Endpoint::Ip).into_iter().chain([Endpoint::Mac(mac)]).collect(),
            }))
            // A solicitation goes to a multicast address that has only the last 24 bits of the IPv6 address.
            .targets(sweep.asked.iter().filter(|_| !is_v6).copied())
            .protocol(if is_v6 { "ICMPv6" } else { "ARP" })
            .period((self.first_ns, self.last_ns))
            .evidence([
                evidence("Addresses requested", n as f64, "addresses", "the gateway and a few neighbours"),
                evidence(
                    "Addresses without an answer",
                    sweep.n_unanswered as f64,
                    "addresses",
                    format!("below {}", sweep.threshold),
                ),
                evidence(
                    &format!("Most unanswered addresses within {}", span(window_ns)),
                    sweep.n_window as f64,
                    "addresses",
                    format!("below {}", sweep.threshold),
                ),
                threshold_random_walk::likelihood(sweep.walk.log_ratio()),
                evidence("Requests", self.n_questions as f64, "packets", ""),
                evidence(
                    "Time from first to last request",
                    (self.last_ns - self.first_ns) as f64 / SECOND as f64,
                    "s",
                    "",
                ),
            ])
            .evidence(of_cause)
            .explanation(format!(
                "{asker} requested the Ethernet addresses of {n} neighbours, and {} of them never answered. A host \
                 requests only the neighbours it wants to reach; requests for addresses that are not in use mean that \
                 this host, or somebody behind it, is looking for machines.{}{}",
                sweep.n_unanswered,
                match cause {
                    Some((source, n_tried)) => format!(
                        " Here it is the router, and {source} tried {n_tried} of its neighbours from outside at that \
                         time: the router only asks for those that it has to deliver to."
                    ),
                    None => String::new(),
                },
                if sweep.is_blind {
                    " The capture shows no answers to this device at all, so their absence proves less."
                } else {
                    ""
                }
            ))
            .n_packets(self.n_questions)
            .packet_indices(self.indices.clone())
            .filter(format!("{filter} == {}", mac_text(mac)))
            .build()
    }
}

#[cfg(test)]
mod tests;
