//! Turns broadcast and multicast frames into findings of loops, in which the same frames repeat, and of storms.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::baseline::{self, Baseline};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::finding_builder::{FindingBuilder, Identity, count, evidence, thousands};
use crate::detect::support::layer2;
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::detect::support::trouble::LONG_NS;
use crate::maths::sorting::Arrange;
use crate::model::format::time::{SECOND, span};
use crate::model::net::addr::mac_text;
use crate::model::packet::{Packet, Transport};
use crate::model::{Category, Endpoint, Finding};
use crate::settings::Descriptor;
use foldhash::fast::FixedState;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::hash::BuildHasher;

const CARD: Card = Card {
    id: "broadcast_storm",
    name: "Broadcast storm",
    category: Category::Performance,
    technique: None,
    sees: "Broadcast and multicast frames arrive at a rate far above the baseline of this network. If the very same frames of several senders repeat again and again, there is a loop.",
    matters: "Every device of the network must process each of these frames, and they fill slow links and wireless cells. A loop multiplies frames until the network stands still.",
    otherwise: "One faulty or misused device, a multicast video stream that no switch limits, or many devices that start at once.",
    benign_causes: &[
        "A cable that connects two ports of the same network, or a telephone or access point that is plugged in twice",
        "A multicast stream (video, disk images) in a network whose switches do not limit it",
    ],
    advice: &[
        "Look on the switches for MAC addresses that move between ports and for ports with much broadcast traffic",
        "Unplug cables one by one, starting with the latest",
        "Enable spanning tree with BPDU guard, loop detection and storm control on all ports",
    ],
    part_of: &["arp_storm", "arp_sweep", "mac_flood"],
    source: baseline::source!(
        "IEEE 802.1D (why bridges need a tree); Cisco, Internetwork Design Guide, Broadcasts in Switched LAN Internetworks (hosts feel hundreds of broadcasts a second)."
    ),
}
.explained_where_shown();

const RATE: Descriptor = Descriptor::count("broadcast_storm.rate", "Frames for a storm", 300.0)
    .range(10.0, 1_000_000.0)
    .unit("frames/s")
    .help("Average over five seconds of all broadcast and multicast frames. Hundreds a second slow hosts down (Cisco, Internetwork Design Guide).");
const COPIES: Descriptor = Descriptor::count("broadcast_storm.copies", "Copies for a loop", 50.0)
    .range(10.0, 1_000_000.0)
    .unit("frames")
    .help("This many copies of frames that each repeat at least ten times, less than half a second apart. Set by us: systems wait a second or more before they repeat a request to all (RFC 1122, section 2.3.2.1 for ARP; RFC 6762, section 5.2).");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<BroadcastStorm>(
    CARD,
    &[RATE, COPIES],
    Interest::ARP.union(Interest::UDP).union(Interest::ICMP).union(Interest::OTHER),
)
.blaming("a loop or a device that fills the network");

/// Seconds over which the rate must hold.
const SPAN: i64 = 5;
/// A frame counts as repeated if the same frame follows within this time.
const AGAIN_NS: i64 = SECOND / 2;
/// A frame that repeats this often is in a loop.
const ROUNDS: u32 = 10;
/// The same IP packet this often in a row, by its identification: more often than a mirror port copies it.
const COPIES_IN_A_ROW: u8 = 3;
/// In a loop frames of at least this many senders repeat; a single sender may send the same frame repeatedly.
const LEAST_SENDERS: usize = 2;
/// No sender repeats an ARP request this quickly: even with one sender it is a loop.
const QUICK_NS: i64 = 25_000_000;
/// Most layer-2 networks, senders in each, and recent distinct frames kept.
const MOST_NETWORKS: usize = 64;
const MOST_SENDERS: usize = 1 << 13;
const MOST_FRAMES: usize = 1 << 13;
/// Most packets kept of a loop, and of a second of a storm.
const MOST_INDICES: usize = 20_000;
const MOST_OF_SECOND: usize = MOST_INDICES / SPAN as usize;

type Mac = [u8; 6];

#[derive(Default)]
struct BroadcastStorm {
    networks: Tally<u32, Network, MOST_NETWORKS>,
    hasher: FixedState,
}

/// The broadcast and multicast frames of a layer-2 network.
#[derive(Default)]
struct Network {
    seconds: Seconds,
    senders: Tally<Mac, Sender, MOST_SENDERS>,
    /// Recent frames, by a hash of their known header fields.
    frames: Map<u64, Frame>,
    /// When old frames were last removed, ns since 1970.
    cleared_ns: i64,
    n_copies: u64,
    /// Of these, those that repeated quickly and are no ARP announcements, which tools send in floods.
    n_quick: u64,
    copied_ns: Option<(i64, i64)>,
    /// Indices of the repeated frames.
    copies: Vec<u64>,
    busiest: Busiest,
}

/// The frames of the busiest [`SPAN`] seconds so far.
#[derive(Default)]
struct Busiest {
    /// The latest seconds with any frame.
    latest: VecDeque<Frames>,
    n_most: u64,
    most: Vec<u64>,
}

/// Frames of a second since 1970.
#[derive(Default)]
struct Frames {
    second: i64,
    n: u64,
    indices: Vec<u64>,
}

impl Busiest {
    fn add(&mut self, time_ns: i64, index: u64) {
        let now = time_ns.div_euclid(SECOND);
        let newest = self.latest.back().map(|frames| frames.second);
        // A clock that was set back starts again.
        if newest.is_none_or(|newest| now > newest || now <= newest - SPAN) {
            self.keep();
            self.latest.retain(|frames| (now - SPAN + 1..now).contains(&frames.second));
            self.latest.push_back(Frames { second: now, ..Frames::default() });
        }
        if let Some(frames) = self.latest.iter_mut().rfind(|frames| frames.second == now) {
            frames.n += 1;
            if frames.indices.len() < MOST_OF_SECOND {
                frames.indices.push(index);
            }
        }
    }

    fn n_latest(&self) -> u64 {
        self.latest.iter().map(|frames| frames.n).sum()
    }

    fn of_latest(&self) -> Vec<u64> {
        self.latest.iter().flat_map(|frames| frames.indices.iter().copied()).collect()
    }

    /// Keeps the latest seconds if they are the busiest.
    fn keep(&mut self) {
        if self.n_latest() > self.n_most {
            (self.n_most, self.most) = (self.n_latest(), self.of_latest());
        }
    }

    /// Packets of the busiest seconds, at most [`MOST_OF_SECOND`] of each.
    fn indices(&self) -> Vec<u64> {
        if self.n_latest() > self.n_most { self.of_latest() } else { self.most.clone() }
    }
}

#[derive(Default)]
struct Sender {
    n_frames: u64,
    /// Frames of it that came again.
    n_copies: u64,
}

/// A frame that may come again.
#[derive(Default)]
struct Frame {
    last_ns: i64,
    n: u32,
    n_copies_in_a_row: u8,
    is_same: bool,
    /// Indices of its repetitions, until there are enough for a loop.
    again: Vec<u64>,
}

impl Frame {
    /// Counts the frame once more; how many copies are known by it that were not before.
    fn again(&mut self, now: i64, is_arp: bool, is_copy: bool) -> u32 {
        if self.n == 0 || now - self.last_ns > AGAIN_NS {
            *self = Frame { last_ns: now, n: 1, is_same: is_arp, ..Frame::default() };
            return 0;
        }
        self.n_copies_in_a_row = if is_copy { self.n_copies_in_a_row.saturating_add(1) } else { 0 };
        // Of ARP all fields are compared; of IP packets the identification shows that they are the same.
        self.is_same |= self.n_copies_in_a_row >= COPIES_IN_A_ROW;
        (self.last_ns, self.n) = (now, self.n + 1);
        match self.n {
            _ if !self.is_same => 0,
            ROUNDS => ROUNDS - 1,
            n if n > ROUNDS => 1,
            _ => 0,
        }
    }
}

/// A network with too much broadcast and multicast.
struct Storm<'a> {
    /// The stack of VLAN tags.
    link: u32,
    network: &'a Network,
    baseline: Baseline,
    is_loop: bool,
}

impl Detector for BroadcastStorm {
    fn observe_packet(&mut self, packet: &Packet) {
        let Some((sender, [first, ..])) = packet.macs else { return };
        if first & 1 == 0 || !packet.encapsulations().is_empty() {
            return;
        }
        let hash = self.hash(packet);
        let now = packet.time_ns;
        let Some(network) = self.networks.of(packet.vlan_stack) else { return };
        network.seconds.add(now, 1);
        // Once in a while only: each costs a walk through all.
        if network.frames.len() >= MOST_FRAMES && (now - network.cleared_ns).abs() > AGAIN_NS {
            network.cleared_ns = now;
            network.frames.retain(|_, frame| now - frame.last_ns <= AGAIN_NS);
        }
        let is_announcement =
            packet.arp.as_ref().is_some_and(|arp| arp.sender_ip == arp.target_ip || arp.operation != 1);
        let (mut n_copies, mut is_quick) = (0, false);
        if network.frames.len() < MOST_FRAMES {
            let frame = network.frames.entry(hash).or_default();
            is_quick = !is_announcement && now - frame.last_ns <= QUICK_NS;
            n_copies = u64::from(frame.again(now, packet.arp.is_some(), packet.captured.is_copy()));
            if (2..=ROUNDS).contains(&frame.n) {
                frame.again.push(packet.index);
            }
            if n_copies > 0 && network.copies.len() < MOST_INDICES {
                network.copies.append(&mut frame.again);
                network.copies.extend((frame.n > ROUNDS).then_some(packet.index));
            }
        }
        if let Some(sender) = network.senders.of(sender) {
            sender.n_frames += 1;
            sender.n_copies += n_copies;
        }
        network.n_copies += n_copies;
        network.n_quick += if is_quick { n_copies } else { 0 };
        if n_copies > 0 {
            let (first, _) = network.copied_ns.unwrap_or((now, now));
            network.copied_ns = Some((first.min(now), now));
        }
        network.busiest.add(now, packet.index);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (rate, copies) = (context.settings.get(&RATE), context.settings.get(&COPIES));
        let networks = self.networks.sorted().into_iter();
        let storms = networks.filter_map(|(link, network)| network.storm(*link, (rate, copies), context.span_ns));
        Report::of(storms).not_evaluated(self.networks.n_refused).each(|storm| {
            let finding = storm.network.finding(storm, context.span_ns, rate);
            let identity = Identity::WordAlone(format!("vlan {}", storm.link));
            layer2::within(finding, storm.link, "storm").identity(identity).build()
        })
    }
}

impl BroadcastStorm {
    /// A hash of what is known of a frame, the same in each run.
    fn hash(&self, packet: &Packet) -> u64 {
        let arp = packet
            .arp
            .as_ref()
            .map(|arp| (arp.operation, arp.sender_mac, arp.sender_ip, arp.target_mac, arp.target_ip));
        let ip = packet.ip.as_ref().map(|ip| (ip.source, ip.target, ip.protocol, ip.ttl));
        let transport = match &packet.transport {
            Transport::Udp(udp) => (udp.source_port, udp.target_port),
            Transport::Icmp(icmp) => (icmp.kind.into(), icmp.code.into()),
            _ => (0, 0),
        };
        self.hasher.hash_one((packet.macs, packet.wire_bytes, arp, ip, transport))
    }
}

impl Network {
    /// Senders whose frames go round.
    fn n_looping(&self) -> usize {
        self.senders.iter().filter(|(_, sender)| sender.n_copies > 0).count()
    }

    /// The storm that there is in it, if there is one.
    fn storm(&self, link: u32, (rate, copies): (f64, f64), span_ns: (i64, i64)) -> Option<Storm<'_>> {
        let baseline = Baseline::of(&self.seconds, span_ns);
        let is_loop =
            self.n_quick as f64 >= copies || self.n_copies as f64 >= copies && self.n_looping() >= LEAST_SENDERS;
        let is_flood = baseline.is_flood(self.seconds.rate(SPAN), rate) && !baseline.is_ordinary();
        (is_loop || is_flood).then_some(Storm { link, network: self, baseline, is_loop })
    }

    fn finding(&self, storm: &Storm<'_>, span_ns: (i64, i64), threshold: f64) -> FindingBuilder {
        let Storm { link, baseline, is_loop, .. } = storm;
        let is_loop = *is_loop;
        // A short storm is rated by its own seconds.
        let (n_best, best) = self.seconds.busiest(SPAN);
        let rate = (n_best as f64 / SPAN as f64).max(if is_loop { f64::from(self.seconds.most()) } else { 0.0 });
        let total = self.seconds.total();
        let storm_ns = (best * SECOND, (best + SPAN) * SECOND);
        let period = if is_loop { self.copied_ns.unwrap_or(storm_ns) } else { storm_ns };
        let mut senders = self.senders.sorted();
        senders.arrange_by_key(|(_, sender)| Reverse(if is_loop { sender.n_copies } else { sender.n_frames }));
        senders.retain(|(_, sender)| !is_loop || sender.n_copies > 0);
        let is_long = period.1 - period.0 >= LONG_NS;
        let has_several = self.n_looping() >= LEAST_SENDERS;
        let confidence = match (is_loop, has_several) {
            (true, true) => Confidence::VERY_LIKELY,
            (true, false) => Confidence::LIKELY,
            (false, _) => baseline.weigh(Confidence::LIKELY, rate >= threshold),
        };
        let loudest = senders.first().map(|(mac, sender)| (**mac, sender.n_frames as f64 / total.max(1) as f64));
        let place = layer2::words(*link).map_or_else(String::new, |words| format!(" of {words}"));
        let builder = Finding::builder(&CARD)
            .weighed(Impact::OUTAGE, confidence, if is_long || !is_loop { extent(rate, threshold) } else { 0.0 })
            .score(past(rate, threshold))
            .protocol("Ethernet")
            .period(period)
            .evidence([
                evidence(
                    "Most frames to everybody and to groups in a second",
                    rate,
                    "frames/s",
                    format!("below {threshold}"),
                ),
                evidence("Frames that came again, the same ten times or more", self.n_copies as f64, "frames", "0"),
                evidence("Senders whose frames came again", self.n_looping() as f64, "devices", "0"),
                evidence("Frames to everybody and to groups in the capture", total as f64, "frames", ""),
            ])
            .series(self.seconds.course("Frames to everybody and to groups a second", "frames/s", threshold, span_ns))
            .n_packets(if is_loop { self.n_copies } else { n_best })
            .packet_indices(if is_loop { self.copies.clone() } else { self.busiest.indices() })
            .baseline(baseline, "frames/s", threshold);
        let most = thousands(self.seconds.most() as usize);
        if is_loop {
            return builder
                .title(format!("Loop in the network{place}: the same frames of {} come again and again", count(senders.len(), "device")))
                .targets(senders.iter().take(Finding::MOST_ADDRESSES).map(|(mac, _)| Endpoint::Mac(**mac)))
                .with(|finding| {
                    finding.explanation = format!(
                        "For {} frames to everybody came again and again, each of them the same, {} in all and up to {most} \
                         a second. Frames of {} go round so: a switch sends on what it has sent before. Two ports of the \
                         network are joined, and spanning tree does not see it.{}{}",
                        span(period.1 - period.0),
                        thousands(self.n_copies as usize),
                        count(senders.len(), "device"),
                        if has_several {
                            " No single device sends that much."
                        } else {
                            " It may also be this one device that has gone mad: no system repeats a question so quickly."
                        },
                        finding.explanation
                    );
                })
                .filter_in_time("eth.dst.ig == 1");
        }
        let (mac, share) = loudest.unwrap_or_default();
        builder
            .title(format!("Storm of frames to everybody{place}: {most} in a second, {:.0} % of all from {}", share * 100.0, mac_text(mac)))
            .sources([Endpoint::Mac(mac)])
            .with(|finding| {
                finding.explanation = format!(
                    "Up to {most} frames to everybody or to groups came in a second. The loudest sender is {}, with {:.0} % of \
                     them. {}{}",
                    mac_text(mac),
                    share * 100.0,
                    if self.n_copies > 0 {
                        "The same frames come again and again, but of one device only: it repeats itself, or its frames go round in a loop."
                    } else {
                        "They differ from each other, so it is no loop: devices send that much."
                    },
                    finding.explanation
                );
            })
            .filter_in_time("eth.dst.ig == 1")
    }
}

#[cfg(test)]
mod tests;
