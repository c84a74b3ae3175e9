//! Connections with more resets than packets that could have caused them, per host, to findings of injected resets.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::packet::tcp_flag::RST;
use crate::model::{Addr, Category, DirectionStats, Finding, Flow};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "forged_reset",
    name: "Forged TCP resets",
    category: Category::Spoofing,
    technique: Some(("T1565.002", "Transmitted Data Manipulation")),
    sees: "Connections of one host end in a burst of TCP resets, more than the packets that could have caused them.",
    matters: "Somebody who sees the traffic sends resets in the name of one side to break connections. Censors, some firewalls and tools such as tcpkill do this.",
    otherwise: "A firewall or intrusion prevention system that resets connections by rule.",
    benign_causes: &[
        "A firewall or intrusion prevention system that resets connections by rule",
        "A tool that somebody uses to block a program on purpose",
    ],
    advice: &[
        "Compare the Ethernet address and the TTL of the resets with those of the ordinary packets",
        "Ask whether a firewall is meant to reset these connections",
        "If not, look for a device on the path that can read and send in this network",
    ],
    part_of: &[],
    source: "Weaver, Sommer, Paxson: Detecting Forged TCP Reset Packets, NDSS 2009 (several resets with growing sequence numbers). A host sends at most one reset for each packet it receives (RFC 9293, section 3.10.7).",
};

const RESETS: Descriptor = Descriptor::count("forged_reset.resets", "Resets in one direction", 8.0)
    .range(2.0, 1000.0)
    .unit("packets")
    .help("A connection counts when one direction has this many resets, and more than the other direction has packets. Ordinary connections end with one or two, and up to about four when data was in flight.");
const CONNECTIONS: Descriptor = Descriptor::count("forged_reset.connections", "Connections of one host", 3.0)
    .range(1.0, 10_000.0)
    .unit("connections")
    .help("This many connections of the same host must be affected. A single one may be a bug in its program.");

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry::of::<ForgedReset>(CARD, &[RESETS, CONNECTIONS], Interest::TCP_FLOWS);

/// Fewer resets are never looked at, whatever the setting.
const LEAST_RESETS: u32 = 2;
/// Most connections kept.
const MOST_CONNECTIONS: usize = 1 << 16;
/// Peers listed in a filter.
const MOST_FILTER_PEERS: usize = 15;

#[derive(Default)]
struct ForgedReset {
    connections: Tally<u32, Connection, MOST_CONNECTIONS>,
}

#[derive(Default)]
struct Connection {
    ends: (Addr, Addr),
    n_resets: u32,
}

/// Resets of the direction that has too many of them; 0 if none has.
fn excess(flow: &Flow) -> u32 {
    let of = |this: &DirectionStats, other: &DirectionStats| {
        let resets = this.flag(RST);
        let causes = other.packets - other.flag(RST).min(other.packets);
        if resets > causes { resets } else { 0 }
    };
    if !flow.is_tcp() {
        return 0;
    }
    of(flow.forward(), flow.backward()).max(of(flow.backward(), flow.forward()))
}

impl Detector for ForgedReset {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let n_resets = excess(ended.flow);
        // Resets to a request are answers to a scan or flood, and a flow of nothing but resets was joined at its end.
        let is_used = ended.flow.forward().data_packets + ended.flow.backward().data_packets > 0;
        if n_resets >= LEAST_RESETS
            && is_used
            && let Some(connection) = self.connections.of(ended.serial)
        {
            connection.ends = (ended.flow.key.low, ended.flow.key.high);
            connection.n_resets = n_resets;
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least_resets = context.settings.get(&RESETS);
        let least = context.settings.get(&CONNECTIONS);
        let mut meant: Vec<(u32, &Connection)> = self
            .connections
            .sorted_where(|connection| f64::from(connection.n_resets) >= least_resets)
            .into_iter()
            .map(|(serial, connection)| (*serial, connection))
            .collect();
        let mut cases = Vec::new();
        // The host that most of them share is the victim; then the next one among the rest.
        while cases.len() < report::MOST_FINDINGS {
            let mut hosts: Map<Addr, usize> = Map::default();
            for (_, connection) in &meant {
                *hosts.entry(connection.ends.0).or_default() += 1;
                *hosts.entry(connection.ends.1).or_default() += 1;
            }
            let victim =
                hosts.into_iter().max_by_key(|(host, n)| (*n, context.site.is_inside(*host), std::cmp::Reverse(*host)));
            let Some((victim, n)) = victim.filter(|(_, n)| *n as f64 >= least) else { break };
            let is_his = |connection: &Connection| connection.ends.0 == victim || connection.ends.1 == victim;
            let serials: BTreeSet<u32> = meant.iter().filter(|(_, c)| is_his(c)).map(|(serial, _)| *serial).collect();
            let n_resets: u64 = meant.iter().filter(|(_, c)| is_his(c)).map(|(_, c)| u64::from(c.n_resets)).sum();
            cases.push((victim, n, n_resets, serials));
            meant.retain(|(_, connection)| !is_his(connection));
        }
        Report::of(cases)
            .not_evaluated(self.connections.n_refused)
            .each(|(victim, n, n_resets, serials)| finding(context, *victim, *n, *n_resets, serials, least))
    }
}

fn finding(
    context: &Context<'_>,
    victim: Addr,
    n: usize,
    n_resets: u64,
    serials: &BTreeSet<u32>,
    least: f64,
) -> Finding {
    let mut peers = BTreeSet::new();
    let mut ports = BTreeSet::new();
    for flow in serials.iter().filter_map(|serial| context.flows.get(*serial)) {
        peers.extend([flow.key.low, flow.key.high].into_iter().filter(|host| *host != victim));
        ports.insert(flow.responder().1);
    }
    let ports: Vec<u16> = ports.into_iter().take(Finding::MOST_PORTS).collect();
    let on = finding_builder::ports_filter("tcp.port", &ports, Finding::MOST_PORTS).unwrap_or("tcp".to_owned());
    let with: Vec<String> = peers.iter().map(|peer| finding_builder::host_filter("addr", *peer)).collect();
    let with = if with.len() <= MOST_FILTER_PEERS { format!("({})", with.join(" || ")) } else { "tcp".to_owned() };
    Finding::builder(&CARD)
        .title(format!("{} of {victim} were broken by bursts of resets", count(n, "connection")))
        .rated(Impact::CONTROL, Confidence::VERY_LIKELY, (n as f64, least))
        .sources(peers.iter().copied())
        .targets([victim])
        .ports(ports)
        .protocol("TCP")
        .evidence([
            evidence("Connections with too many resets", n as f64, "connections", "0"),
            evidence("Resets in the direction with more of them", n_resets as f64, "packets", "1 or 2 per connection"),
            evidence("Mean resets per connection", n_resets as f64 / n as f64, "packets", "1 or 2"),
        ])
        .explanation(format!(
            "{} of {victim} ended in {n_resets} resets, more than the packets that could have caused them: a host \
             sends at most one reset for each packet it receives. A third party therefore sends them in the name of \
             both sides, with several sequence numbers so that one fits. The source addresses shown are those in \
             whose name the resets were sent; probably somebody else sent them.",
            count(n, "connection")
        ))
        .flows(Gathered::of(context, serials))
        .filter_in_time(format!("{} && {with} && {on}", finding_builder::host_filter("addr", victim)))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside, outside};
    use crate::model::DirectionStats;

    fn with_resets(forward: u32, backward: u32) -> Flow {
        let mut flow = Made::tcp(inside(1), outside(1), 443, 0.0).flow();
        let set = |direction: &mut DirectionStats, n: u32| {
            direction.packets += n;
            if let Some(resets) = direction.flags.get_mut(2) {
                *resets = n;
            }
        };
        let [low, high] = &mut flow.directions;
        set(low, forward);
        set(high, backward);
        flow
    }

    #[test]
    fn each_reset_needs_a_packet_that_caused_it() {
        // The made flow has 6 packets forward and 5 backward.
        assert_eq!(excess(&with_resets(5, 0)), 0);
        assert_eq!(excess(&with_resets(6, 0)), 6);
        assert_eq!(excess(&with_resets(90, 99)), 99);
    }
}
