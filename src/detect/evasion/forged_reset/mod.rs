//! Turns resets and FINs that did not come from the host whose address they carry into findings: by their Ethernet
//! address, and by more resets in a connection than packets that could have caused them.

mod senders;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::{Map, Tally};
use crate::detect::support::finding_builder::{self, Identity, count, evidence};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::net::addr::mac_text;
use crate::model::packet::tcp_flag::RST;
use crate::model::{Addr, Category, DirectionStats, Endpoint, Finding, Flow, Packet};
use crate::settings::Descriptor;
use senders::{Forger, Senders};
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "forged_reset",
    name: "Forged TCP resets",
    category: Category::Spoofing,
    technique: Some(("T1565.002", "Transmitted Data Manipulation")),
    sees: "Connections end by TCP resets (or FINs) that come from another device than the other packets of their sender, or in a burst of more resets than the packets that could have caused them.",
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
    source: "Weaver, Sommer, Paxson: Detecting Forged TCP Reset Packets, NDSS 2009 (resets that differ from the other packets of their sender; several with growing sequence numbers). A host sends at most one reset for each packet it receives (RFC 9293, section 3.10.7). In one network an address opens, accepts and ends its connections from the same Ethernet address.",
}
.explained_where_shown();

const RESETS: Descriptor = Descriptor::count("forged_reset.resets", "Resets in one direction", 8.0)
    .range(2.0, 1000.0)
    .unit("packets")
    .help("A connection counts when one direction has this many resets, and more than the other direction has packets. Ordinary connections end with one or two, and up to about four when data was in flight.");
const CONNECTIONS: Descriptor = Descriptor::count("forged_reset.connections", "Connections of one host", 3.0)
    .range(1.0, 10_000.0)
    .unit("connections")
    .help("This many connections of the same host must be affected, or be ended by the same device; one with twice as many resets as needed counts twice. A single one may be a bug in its program.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<ForgedReset>(CARD, &[RESETS, CONNECTIONS], Interest::TCP_FLOWS.union(Interest::TCP_CONTROL))
        .content_with_flows();

/// Fewer resets are never looked at, whatever the setting.
const LEAST_RESETS: u32 = 2;
/// However many resets one connection has, there must be another one.
const LEAST_CONNECTIONS: f64 = 2.0;
/// Most connections kept.
const MOST_CONNECTIONS: usize = 1 << 16;
/// Peers listed in a filter.
const MOST_FILTER_PEERS: usize = 15;

#[derive(Default)]
struct ForgedReset {
    connections: Tally<u32, Connection, MOST_CONNECTIONS>,
    senders: Senders,
}

#[derive(Default)]
struct Connection {
    ends: (Addr, Addr),
    n_resets: u32,
}

/// The connections of a host with too many resets, and the same with those twice that have twice as many.
#[derive(Clone, Copy, Default)]
struct Hit {
    n: usize,
    weight: usize,
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
    fn observe_packet(&mut self, packet: &Packet) {
        self.senders.observe(packet);
    }

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
        let mut forgers = self.senders.forgers();
        forgers.retain(|forger| forger.connections.len() as f64 >= least);
        let known: BTreeSet<Addr> = forgers.iter().filter_map(Forger::victim).map(|(victim, _)| victim).gathered();
        let mut meant: Vec<(u32, &Connection)> = self
            .connections
            .sorted_where(|connection| f64::from(connection.n_resets) >= least_resets)
            .into_iter()
            .map(|(serial, connection)| (*serial, connection))
            // Whose resets were traced to a device is told with it.
            .filter(|(_, connection)| !known.contains(&connection.ends.0) && !known.contains(&connection.ends.1))
            .collect();
        let mut cases = Vec::new();
        // The host that most of them share is the victim; then the next one among the rest.
        while cases.len() < report::MOST_FINDINGS {
            let mut hosts: Map<Addr, Hit> = Map::default();
            for (_, connection) in &meant {
                let weight = if f64::from(connection.n_resets) >= 2.0 * least_resets { 2 } else { 1 };
                for host in [connection.ends.0, connection.ends.1] {
                    let hit = hosts.entry(host).or_default();
                    (hit.n, hit.weight) = (hit.n + 1, hit.weight + weight);
                }
            }
            let victim = hosts
                .into_iter()
                .max_by_key(|(host, hit)| (hit.weight, context.site.is_inside(*host), std::cmp::Reverse(*host)));
            let is_enough = |hit: &Hit| hit.weight as f64 >= least && hit.n as f64 >= least.min(LEAST_CONNECTIONS);
            let Some((victim, Hit { n, .. })) = victim.filter(|(_, hit)| is_enough(hit)) else { break };
            let is_his = |connection: &Connection| connection.ends.0 == victim || connection.ends.1 == victim;
            let serials: BTreeSet<u32> = meant.iter().filter(|(_, c)| is_his(c)).map(|(serial, _)| *serial).gathered();
            let n_resets: u64 = meant.iter().filter(|(_, c)| is_his(c)).map(|(_, c)| u64::from(c.n_resets)).sum();
            cases.push((victim, n, n_resets, serials));
            meant.retain(|(_, connection)| !is_his(connection));
        }
        let traced = Report::of(forgers)
            .largest_first(|forger| forger.connections.len())
            .not_evaluated(self.senders.n_refused())
            .each(|forger| traced(forger, least));
        let bursts = Report::of(cases)
            .not_evaluated(self.connections.n_refused)
            .each(|(victim, n, n_resets, serials)| finding(context, *victim, *n, *n_resets, serials, least));
        traced.and(bursts)
    }
}

/// Connections that a device ended in the name of others.
fn traced(forger: &Forger, least: f64) -> Finding {
    let (n, mac) = (forger.connections.len(), mac_text(forger.mac));
    let ports: BTreeSet<u16> = forger.connections.iter().map(|(a, b)| a.1.min(b.1)).gathered();
    let victim = forger.victim().map(|(victim, _)| victim);
    let whose = victim.map_or(String::new(), |victim| format!(" of {victim}"));
    let own: Vec<String> = forger.own.iter().map(Addr::to_string).collect();
    let but_own: String =
        forger.own.iter().map(|own| format!(" && !({})", finding_builder::host_filter("src", *own))).collect();
    let own = match own.as_slice() {
        [] => String::new(),
        own => format!(" The device itself has the address {}.", own.join(", ")),
    };
    Finding::builder(&CARD)
        .title(format!("{mac} ends {}{whose} in the name of others", count(n, "connection")))
        .rated(Impact::CONTROL, Confidence::ALMOST_CERTAIN, (n as f64, least))
        .sources([Endpoint::Mac(forger.mac)])
        .targets(victim)
        .ports(ports.into_iter().take(Finding::MOST_PORTS))
        .protocol("TCP")
        .identity(Identity::Word("in the name of others".to_owned()))
        .period(forger.period_ns)
        .n_packets(forger.n_packets)
        .packet_indices(forger.packets.clone())
        .evidence([
            evidence("Connections ended from another device", n as f64, "connections", "0"),
            evidence("Resets and FINs from it", forger.n_packets as f64, "packets", "0"),
            evidence("Addresses in whose name", forger.names.len() as f64, "hosts", "0"),
        ])
        .explanation(format!(
            "{mac} sent {} (resets or FINs) that end {} in the name of {}, which open and accept their connections from other Ethernet \
             addresses. Who sees the traffic of others can break it like this.{own}",
            count(forger.n_packets as usize, "packet"),
            count(n, "connection"),
            count(forger.names.len(), "host"),
        ))
        .filter_in_time(format!("eth.src == {mac} && (tcp.flags.reset == 1 || tcp.flags.fin == 1){but_own}"))
        .build()
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
        .rated(Impact::CONTROL, Confidence::VERY_LIKELY, ((n as f64).max(least), least))
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
    use super::senders::Mac;
    use super::*;
    use crate::detect::support::testing::{Made, finish, finish_with, inside, outside, tcp};
    use crate::model::DirectionStats;
    use crate::settings::Settings;

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

    #[test]
    fn two_connections_suffice_with_twice_as_many_resets() {
        let n_found = |flows: &[Flow]| finish_with(&ENTRY, flows, &[], &Settings::default()).findings.len();
        assert_eq!(n_found(&[with_resets(90, 99), with_resets(90, 99)]), 1);
        assert_eq!(n_found(&[with_resets(0, 9), with_resets(0, 9)]), 0);
        assert_eq!(n_found(&[with_resets(90, 999)]), 0);
    }

    const OWN: Mac = [2, 0, 0, 0, 0, 9];

    /// Client 1 of device 1 connects to this server, whose packets come from device 2, and somebody ends it from `mac`.
    fn ended(server: u8, mac: u8, flags: u8) -> Vec<Packet> {
        let (client, server) = ((inside(1), 40_000), (outside(server), 443));
        let from = |packet: Packet, mac: u8| Packet { macs: Some(([2, 0, 0, 0, 0, mac], [2; 6])), ..packet };
        vec![
            from(tcp(0, 1.0, client, server, 0x02), 1),
            from(tcp(1, 1.1, server, client, 0x12), 2),
            from(tcp(2, 2.0, server, client, flags), mac),
        ]
    }

    fn found(packets: &[Packet]) -> Vec<Finding> {
        finish(&ENTRY, &[], packets, &Settings::default()).findings
    }

    #[test]
    fn resets_from_a_device_that_has_none_of_the_addresses_are_forged() {
        let packets: Vec<Packet> = (1..5).flat_map(|server| ended(server, 9, 0x14)).collect();
        let findings = found(&packets);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            (&findings[0].sources[..], &findings[0].targets[..]),
            (&[Endpoint::Mac(OWN)][..], &[inside(1).into()][..])
        );
        let fins: Vec<Packet> = (1..5).flat_map(|server| ended(server, 9, 0x11)).collect();
        assert_eq!(found(&fins).len(), 1);
    }

    #[test]
    fn who_ends_its_own_connections_and_a_second_router_are_no_forgers() {
        let own: Vec<Packet> = (1..9).flat_map(|server| ended(server, 2, 0x14)).collect();
        assert!(found(&own).is_empty());
        // A router that takes over: it brings the answers of others too.
        let mut other: Vec<Packet> = (1..9).flat_map(|server| ended(server, 9, 0x14)).collect();
        for server in 20..30 {
            let answer = tcp(9, 3.0, (outside(server), 443), (inside(1), 40_001), 0x12);
            other.push(Packet { macs: Some((OWN, [2; 6])), ..answer });
        }
        assert!(found(&other).is_empty());
        // A device with the address of another one.
        let twins: Vec<Packet> = (1..9).flat_map(|_| ended(1, 9, 0x14)).collect();
        assert!(found(&twins).is_empty());
    }
}
