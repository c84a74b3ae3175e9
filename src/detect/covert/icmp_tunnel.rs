//! Turns pings to external hosts whose content changes each time, or is large, into findings of tunnels and smuggled
//! data, one per pair of hosts.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Arrange;
use crate::model::flow::moments::Moments;
use crate::model::packet::Transport;
use crate::model::{Addr, Category, Finding, Flow, Packet, Site};
use crate::settings::Descriptor;
use foldhash::fast::RandomState;
use std::collections::HashSet;

const CARD: Card = Card {
    id: "icmp_tunnel",
    name: "ICMP tunnel",
    category: Category::CovertChannel,
    technique: Some(("T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol")),
    sees: "An internal host sends pings to an external address whose content is different each time, or many large ones whose content was not captured; or it sends unsolicited ping answers.",
    matters: "Many firewalls let pings pass. Tools hide data, or whole connections, in the ping payload, which usually holds the time and a fixed pattern.",
    otherwise: "A tool that measures a line with random payloads, or somebody who tests it with large packets.",
    benign_causes: &[
        "A tool that measures a line and fills its pings with random bytes (fping -R)",
        "Somebody who tests the link with large packets, or a monitor with a large packet size",
    ],
    advice: &[
        "Open some of the pings and check their payload: a fixed pattern, or data that looks like a file",
        "Find the program on the source that sends them",
        "Let only small pings through the firewall, or none from machines that do not need them",
    ],
    part_of: &[],
    source: "Usual payloads: 32 bytes (Windows), 48 or 56 bytes (Unix ping(8)), of which the first 8 to 24 are the time and the rest a pattern that stays the same; so the bytes after the time are compared from ping to ping. Tools: ptunnel, icmptunnel, hping3 --sign, icmpdoor.",
}
.explained_where_shown();

const SIZE: Descriptor = Descriptor::bytes("icmp_tunnel.size", "Mean ping payload", 224.0)
    .range(64.0, 65_000.0)
    .help("Where the content was not captured: ordinary pings carry 32 to 56 bytes; four times as much is unusual.");
const PINGS: Descriptor = Descriptor::count("icmp_tunnel.pings", "Large pings", 50.0)
    .range(5.0, 1_000_000.0)
    .unit("packets")
    .help("This many large pings from one host to one external address. A manual test of the link sends a few.");
const CONTENTS: Descriptor = Descriptor::count("icmp_tunnel.contents", "Different contents", 8.0)
    .range(3.0, 100_000.0)
    .unit("packets")
    .help("This many pings from one host to one external address, each with different content after the time. Programs send the same pattern each time.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<IcmpTunnel>(CARD, &[SIZE, PINGS, CONTENTS], Interest::ICMP_FLOWS.union(Interest::ICMP)).asking_site();

/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 15;
/// Most contents kept for a pair.
const MOST_CONTENTS: usize = 1 << 12;
/// At least this share of the pings has a content that is new: each may be captured twice, and some be sent again.
const LEAST_NEW: f64 = 0.4;

#[derive(Default)]
struct IcmpTunnel {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
    /// By sender, receiver, and whether it is an answer.
    contents: Tally<(Addr, Addr, bool), Contents, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    sent: Moments,
    got: Moments,
    /// They are unsolicited answers.
    is_unasked: bool,
}

/// What echo messages of one kind carried.
#[derive(Default)]
struct Contents {
    n: u32,
    different: HashSet<u32, RandomState>,
}

/// A pair of hosts with how many different contents were sent, of how many that were seen.
struct Case<'a> {
    ends: (Addr, Addr),
    pair: &'a Pair,
    n_different: f64,
    n_seen: f64,
}

/// Pings from inside to outside; where answers begin a flow, nobody asked for them.
fn is_judged(site: &Site, flow: &Flow) -> bool {
    is_ping(flow) && is_outward(site, flow) || is_unasked(site, flow)
}

fn is_ping(flow: &Flow) -> bool {
    matches!((flow.key.protocol, flow.icmp), (1, Some((8, _))) | (58, Some((128, _))))
}

fn is_unasked(site: &Site, flow: &Flow) -> bool {
    let is_answer = matches!((flow.key.protocol, flow.icmp), (1, Some((0, _))) | (58, Some((129, _))));
    is_answer && flow.backward().packets == 0 && is_outward(site, flow)
}

impl Detector for IcmpTunnel {
    fn observe_packet(&mut self, packet: &Packet) {
        let (Some(ip), Transport::Icmp(icmp)) = (&packet.ip, &packet.transport) else { return };
        let Some(content) = icmp.content.filter(|_| !packet.captured.is_copy()) else { return };
        let is_answer = matches!(icmp.kind, 0 | 129);
        let Some(contents) = self.contents.of((ip.source, ip.target, is_answer)) else { return };
        contents.n = contents.n.saturating_add(1);
        if contents.different.len() < MOST_CONTENTS {
            contents.different.insert(content);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if is_judged(ended.site, flow)
            && let Some(pair) = self.pairs.of((flow.originator().0, flow.responder().0))
        {
            pair.sent = pair.sent.merge(&flow.forward().payload);
            pair.got = pair.got.merge(&flow.backward().payload);
            pair.is_unasked = is_unasked(ended.site, flow);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let size = context.settings.get(&SIZE);
        let pings = context.settings.get(&PINGS);
        let least = context.settings.get(&CONTENTS);
        let is_case = |case: &Case<'_>| {
            let is_large = f64::from(case.pair.sent.n) >= pings && case.pair.sent.mean() >= size;
            case.carries(least) || case.n_seen == 0.0 && is_large && !case.pair.is_unasked
        };
        let mut cases: Vec<Case<'_>> =
            self.pairs.sorted().into_iter().map(|(ends, pair)| self.case(*ends, pair)).filter(is_case).collect();
        cases.arrange_by(|a, b| b.pair.sent.sum().total_cmp(&a.pair.sent.sum()));
        Report::of(cases).not_evaluated(self.pairs.n_refused + self.contents.n_refused).each_with_flows(
            context,
            |case| Between::pair(case.ends.0, case.ends.1),
            |_, flow| is_judged(context.site, flow),
            |case, flows| {
                let (source, target) = case.ends;
                let kinds = if source.is_v4() {
                    "(icmp.type == 8 || icmp.type == 0)"
                } else {
                    "(icmpv6.type == 128 || icmpv6.type == 129)"
                };
                case.finding(pings, least)
                    .flows(flows)
                    .filter(format!("{} && {kinds}", finding_builder::pair_filter(source, target)))
                    .build()
            },
        )
    }
}

impl IcmpTunnel {
    fn case<'a>(&self, ends: (Addr, Addr), pair: &'a Pair) -> Case<'a> {
        let contents = self.contents.get(&(ends.0, ends.1, pair.is_unasked));
        let (n_different, n_seen) =
            contents.map_or((0.0, 0.0), |contents| (contents.different.len() as f64, f64::from(contents.n)));
        Case { ends, pair, n_different, n_seen }
    }
}

impl Case<'_> {
    /// The content is another each time.
    fn carries(&self, least: f64) -> bool {
        self.n_different >= least && self.n_different >= LEAST_NEW * self.n_seen
    }

    fn finding(&self, pings: f64, least: f64) -> FindingBuilder {
        let Case { ends: (source, target), pair: Pair { sent, got, is_unasked }, n_different, n_seen } = *self;
        let n = f64::from(sent.n);
        let is_read = n_seen > 0.0;
        // Answers repeat what was sent; where they differ or sizes vary, the pings carry more than a pattern.
        let varies = sent.deviation() > 1.0;
        let differs = got.n > 0 && (got.mean() - sent.mean()).abs() > 1.0;
        let confidence = match is_read || varies || differs {
            true => Confidence::VERY_LIKELY,
            false => Confidence::LIKELY,
        };
        let kilobytes = sent.sum() / 1000.0;
        let what = if *is_unasked { "unasked ping answers" } else { "pings" };
        Finding::builder(&CARD)
            .title(match is_read {
                true => format!("{source} sent {kilobytes:.1} kB of changing data in {n:.0} {what} to {target}"),
                false => format!("{source} sent {kilobytes:.1} kB in {n:.0} large {what} to {target}"),
            })
            .rated(Impact::CONTROL, confidence, if is_read { (n_different, least) } else { (n, pings) })
            .technique(differs.then_some(("T1095", "Non-Application Layer Protocol")))
            .sources([source])
            .targets([target])
            .protocol(if source.is_v4() { "ICMP" } else { "ICMPv6" })
            .evidence([evidence("Pings", n, "packets", "a few, in a manual test")])
            .evidence(is_read.then(|| evidence("Different contents behind the time", n_different, "", "1")))
            .evidence([
                evidence("Mean ping payload", sent.mean(), "B", "32 to 56"),
                evidence("Its standard deviation", sent.deviation(), "B", "0: all pings of a program are alike"),
                evidence("Data sent", sent.sum(), "B", ""),
                evidence("Answers", f64::from(got.n), "packets", "one per ping"),
                evidence("Mean payload of an answer", got.mean(), "B", "as much as was sent"),
            ])
            .explanation(format!(
                "{source} sent {n:.0} {what} to {target} that carry {:.0} bytes each, {kilobytes:.1} kB together.{} \
                 Ordinary pings carry 32 to 56 bytes of a fixed pattern. {}",
                sent.mean(),
                match is_read {
                    true => format!(" Behind the place of the time they held {n_different:.0} different contents."),
                    false => String::new(),
                },
                match is_read {
                    true => "What changes from ping to ping is data: exfiltration or a tunnel.",
                    false => "This much data, this often, to one external address may be exfiltration or a tunnel.",
                }
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{self, Made, finish_with, inside, outside};
    use crate::model::flow::TcpState;
    use crate::settings::Settings;

    fn pings(n: u32, size: u64) -> Flow {
        let made = Made {
            protocol: 1,
            packets: [n, n],
            bytes: [u64::from(n) * size; 2],
            state: TcpState::Unknown,
            ..Made::tcp(inside(1), outside(1), 1, 0.0)
        };
        Flow { icmp: Some((8, 0)), ..made.flow() }
    }

    #[test]
    fn many_large_pings_are_reported_and_ordinary_ones_are_not() {
        let found = |flow: Flow| finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings.len();
        assert_eq!((found(pings(100, 600)), found(pings(1000, 56)), found(pings(10, 1400))), (1, 0, 0));
    }

    #[test]
    fn few_small_pings_of_changing_content_are_reported_and_a_pattern_is_not() {
        let packet = |i: u64, content: u32| {
            let mut packet = testing::icmp(i, i as f64, 1, inside(1), outside(1), false, 8);
            if let Transport::Icmp(icmp) = &mut packet.transport {
                icmp.content = Some(content);
            }
            packet
        };
        let found = |n: u32, size: u64, content: fn(u64) -> u32| {
            let packets: Vec<_> = (0..u64::from(n)).map(|i| packet(i, content(i))).collect();
            finish_with(&ENTRY, &[pings(n, size)], &packets, &Settings::default()).findings
        };
        let data = found(12, 48, |i| i as u32);
        assert!(data.len() == 1 && data[0].severity >= crate::model::Severity::Medium);
        assert!(found(200, 1000, |_| 7).is_empty(), "large, and a pattern");
        assert!(found(200, 48, |i| i as u32 % 9).is_empty(), "few patterns in turn");
        assert!(found(5, 48, |i| i as u32).is_empty(), "few");
    }
}
