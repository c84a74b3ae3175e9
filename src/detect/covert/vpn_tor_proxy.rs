//! Turns the use of networks that hide traffic (VPN, Tor, file sharing, and DNS over HTTPS, TLS and QUIC) into findings
//! for information, per host.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::report::Report;
use crate::detect::support::resolvers::{self, Known};
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::model::app::protocol::AppProto;
use crate::model::{Addr, Category, Finding, Flow};
use crate::settings::Descriptor;
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "vpn_tor_proxy",
    name: "VPN, Tor, file sharing, encrypted DNS",
    category: Category::CovertChannel,
    technique: Some(("T1090", "Proxy")),
    sees: "An internal host uses a network that hides its traffic: a VPN, Tor, BitTorrent, or a DNS resolver over HTTPS, TLS or QUIC.",
    matters: "This harms nobody by itself, but you no longer see where the traffic goes, and policies for names and addresses do not apply.",
    otherwise: "Remote work over a company VPN, a browser that uses DNS over HTTPS by default, downloads of free software by BitTorrent.",
    benign_causes: &[
        "Remote work, or a VPN that its user pays for",
        "A browser or system that uses DNS over HTTPS or TLS by default",
        "Free software and games distributed by file sharing",
    ],
    advice: &["Ask the owner of the host whether they use it", "Compare with your network's policy"],
    part_of: &[],
    source: "WireGuard, OpenVPN and BitTorrent by their messages; Tor by TLS on the ports of its relays (torrc: ORPort 9001, DirPort 9030); resolvers by the names and addresses that their operators publish (DNS over HTTPS, RFC 8484), and by port 853, which is reserved for DNS over TLS (RFC 7858) and QUIC (RFC 9250).",
}
.explained_where_shown();

const PEERS: Descriptor = Descriptor::count("vpn_tor_proxy.peers", "Peers", 1.0)
    .range(1.0, 10_000.0)
    .unit("hosts")
    .help("One host communicates with this many external hosts in this way.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<VpnTorProxy>(CARD, &[PEERS], Interest::TCP_FLOWS.union(Interest::UDP_FLOWS)).asking_site();

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Network {
    Tor,
    Vpn,
    BitTorrent,
    NamesOverHttps,
    NamesOverTls,
    NamesOverQuic,
}

/// Ports that relays of Tor have unless told otherwise.
const TOR_PORTS: [u16; 2] = [9001, 9030];
/// Most pairs of host and network kept.
const MOST_HOSTS: usize = 1 << 14;
/// Most peers kept for one of them.
const MOST_PEERS: usize = 4096;

#[derive(Default)]
struct VpnTorProxy {
    hosts: Tally<(Addr, Network), Peers, MOST_HOSTS>,
}

/// Hosts outside, and by what those that are resolvers are known.
type Peers = BTreeMap<Addr, Option<Known>>;

/// The network that a flow is of, and by what it is known as a resolver.
fn network(flow: &Flow, name: &str) -> Option<(Network, Option<Known>)> {
    let (server, port) = flow.responder();
    let network = match flow.app? {
        AppProto::WireGuard | AppProto::OpenVpn if flow.is_app_certain => Network::Vpn,
        AppProto::BitTorrent if flow.is_app_certain => Network::BitTorrent,
        AppProto::Tls if TOR_PORTS.contains(&port) => Network::Tor,
        app @ (AppProto::Tls | AppProto::Quic) => {
            let known = resolvers::known((server, port), name)?;
            // A knock at the port that is refused is no talk.
            let has_answered = flow.is_app_certain || flow.backward().payload_bytes() > 0;
            if known != Known::Name && !has_answered {
                return None;
            }
            let network = match (port, app) {
                (resolvers::PORT, AppProto::Tls) => Network::NamesOverTls,
                (resolvers::PORT, _) => Network::NamesOverQuic,
                _ => Network::NamesOverHttps,
            };
            return Some((network, Some(known)));
        }
        _ => return None,
    };
    Some((network, None))
}

impl Detector for VpnTorProxy {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let Some((network, known)) = network(flow, ended.name) else { return };
        let ((from, _), (to, _)) = (flow.originator(), flow.responder());
        if !is_outward(ended.site, flow) || flow.backward().packets == 0 {
            return;
        }
        if let Some(peers) = self.hosts.of((from, network))
            && (peers.len() < MOST_PEERS || peers.contains_key(&to))
        {
            let surest = peers.entry(to).or_insert(known);
            *surest = (*surest).min(known);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&PEERS);
        let is_of = |meant: Network, flow: &Flow| {
            network(flow, context.names.text(flow.name)).is_some_and(|(network, _)| network == meant)
                && flow.backward().packets > 0
                && context.site.is_outside(flow.responder().0)
        };
        Report::of_table(&self.hosts, |peers| peers.len() as f64 >= least).each_with_flows(
            context,
            |((host, _), _)| Between { source: Some(*host), ..Between::default() },
            |((_, meant), _), flow| is_of(*meant, flow),
            |((host, network), peers), flows| finding(*host, *network, peers, least).flows(flows).build(),
        )
    }
}

fn finding(host: Addr, network: Network, peers: &Peers, least: f64) -> FindingBuilder {
    let (name, technique, confidence) = match network {
        Network::Tor => ("Tor", ("T1090.003", "Multi-hop Proxy"), Confidence::VERY_LIKELY),
        Network::Vpn => ("a VPN", ("T1572", "Protocol Tunneling"), Confidence::LIKELY),
        Network::BitTorrent => ("BitTorrent", ("T1090", "Proxy"), Confidence::LIKELY),
        Network::NamesOverHttps => ("DNS over HTTPS", ("T1071.004", "DNS"), Confidence::EVEN),
        Network::NamesOverTls => ("DNS over TLS", ("T1071.004", "DNS"), Confidence::EVEN),
        Network::NamesOverQuic => ("DNS over QUIC", ("T1071.004", "DNS"), Confidence::EVEN),
    };
    Finding::builder(&CARD)
        .technique(technique)
        .title(format!("{host} uses {name} with {}", count(peers.len(), "external host")))
        .weighed(Impact::EXPOSURE, confidence, 0.0)
        .score(past(peers.len() as f64, least))
        .sources([host])
        .targets(peers.keys().copied())
        .protocol(name)
        .evidence([evidence("External hosts", peers.len() as f64, "hosts", "0 where policy forbids it")])
        .explanation(format!(
            "{host} communicates with {} over {name}. The network cannot see this traffic. {}This is not an \
             attack; it is reported for information.",
            count(peers.len(), "external host"),
            known_by(peers)
        ))
        .filter(format!(
            "{} && ({})",
            finding_builder::host_filter("addr", host),
            match network {
                Network::Tor => "tcp.port in {9001, 9030}",
                Network::Vpn => "wg || openvpn",
                Network::BitTorrent => "bittorrent || bt-dht",
                Network::NamesOverHttps => "tls || quic",
                Network::NamesOverTls => "tcp.port == 853",
                Network::NamesOverQuic => "udp.port == 853",
            }
        ))
}

/// By what the hosts outside are known as resolvers, in a sentence; nothing for other networks.
fn known_by(peers: &Peers) -> String {
    let parts: Vec<String> = [Known::Name, Known::Endpoint, Known::Port]
        .into_iter()
        .map(|known| (known, peers.values().filter(|by| **by == Some(known)).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(known, n)| format!("{} by {}", count(n, "host"), known.words()))
        .collect();
    if parts.is_empty() { String::new() } else { format!("Known: {}. ", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    #[test]
    fn hidden_networks_are_told_for_information_and_web_pages_are_not() {
        let found = |app, port| {
            let flow =
                Flow { app: Some(app), is_app_certain: true, ..Made::tcp(inside(1), outside(1), port, 1.0).flow() };
            finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings
        };
        assert!(found(AppProto::WireGuard, 51820)[0].severity < Severity::Medium);
        assert!(found(AppProto::Tls, 9001)[0].title.contains("Tor"));
        assert!(found(AppProto::Tls, 443).is_empty() && found(AppProto::Http, 80).is_empty());
    }

    #[test]
    fn resolvers_are_told_by_address_and_port_and_the_finding_says_by_which() {
        let found = |app, server, port| {
            let made = Made {
                protocol: if app == AppProto::Quic { 17 } else { 6 },
                ..Made::tcp(inside(1), server, port, 1.0)
            };
            let flow = Flow { app: Some(app), is_app_certain: true, ..made.flow() };
            finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings
        };
        let cloudflare = Addr::v4([1, 1, 1, 1]);
        let https = found(AppProto::Tls, cloudflare, 443);
        assert!(
            https[0].explanation.contains("1 host by the address of a public resolver"),
            "{}",
            https[0].explanation
        );
        assert!(found(AppProto::Quic, cloudflare, 443)[0].title.contains("DNS over HTTPS"));
        let tls = found(AppProto::Tls, outside(1), 853);
        assert!(tls[0].title.contains("DNS over TLS") && tls[0].explanation.contains("port 853"));
        assert!(found(AppProto::Quic, outside(1), 853)[0].title.contains("DNS over QUIC"));
        assert!(found(AppProto::Http, cloudflare, 80).is_empty() && found(AppProto::Tls, outside(1), 8853).is_empty());
        let knock = Flow { app: Some(AppProto::Tls), ..Made::refused(inside(1), outside(1), 853, 1.0).flow() };
        assert!(finish_with(&ENTRY, &[knock], &[], &Settings::default()).findings.is_empty());
    }
}
