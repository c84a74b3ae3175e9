//! Turns lost and retransmitted TCP segments into findings, per host or service: how many, in which direction, and on
//! which side of the capture point.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{count, evidence, host_filter, thousands};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, extent, past};
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;
use std::collections::{BTreeMap, BTreeSet};

const CARD: Card = Card {
    id: "packet_loss",
    name: "Packet loss",
    category: Category::Performance,
    technique: None,
    sees: "TCP segments had to be retransmitted because they, or their acknowledgments, did not arrive.",
    matters: "TCP treats loss as a sign of a full link and slows down: a few per cent make a fast connection slow. Users see pages that stall and downloads that crawl.",
    otherwise: "A link that is full because somebody uses it, or a capture that itself dropped packets.",
    benign_causes: &["A link at its capacity during a large transfer", "A weak wireless link"],
    advice: &[
        "Look for errors and drops on the interfaces along the path, on the side that the finding names",
        "Compare with other hosts on the same path: if only one loses packets, check its cable, port and duplex setting",
        "If the loss comes with long delays and a constant rate, the link is full: find out who fills it",
    ],
    part_of: &["tcp_overlap", "ttl_evasion", "forged_reset"],
    source: "Rate of TCP under loss: Mathis et al., The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm, 1997; how lost segments are recognised: Wireshark User's Guide, TCP Analysis; Karn and Partridge, 1987.",
}
.explained_where_shown();

const SHARE: Descriptor = Descriptor::percent("packet_loss.share", "Share of lost segments", 1.5)
    .range(0.1, 100.0)
    .help("Lost segments as a share of all data segments in one direction. By the formula of Mathis et al. 1.5 % limits a connection with a round trip of 50 ms to 2.3 Mbit/s. Half of it is enough where all other connections together lose a fifth or less of that, or where there are hardly any others, none of which loses anything, and ten segments or more are lost.");
const LEAST: Descriptor = Descriptor::count("packet_loss.segments", "Lost segments", 8.0)
    .range(3.0, 1_000_000.0)
    .unit("segments")
    .help("Fewer lost segments are not reported, whatever their share.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<PacketLoss>(CARD, &[SHARE, LEAST], Interest::TCP_FLOWS).blaming("a path that loses packets");

/// Most services that are kept for each client together.
const MOST_PAIRS: usize = 1 << 15;
/// What is lost where little else is has a place: this part of the share is enough,
const SHARE_OF_OUTSTANDING: f64 = 0.5;
/// if all others together lose so many times less, of so many segments at least.
const TIMES_OTHERS: f64 = 5.0;
const LEAST_OTHERS: u64 = 300;
/// Of fewer segments the share is not known: they are those of connections that end, for whatever reason.
const LEAST_DATA: u64 = 30;
/// So many lost segments, where hardly any other segment is there to compare with, are no chance either.
const MANY_LOST: u64 = 10;
/// So many leave no doubt.
const SURE_LOST: u64 = 12;
/// From this percentage of lost segments connections hardly work.
const BAD_PERCENT: f64 = 8.0;

#[derive(Default)]
struct PacketLoss {
    pairs: Tally<(Addr, Addr, u16), [Loss; 2], MOST_PAIRS>,
}

/// Segments of one direction: to the server, or to the client.
#[derive(Clone, Copy, Default, Debug)]
struct Loss {
    n_data: u64,
    n_lost: u64,
    /// Of these, segments that had not reached the capture point before.
    n_before: u64,
}

impl Loss {
    fn add(&mut self, other: &Loss) {
        self.n_data += other.n_data;
        self.n_lost += other.n_lost;
        self.n_before += other.n_before;
    }

    fn percent(&self) -> f64 {
        100.0 * self.n_lost as f64 / self.n_data.max(1) as f64
    }
}

/// What a flow lost to the server and to the client; none where nothing is known of it.
fn losses(flow: &Flow) -> Option<[Loss; 2]> {
    let sides = flow.sender_health()?;
    let directions = [flow.forward(), flow.backward()];
    let mut losses = [Loss::default(); 2];
    for ((loss, side), direction) in losses.iter_mut().zip(sides).zip(directions) {
        // What is sent again although nothing ever carried data are requests without an answer: nothing is lost there.
        let n_data = u64::from(direction.data_packets);
        let n_lost = u64::from(side.lost()).min(n_data);
        *loss = Loss { n_data, n_lost, n_before: u64::from(side.filled.saturating_sub(side.overtaken)).min(n_lost) };
    }
    // A segment that never arrives however often it is sent is not lost by chance.
    let is_stuck = sides.iter().any(|side| side.stuck_repeats >= 3);
    // Where a reset lies ahead of the stream, what comes after it only looks as if it were sent again.
    let is_misled = sides.iter().any(|side| side.has_reset_ahead);
    (!is_stuck && !is_misled && flow.saw_syn).then_some(losses)
}

/// Connections that lose, with the end that they share.
struct Case {
    /// The host whose connections lose, and whether it is their server, on this port.
    host: Addr,
    port: Option<u16>,
    peers: BTreeSet<Addr>,
    losses: [Loss; 2],
}

impl Case {
    /// All other connections of the capture lose far less.
    fn stands_out(&self, all: &Loss) -> bool {
        let mut others = *all;
        for own in &self.losses {
            others.n_data = others.n_data.saturating_sub(own.n_data);
            others.n_lost = others.n_lost.saturating_sub(own.n_lost);
        }
        // One more, so that it is known of how many.
        let percent = 100.0 * (others.n_lost + 1) as f64 / others.n_data.max(1) as f64;
        let is_alone = others.n_data < LEAST_OTHERS && others.n_lost == 0 && self.worse().1.n_lost >= MANY_LOST;
        is_alone || others.n_data >= LEAST_OTHERS && self.worse().1.percent() >= TIMES_OTHERS * percent
    }

    /// The direction that loses more.
    fn worse(&self) -> (&'static str, Loss) {
        let [to_server, to_client] = self.losses;
        let is_server = self.port.is_some();
        if to_server.n_lost > to_client.n_lost {
            (if is_server { "to" } else { "from" }, to_server)
        } else {
            (if is_server { "from" } else { "to" }, to_client)
        }
    }
}

impl Detector for PacketLoss {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let Some(losses) = losses(ended.flow) else { return };
        let ((client, _), (server, port)) = (ended.flow.originator(), ended.flow.responder());
        if let Some(pair) = self.pairs.of((client, server, port)) {
            pair.iter_mut().zip(&losses).for_each(|(sum, loss)| sum.add(loss));
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (share, least) = (context.settings.get(&SHARE), context.settings.get(&LEAST));
        let is_bad = |loss: &Loss, share: f64| {
            loss.n_lost as f64 >= least && loss.n_data >= LEAST_DATA && loss.percent() >= share
        };
        let losing = |share: f64| {
            let is_losing = |loss: &Loss| loss.n_lost >= 2 && loss.percent() >= share;
            self.pairs.sorted_where(|losses| losses.iter().any(is_losing))
        };
        let strict = losing(share);
        let cases: Vec<Case> = group(&strict).into_iter().filter(|case| is_bad(&case.worse().1, share)).collect();
        let reported: BTreeSet<Addr> = cases.iter().map(|case| case.host).collect();
        let mut mild = losing(SHARE_OF_OUTSTANDING * share);
        mild.retain(|((client, server, _), _)| !reported.contains(client) && !reported.contains(server));
        let all = self.pairs.iter().flat_map(|(_, losses)| losses).fold(Loss::default(), |mut sum, loss| {
            sum.add(loss);
            sum
        });
        let outstanding = group(&mild)
            .into_iter()
            .filter(|case| is_bad(&case.worse().1, SHARE_OF_OUTSTANDING * share) && case.stands_out(&all));
        let outstanding = outstanding.map(|case| (case, SHARE_OF_OUTSTANDING * share)).collect::<Vec<_>>();
        let cases = cases.into_iter().map(|case| (case, share)).chain(outstanding);
        Report::of(cases)
            .not_evaluated(self.pairs.n_refused)
            .largest_first(|(case, _)| case.worse().1.n_lost)
            .each_with_flows(
                context,
                |(case, _)| Between {
                    source: case.port.is_none().then_some(case.host),
                    target: case.port.map(|_| case.host),
                    port: case.port,
                    protocol: Some(6),
                },
                |(case, _), flow| {
                    let ((client, _), (server, _)) = (flow.originator(), flow.responder());
                    let peer = if case.port.is_some() { client } else { server };
                    case.peers.contains(&peer) && losses(flow).is_some_and(|[a, b]| a.n_lost + b.n_lost > 0)
                },
                |(case, share), flows| case.finding(flows, (*share, least)),
            )
    }
}

/// Client, server and port, and what was lost to each.
type Losing<'a> = (&'a (Addr, Addr, u16), &'a [Loss; 2]);

/// Pairs that lose, by the end that most of them share: one host's cable or one server's path is one cause.
fn group(losing: &[Losing<'_>]) -> Vec<Case> {
    let (mut of_client, mut of_server): (BTreeMap<Addr, usize>, BTreeMap<(Addr, u16), usize>) = Default::default();
    for ((client, server, port), _) in losing {
        *of_client.entry(*client).or_default() += 1;
        *of_server.entry((*server, *port)).or_default() += 1;
    }
    let mut cases: BTreeMap<(Addr, Option<u16>), Case> = BTreeMap::new();
    for ((client, server, port), losses) in losing {
        let by_server = of_server.get(&(*server, *port)) > of_client.get(client);
        let (host, port, peer) = if by_server { (*server, Some(*port), *client) } else { (*client, None, *server) };
        let case = cases.entry((host, port)).or_insert_with(|| Case {
            host,
            port,
            peers: BTreeSet::new(),
            losses: [Loss::default(); 2],
        });
        case.peers.insert(peer);
        case.losses.iter_mut().zip(losses.iter()).for_each(|(sum, loss)| sum.add(loss));
    }
    cases.into_values().collect()
}

impl Case {
    fn finding(&self, flows: Gathered, (share, least): (f64, f64)) -> Finding {
        let (direction, loss) = self.worse();
        let (host, n_peers) = (self.host, self.peers.len());
        let (percent, n_lost) = (loss.percent(), loss.n_lost);
        let what = match (self.port, self.peers.first()) {
            (None, Some(peer)) if n_peers == 1 => format!("between {host} and {peer}"),
            (Some(port), Some(peer)) if n_peers == 1 => format!("between {peer} and {host}, port {port}"),
            (Some(port), _) => format!("{direction} {host}, port {port}, for {}", count(n_peers, "client")),
            (None, _) => format!("{direction} {host}, with {}", count(n_peers, "server")),
        };
        let before = 100.0 * loss.n_before as f64 / n_lost.max(1) as f64;
        let place = match before {
            b if b >= 70.0 => {
                "The lost segments never reached the capture point: they are lost between the sender and the place of the capture."
            }
            b if b <= 30.0 => {
                "The lost segments passed the capture point before: they, or their acknowledgments, are lost between the place of the capture and the receiver."
            }
            _ => {
                "Some of the lost segments passed the capture point before and some did not: both sides of it lose, or packets came in another order."
            }
        };
        let impact = if percent >= BAD_PERCENT || n_peers >= 3 { Impact::OUTAGE } else { Impact::SLOWDOWN };
        let is_sure = impact == Impact::SLOWDOWN && n_lost >= SURE_LOST;
        let confidence = if is_sure { Confidence::ALMOST_CERTAIN } else { Confidence::VERY_LIKELY };
        let (sources, targets): (Vec<Addr>, Vec<Addr>) = match self.port {
            None => (vec![host], self.peers.iter().copied().collect()),
            Some(_) => (self.peers.iter().copied().collect(), vec![host]),
        };
        Finding::builder(&CARD)
            .title(format!("{percent:.1} % of the data packets {what} are lost"))
            .weighed(impact, confidence, extent(percent, share).max(extent(n_lost as f64, 2.0 * least)))
            .score(past(percent, share))
            .sources(sources)
            .targets(targets)
            .ports(self.port)
            .protocol("TCP")
            .evidence([
                evidence("Segments sent again", n_lost as f64, "segments", "a few"),
                evidence("Of all with data", percent, "%", format!("below {share}")),
                evidence("Lost before the capture point", before, "%", ""),
            ])
            .explanation(format!(
                "{} of {} {direction} {host} had to be sent again. {place} TCP slows down with each loss, so that these connections are slower than the link allows.",
                thousands(n_lost as usize),
                count(loss.n_data as usize, "data packet"),
            ))
            .flows(flows)
            .filter(format!(
                "{} && (tcp.analysis.retransmission || tcp.analysis.out_of_order)",
                host_filter("addr", host)
            ))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::flow::health::TcpHealth;
    use crate::settings::Settings;

    fn flow(client: Addr, server: Addr, n_lost: u32) -> Flow {
        let mut flow = Made { packets: [500, 500], ..Made::tcp(client, server, 443, 1.0) }.flow();
        flow.directions.iter_mut().for_each(|direction| direction.data_packets = 400);
        let mut health = TcpHealth::default();
        health.sides.iter_mut().for_each(|side| side.retransmissions = n_lost);
        flow.extra.get_or_insert_default().health = Some(Box::new(health));
        flow
    }

    fn with_reset_ahead(mut flow: Flow) -> Flow {
        if let Some(health) = flow.extra.as_mut().and_then(|extra| extra.health.as_mut()) {
            health.sides[0].has_reset_ahead = true;
        }
        flow
    }

    #[test]
    fn loss_is_one_finding_for_the_host_that_has_it() {
        let found = |flows: &[Flow]| finish_with(&ENTRY, flows, &[], &Settings::default()).findings;
        let many: Vec<Flow> = (1..6).map(|i| flow(inside(7), outside(i), 20)).collect();
        let findings = found(&many);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].title.starts_with("5.0 % of the data packets") && findings[0].sources.len() == 1);
        assert_eq!(found(&(1..6).map(|i| flow(inside(i), outside(1), 20)).collect::<Vec<_>>()).len(), 1);
        assert!(found(&[flow(inside(7), outside(1), 2)]).is_empty());
        let misled: Vec<Flow> = many.iter().cloned().map(with_reset_ahead).collect();
        assert!(found(&misled).is_empty(), "forged resets lie ahead of what the server sent");
        let beside = |others: u32| {
            let own = (1..6).map(|i| flow(inside(7), outside(i), 4));
            found(&own.chain((1..9).map(|i| flow(inside(7 + i), outside(20 + i), others))).collect::<Vec<_>>()).len()
        };
        let alone: Vec<Flow> = (1..6).map(|i| flow(inside(7), outside(i), 4)).collect();
        assert_eq!(found(&alone)[0].severity, crate::model::Severity::Medium, "and nothing beside to compare with");
        assert_eq!(
            (beside(0), beside(3)),
            (1, 0),
            "one per cent, where the others lose nothing, and where they lose as well"
        );
    }
}
