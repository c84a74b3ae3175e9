//! ARP questions to findings: one device that asks for many addresses that nobody has.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::evidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::busiest;
use crate::model::format::time::{SECOND, from_seconds, span};
use crate::model::net::addr::mac_text;
use crate::model::packet::Packet;
use crate::model::{Addr, Category, Endpoint, Finding};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "arp_sweep",
    name: "ARP sweep",
    category: Category::Scan,
    technique: Some(("T1018", "Remote System Discovery")),
    sees: "One device sends ARP requests for many addresses of the local network, and most of them are not in use.",
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
    source: "Count rule of Zeek's scan policy (25 hosts in 5 minutes, failed attempts only), applied to unanswered ARP requests.",
};

const ADDRESSES: Descriptor = Descriptor::count("arp_sweep.addresses", "Unanswered addresses for a sweep", 25.0)
    .range(2.0, 65_535.0)
    .unit("addresses")
    .help("This many different addresses that were requested within the window and never answered are a sweep. 25 is the value of Zeek's scan policy. Four times as many are needed where the capture shows no answers at all.");
const WINDOW: Descriptor = Descriptor::seconds("arp_sweep.window", "Window for counting addresses", 300.0)
    .range(1.0, 86_400.0)
    .help("Unanswered addresses are counted within this time. 300 s is the value of Zeek's scan policy.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<ArpSweep>(CARD, &[ADDRESSES, WINDOW], Interest::ARP);

/// Where answers to the asker are not captured, silence says little: this many times more is asked for.
const BLIND_FACTOR: f64 = 4.0;
/// A busy router asks for many neighbours too, but not for so many within this time.
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
    devices: Tally<Mac, Device, MOST_DEVICES>,
    questions: Tally<(Mac, Addr), Question, MOST_QUESTIONS>,
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

#[derive(Default)]
struct Question {
    first_ns: Option<i64>,
    is_answered: bool,
}

impl Detector for ArpSweep {
    fn observe_packet(&mut self, packet: &Packet) {
        let Some(arp) = &packet.arp else { return };
        match arp.operation {
            1 if arp.sender_ip != arp.target_ip => {
                let Some(device) = self.devices.of(arp.sender_mac) else { return };
                if device.n_questions == 0 {
                    device.first_ns = packet.time_ns;
                }
                device.n_questions += 1;
                device.last_ns = device.last_ns.max(packet.time_ns);
                if !arp.sender_ip.is_group() {
                    device.own.get_or_insert(arp.sender_ip);
                }
                if device.indices.len() < MOST_INDICES {
                    device.indices.push(packet.index);
                }
                if let Some(question) = self.questions.of((arp.sender_mac, arp.target_ip)) {
                    question.first_ns.get_or_insert(packet.time_ns);
                }
            }
            2 => {
                if let Some(device) = self.devices.of(arp.target_mac) {
                    device.n_answers += 1;
                }
                if let Some(question) = self.questions.known(&(arp.target_mac, arp.sender_ip)) {
                    question.is_answered = true;
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&ADDRESSES);
        let window_ns = from_seconds(context.settings.get(&WINDOW));
        let questions = self.questions.sorted();
        let sweeps = questions.chunk_by(|a, b| a.0.0 == b.0.0).filter_map(|questions| {
            let ((mac, _), _) = questions.first()?;
            let device = self.devices.get(mac)?;
            let mut times: Vec<i64> =
                questions.iter().filter(|(_, q)| !q.is_answered).filter_map(|(_, q)| q.first_ns).collect();
            times.sort_unstable();
            let sweep = Sweep {
                asked: questions.iter().map(|((_, ip), _)| *ip).collect(),
                n_unanswered: times.len(),
                n_window: busiest(&times, window_ns),
                is_blind: device.n_answers == 0,
                is_fast: busiest(&times, FAST_NS) as f64 >= least * BLIND_FACTOR,
            };
            let threshold = if sweep.is_blind { least * BLIND_FACTOR } else { least };
            let is_case = sweep.n_window as f64 >= threshold && sweep.n_unanswered * 2 > sweep.asked.len();
            is_case.then_some((*mac, device, sweep, threshold))
        });
        Report::of(sweeps)
            .at_most(MOST_FINDINGS)
            .not_evaluated(self.devices.n_refused + self.questions.n_refused)
            .each(|(mac, device, sweep, threshold)| device.finding(*mac, sweep, *threshold, window_ns))
    }
}

struct Sweep {
    asked: Vec<Addr>,
    n_unanswered: usize,
    n_window: usize,
    is_blind: bool,
    is_fast: bool,
}

impl Device {
    fn finding(&self, mac: Mac, sweep: &Sweep, threshold: f64, window_ns: i64) -> Finding {
        let who = self.own.map_or_else(|| mac_text(mac), |own| own.to_string());
        let confidence = match (sweep.is_blind, sweep.is_fast) {
            (true, false) => Confidence::LIKELY,
            _ => Confidence::VERY_LIKELY,
        };
        Finding::builder(&CARD)
            .title(format!("{who} sent ARP requests for {} addresses of the local network", sweep.asked.len()))
            .rated(Impact::INSIDE_LOOK, confidence, (sweep.n_window as f64, threshold))
            .sources(self.own.map(Endpoint::Ip).into_iter().chain([Endpoint::Mac(mac)]))
            .targets(sweep.asked.iter().copied())
            .protocol("ARP")
            .period((self.first_ns, self.last_ns))
            .evidence([
                evidence(
                    "Addresses requested",
                    sweep.asked.len() as f64,
                    "addresses",
                    "the gateway and a few neighbours",
                ),
                evidence(
                    "Addresses without an answer",
                    sweep.n_unanswered as f64,
                    "addresses",
                    format!("below {threshold}"),
                ),
                evidence(
                    &format!("Most unanswered addresses within {}", span(window_ns)),
                    sweep.n_window as f64,
                    "addresses",
                    format!("below {threshold}"),
                ),
                evidence("Requests", self.n_questions as f64, "packets", ""),
                evidence(
                    "Time from first to last request",
                    (self.last_ns - self.first_ns) as f64 / SECOND as f64,
                    "s",
                    "",
                ),
            ])
            .explanation(format!(
                "{who} requested the Ethernet addresses of {} neighbours, and {} of them never answered. A host \
                 requests only the neighbours it wants to reach; requests for addresses that are not in use mean that \
                 this host, or somebody behind it, is looking for machines.{}",
                sweep.asked.len(),
                sweep.n_unanswered,
                if sweep.is_blind {
                    " The capture shows no answers to this device at all, so their absence proves less."
                } else {
                    ""
                }
            ))
            .n_packets(self.n_questions)
            .packet_indices(self.indices.clone())
            .filter(format!("arp.opcode == 1 && arp.src.hw_mac == {} && !arp.isgratuitous", mac_text(mac)))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{arp, finish, inside};
    use crate::settings::Settings;

    fn questions(n: u8, n_answered: u8) -> Vec<Packet> {
        let asked = (0..n).map(|i| arp(u64::from(i), f64::from(i) / 10.0, 1, 9, inside(200), inside(i)));
        let answered = (0..n_answered).map(|i| {
            let mut packet = arp(1000 + u64::from(i), 60.0, 2, i + 100, inside(i), inside(200));
            if let Some(arp) = &mut packet.arp {
                arp.target_mac = [2, 0, 0, 0, 0, 9];
            }
            packet
        });
        asked.chain(answered).collect()
    }

    #[test]
    fn asking_for_addresses_that_nobody_has_is_a_sweep() {
        let found = finish(&ENTRY, &[], &questions(60, 5), &Settings::default()).findings;
        assert_eq!((found.len(), found[0].n_packets), (1, 60));
        assert_eq!(found[0].title, "192.168.1.200 sent ARP requests for 60 addresses of the local network");
    }

    #[test]
    fn a_server_that_talks_to_many_neighbours_is_none() {
        assert!(finish(&ENTRY, &[], &questions(60, 60), &Settings::default()).findings.is_empty());
    }

    #[test]
    fn without_any_answer_in_the_capture_more_is_asked_for() {
        assert!(finish(&ENTRY, &[], &questions(60, 0), &Settings::default()).findings.is_empty());
        assert_eq!(finish(&ENTRY, &[], &questions(120, 0), &Settings::default()).findings.len(), 1);
    }
}
