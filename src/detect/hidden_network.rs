//! Networks that hide what passes in them, per host, to findings for information: VPN, Tor, file sharing, DNS over HTTPS.

use super::draft::{self, count, evidence, lines};
use super::gather::{Between, gather};
use super::severity::{Impact, past, severity};
use super::tally::Tally;
use super::{Card, Conclusion, Context, Detector, Ended, Entry, Wants};
use crate::model::protocol::Named;
use crate::model::{Category, Finding, Flow, Host};
use crate::settings::{Descriptor, Effect};
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "hidden_network",
    name: "VPN, Tor, file sharing, DNS over HTTPS",
    category: Category::CovertChannel,
    technique: Some(("T1090", "Proxy")),
    sees: "A host inside uses a network in which its traffic cannot be seen from outside: a VPN, Tor, BitTorrent, or a resolver of names over HTTPS.",
    matters: "Nobody is harmed by it, but the house no longer sees where its traffic goes, and rules for names and addresses do not hold there.",
    otherwise: "Remote work over a VPN of the house, a browser that asks for names over HTTPS by itself, downloads of free software by BitTorrent.",
    source: "WireGuard, OpenVPN and BitTorrent by their messages; Tor by the ports of its relays (torrc: ORPort 9001, DirPort 9030) with TLS; resolvers by the names that browsers have built in (RFC 8484).",
};

const PEERS: Descriptor = Descriptor {
    id: "hidden_network.peers",
    label: "Other ends",
    help: "So many hosts outside that one host talks to in this way.",
    unit: "hosts",
    min: 1.0,
    max: 10_000.0,
    default: 1.0,
    is_whole: true,
    effect: Effect::Judge,
};
const SETTINGS: &[Descriptor] = &[PEERS];

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: SETTINGS,
    wants: Wants::TCP_FLOWS.and(Wants::UDP_FLOWS),
    make: || Box::new(HiddenNetwork::default()),
};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Network {
    Tor,
    Vpn,
    BitTorrent,
    NamesOverHttps,
}

/// Names of resolvers over HTTPS that browsers and systems have built in.
const RESOLVERS: [&str; 12] = [
    "dns.google",
    "dns.google.com",
    "cloudflare-dns.com",
    "mozilla.cloudflare-dns.com",
    "chrome.cloudflare-dns.com",
    "one.one.one.one",
    "dns.quad9.net",
    "doh.opendns.com",
    "dns.nextdns.io",
    "doh.cleanbrowsing.org",
    "dns.adguard.com",
    "dns.adguard-dns.com",
];
/// Ports that relays of Tor have unless told otherwise.
const TOR_PORTS: [u16; 2] = [9001, 9030];
/// Most hosts and networks kept, and peers told apart for one.
const MOST_HOSTS: usize = 1 << 14;
const MOST_PEERS: usize = 4096;
/// Most findings.
const MOST_FINDINGS: usize = 50;

#[derive(Default)]
struct HiddenNetwork {
    hosts: Tally<(Host, Network), BTreeSet<Host>, MOST_HOSTS>,
}

/// The network that a flow is of.
fn network(flow: &Flow, name: &str) -> Option<Network> {
    let (_, port) = flow.responder();
    match flow.app? {
        Named::WireGuard | Named::OpenVpn if flow.is_app_certain => Some(Network::Vpn),
        Named::BitTorrent if flow.is_app_certain => Some(Network::BitTorrent),
        Named::Tls if TOR_PORTS.contains(&port) => Some(Network::Tor),
        Named::Tls | Named::Quic if RESOLVERS.contains(&name) => Some(Network::NamesOverHttps),
        _ => None,
    }
}

impl Detector for HiddenNetwork {
    fn observe_flow(&mut self, ended: &Ended<'_>) {
        let flow = ended.flow;
        let Some(network) = network(flow, ended.name) else { return };
        let ((from, _), (to, _)) = (flow.initiator(), flow.responder());
        if !from.is_internal() || to.is_internal() || to.is_group() || flow.backward().packets == 0 {
            return;
        }
        if let Some(peers) = self.hosts.of((from, network))
            && peers.len() < MOST_PEERS
        {
            peers.insert(to);
        }
    }

    fn conclude(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&PEERS);
        let mut cases = self.hosts.sorted_where(|peers| peers.len() as f64 >= least);
        cases.truncate(MOST_FINDINGS);
        let between: Vec<Between> =
            cases.iter().map(|((host, _), _)| Between { source: Some(*host), ..Between::default() }).collect();
        let gathered = gather(context, &between, |place, flow| {
            let is_his = |((_, meant), _): &(&(Host, Network), &BTreeSet<Host>)| {
                network(flow, context.names.text(flow.name)) == Some(*meant)
            };
            cases.get(place).is_some_and(is_his) && flow.backward().packets > 0 && !flow.responder().0.is_internal()
        });
        let findings = cases
            .iter()
            .zip(gathered)
            .map(|(((host, network), peers), flows)| {
                let mut finding = finding(*host, *network, peers, least);
                flows.fill(&mut finding);
                draft::finish(finding, false)
            })
            .collect();
        Conclusion { findings, n_not_judged: self.hosts.n_refused, ..Conclusion::default() }
    }
}

fn finding(host: Host, network: Network, peers: &BTreeSet<Host>, least: f64) -> Finding {
    let (name, technique, confidence) = match network {
        Network::Tor => ("Tor", ("T1090.003", "Multi-hop Proxy"), 0.75),
        Network::Vpn => ("a VPN", ("T1572", "Protocol Tunneling"), 0.6),
        Network::BitTorrent => ("BitTorrent", ("T1090", "Proxy"), 0.6),
        Network::NamesOverHttps => ("DNS over HTTPS", ("T1071.004", "DNS"), 0.5),
    };
    let mut finding = draft::begin(&CARD);
    draft::technique(&mut finding, technique);
    finding.title = format!("{host} uses {name} with {} outside", count(peers.len(), "host"));
    finding.severity = severity(Impact::EXPOSURE, confidence, 0.0);
    finding.score = past(peers.len() as f64, least);
    finding.confidence = confidence;
    finding.sources = draft::addresses([host]);
    finding.targets = draft::addresses(peers.iter().copied());
    finding.protocol = name.to_owned();
    finding.evidence = vec![evidence("Hosts outside", peers.len() as f64, "hosts", "0 where rules forbid it")];
    finding.explanation = format!(
        "{host} talks to {} outside over {name}. What passes there cannot be seen from the network. That is no attack; it is \
         told so that you know.",
        count(peers.len(), "host")
    );
    finding.benign_causes = lines(&[
        "Remote work, or a VPN that its owner pays for",
        "A browser that asks for names over HTTPS by itself",
        "Free software and games that are spread by file sharing",
    ]);
    finding.advice = lines(&["Ask the owner of the host whether he uses it", "Compare with the rules of the house"]);
    finding.display_filter = format!(
        "{} && ({})",
        draft::host_filter("addr", host),
        match network {
            Network::Tor => "tcp.port in {9001, 9030}",
            Network::Vpn => "wg || openvpn",
            Network::BitTorrent => "bittorrent || bt-dht",
            Network::NamesOverHttps => "tls || quic",
        }
    );
    let id = draft::id_of(&CARD, name, &finding.sources);
    Finding { id, ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{Made, conclude_with, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    #[test]
    fn hidden_networks_are_told_for_information_and_web_pages_are_not() {
        let found = |app, port| {
            let flow =
                Flow { app: Some(app), is_app_certain: true, ..Made::tcp(inside(1), outside(1), port, 1.0).flow() };
            conclude_with(&ENTRY, &[flow], &[], &Settings::default()).findings
        };
        assert!(found(Named::WireGuard, 51820)[0].severity < Severity::Medium);
        assert!(found(Named::Tls, 9001)[0].title.contains("Tor"));
        assert!(found(Named::Tls, 443).is_empty() && found(Named::Http, 80).is_empty());
    }
}
