//! Rates how odd an external server is among all that internal hosts use: who else uses it, what it is called, which
//! program uses it on which port. Gives one log-likelihood ratio, which detectors add to what they know of the traffic
//! itself: a control server rather than the server of an ordinary program that connects by itself.
//!
//! Added up as [`log_ratio`](crate::detect::support::log_ratio) says. The chances are set by us; the signs are those of RITA
//! (prevalence, missing host header), of the lists of domains that are abused most (Spamhaus, Interisle), and of the
//! fingerprints of clients (user agents, JA4, which for most implants shows no protocol inside TLS).

use crate::detect::support::capped_map::Map;
use crate::detect::support::domains;
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::wordiness::Wordiness;
use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::maths::elementary::ln;
use crate::model::app::field::{FieldId, FieldValue};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Outcome;
use crate::model::{Addr, Flow, Site};
use foldhash::fast::RandomState;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::hash::Hash;
use std::net::IpAddr;

/// Hosts inside that must be seen before it says something that one alone uses a server, and how many make it say more.
const SOME_HOSTS: usize = 3;
/// What it says in any case.
const LITTLE_MORE: f64 = 0.2;
const MANY_HOSTS: usize = 8;
/// Servers with a known client program that there must be before it counts that a program uses a single server.
const SOME_SERVERS: usize = 3;
/// A shorter name says nothing by its letters.
const LEAST_LETTERS: usize = 7;
/// So many names of one domain are the parts of a service: an account, an update, a clock, a stream.
const SERVICE: usize = 3;
/// So many servers of one host at one port that is not for web pages are its peers.
const PEERS: usize = 5;
/// Endings of names that are cheap and abused most, as Spamhaus and Interisle list them.
const ABUSED: [&str; 26] = [
    "asia", "bid", "buzz", "cc", "cf", "click", "club", "cyou", "ga", "gq", "icu", "info", "live", "ml", "online",
    "pw", "rest", "sbs", "shop", "site", "tk", "top", "work", "ws", "xyz", "zip",
];
/// Names of services that keep connections alive, push messages, update programs or ask for the state of the network.
const KNOWN: [&str; 22] = [
    "push.apple.com",
    "apple.com",
    "icloud.com",
    "mtalk.google.com",
    "googleapis.com",
    "gstatic.com",
    "windows.com",
    "windowsupdate.com",
    "microsoft.com",
    "msftconnecttest.com",
    "office365.com",
    "live.com",
    "mozilla.com",
    "mozilla.net",
    "ubuntu.com",
    "debian.org",
    "whatsapp.net",
    "signal.org",
    "slack.com",
    "discord.gg",
    "telegram.org",
    "dropbox.com",
];

/// What is odd about the client's program.
const OWN_PROGRAM: &str = "the program that speaks to it (user agent, JA4) speaks to nothing else";
const NO_PROTOCOL: &str = "its client offers no protocol inside TLS (JA4), as programs made for the web do";
/// What is odd about the server itself, but not by itself: makers of devices choose ports as they like, and in a small network
/// each device has servers of its own.
const ODD_PORT: &str = "its port is unusual for what it speaks";
const ALONE: &str = "no other internal host uses it";
/// Share of the weight of a port that counts there.
const OF_PORT: f64 = 0.6;
/// From this weight of all other signs on, the server is odd: a port alone does not make it so.
const ODD_SERVER: f64 = 1.1;

/// One, or several.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Single<T> {
    One(T),
    Several,
}

impl<T: PartialEq + Copy> Single<T> {
    fn note<K: Eq + Hash>(all: &mut Map<K, Single<T>>, key: K, value: T) {
        let single = all.entry(key).or_insert(Single::One(value));
        if *single != Single::One(value) {
            *single = Single::Several;
        }
    }
}

/// What hosts inside do outside.
#[derive(Default)]
pub struct OutsideServers<'a> {
    hosts: HashSet<Addr, RandomState>,
    users: Map<Addr, Single<Addr>>,
    /// Servers of a host at a port, up to [`PEERS`].
    peers: Map<(Addr, u16), BTreeSet<Addr>>,
    names: Map<Addr, Single<u32>>,
    /// Who calls a name.
    of_name: Map<&'a str, Single<Addr>>,
    /// Names that a host calls of one registered domain, up to [`SERVICE`].
    of_domain: Map<(Addr, &'a str), BTreeSet<u32>>,
    /// Servers by what the client's program calls itself or looks like.
    programs: Map<&'a str, Single<Addr>>,
    /// Servers that are known by such a program.
    with_program: HashSet<Addr, RandomState>,
}

/// A server that a host calls.
pub struct Called<'a> {
    /// The host inside.
    pub source: Addr,
    /// The server's addresses.
    pub servers: &'a BTreeSet<Addr>,
    /// Its ports.
    pub ports: &'a BTreeSet<u16>,
    /// The protocols.
    pub apps: &'a BTreeSet<AppProto>,
    /// What its clients call themselves or look like.
    pub programs: &'a BTreeSet<&'a str>,
    /// Its name; empty if it has none.
    pub name: &'a str,
}

/// How odd a server is.
#[derive(Clone, Debug, Default)]
pub struct Oddity {
    /// Natural logarithm of the ratio.
    pub weight: f64,
    /// What is odd, in words.
    pub words: Vec<&'static str>,
    /// Something of that is odd about the server itself, and not only about the program that calls it: those of devices offer no
    /// protocol inside TLS either, and speak to one server.
    pub is_of_server: bool,
}

/// What the client of a flow calls itself or looks like.
pub fn programs<'a>(fields: &'a FlowFields, names: &'a Names, flow: &Flow) -> impl Iterator<Item = &'a str> + use<'a> {
    fields.of(flow, names).into_iter().filter_map(|field| match (field.kind, field.value) {
        (FieldId::HttpAgent | FieldId::Ja4, FieldValue::Text(text)) => Some(text),
        _ => None,
    })
}

impl<'a> OutsideServers<'a> {
    /// From all flows that are kept.
    pub fn of(flows: &FlowTable, site: &Site, names: &'a Names, fields: &'a FlowFields) -> OutsideServers<'a> {
        let mut all = OutsideServers::default();
        for (_, flow) in flows.iter() {
            let is_contact = !matches!(flow.outcome(), Outcome::Refused | Outcome::Unanswered);
            if !is_contact || flow.app == Some(AppProto::Dns) || !is_outward(site, flow) {
                continue;
            }
            let ((source, _), (server, port)) = (flow.originator(), flow.responder());
            all.hosts.insert(source);
            if !matches!(port, 80 | 443) {
                let peers = all.peers.entry((source, port)).or_default();
                if peers.len() < PEERS {
                    peers.insert(server);
                }
            }
            Single::note(&mut all.users, server, source);
            if flow.name != 0 {
                Single::note(&mut all.names, server, flow.name);
                Single::note(&mut all.of_name, names.text(flow.name), source);
                if let Some(domain) = domains::registered(names.text(flow.name)) {
                    let names = all.of_domain.entry((source, domain)).or_default();
                    if names.len() < SERVICE {
                        names.insert(flow.name);
                    }
                }
            }
            for program in programs(fields, names, flow) {
                Single::note(&mut all.programs, program, server);
                all.with_program.insert(server);
            }
        }
        all
    }

    /// How rare it is here that one host alone uses a server, as a logarithm: among devices of many makers each has its own.
    fn rarity_of_single(&self) -> f64 {
        let n_single = self.users.values().filter(|users| matches!(users, Single::One(_))).count();
        ln(self.users.len().max(1) as f64 / n_single.max(1) as f64) + LITTLE_MORE
    }

    /// How odd a server is that a host calls.
    pub fn oddity(&self, called: &Called<'_>) -> Oddity {
        let (mut odd, mut of_server) = (Oddity::default(), 0.0);
        let mut add = |weight: f64, words: &'static str| {
            odd.weight += weight;
            if weight > 0.0 && !words.is_empty() {
                odd.words.push(words);
                of_server += match words {
                    OWN_PROGRAM | NO_PROTOCOL => 0.0,
                    ODD_PORT => OF_PORT * weight,
                    // What it says in any case says nothing of this server.
                    ALONE => weight - LITTLE_MORE,
                    _ => weight,
                };
            }
        };
        let is_nameless = called.name.is_empty() || called.name.parse::<IpAddr>().is_ok();
        if is_nameless {
            add(1.8, "it is called by its address, without a name");
        } else {
            add(-0.25, "");
            let domain = domains::registered(called.name).unwrap_or_default();
            if self.of_domain.get(&(called.source, domain)).is_some_and(|names| names.len() >= SERVICE) {
                add(-4.0, "");
            }
            if KNOWN.iter().any(|known| domains::is_of(called.name, known)) {
                add(-6.0, "");
            }
            if called.name.rsplit('.').next().is_some_and(|ending| ABUSED.contains(&ending)) {
                add(1.2, "its name ends in a domain that is often abused");
            }
            let mut words = Wordiness::default();
            let label = domain.split('.').next().unwrap_or_default();
            // Makers put a few letters together that make no word.
            words.add(if label.len() >= LEAST_LETTERS { label } else { "" });
            add((3.0 * words.log_ratio_of_random()).clamp(-0.3, 1.2), "its name looks random");
        }
        let is_own = |server: &Addr| matches!(self.users.get(server), None | Some(Single::One(_)));
        if self.hosts.len() >= SOME_HOSTS {
            let most = if self.hosts.len() >= MANY_HOSTS { 1.8 } else { 1.2 };
            let is_alone = called.servers.iter().all(is_own) && self.of_name.get(called.name) != Some(&Single::Several);
            let rarity = self.rarity_of_single().min(most);
            add(if is_alone { rarity } else { -2.0 }, ALONE);
            // Where each host has servers of its own, that says nothing of the server, but still that it is not all hosts'.
            add(if is_alone { most - rarity } else { 0.0 }, "");
        }
        // Large providers serve many names from one address.
        if called.servers.iter().any(|server| self.names.get(server) == Some(&Single::Several)) {
            add(-1.5, "");
        }
        if self.with_program.len() >= SOME_SERVERS && !called.programs.is_empty() {
            let is_own = |program: &&str| matches!(self.programs.get(program), Some(Single::One(_)));
            // Programs share libraries, and malware names itself after browsers.
            let weight = if called.programs.iter().all(is_own) { 1.2 } else { -0.4 };
            add(weight, OWN_PROGRAM);
        }
        // Its first part ends in the protocol that is offered inside TLS; browsers and libraries for the web offer one.
        let offers: Vec<bool> = called.programs.iter().filter_map(|program| offers_protocol(program)).collect();
        if !offers.is_empty() {
            let weight = if offers.iter().any(|offers| *offers) { -0.3 } else { 1.0 };
            add(weight, NO_PROTOCOL);
        }
        let is_peer = |port: &u16| self.peers.get(&(called.source, *port)).is_some_and(|peers| peers.len() >= PEERS);
        if called.ports.iter().any(is_peer) {
            add(-5.0, "");
        }
        let port = called.ports.iter().copied().map(|port| port_weight(called.apps, port)).fold(0.0, f64::max);
        add(port, ODD_PORT);
        odd.is_of_server = of_server >= ODD_SERVER;
        odd
    }
}

/// Whether a client offers an application protocol (ALPN), if this is a JA4 fingerprint of TLS: such as `t13d1516h2_...`, with
/// `00` for none (FoxIO, JA4).
fn offers_protocol(program: &str) -> Option<bool> {
    let (first, _) = program.split_once('_').filter(|(first, _)| first.len() == 10 && first.starts_with('t'))?;
    Some(!first.ends_with("00"))
}

/// How odd a port is for the protocol on it.
fn port_weight(apps: &BTreeSet<AppProto>, port: u16) -> f64 {
    let (usual, others): (&[u16], &[u16]) = if apps.contains(&AppProto::Tls) || apps.contains(&AppProto::Quic) {
        (&[443, 465, 587, 853, 993, 995, 5061, 5223, 5228, 8883], &[4443, 8443, 9443])
    } else if apps.contains(&AppProto::Http) || apps.contains(&AppProto::WebSocket) {
        (&[80], &[8000, 8008, 8080, 8081, 8088, 8888])
    } else {
        return 0.3;
    };
    if usual.contains(&port) {
        0.0
    } else if others.contains(&port) {
        0.6
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oddity(hosts: u8, is_shared: bool, name: &str, port: u16) -> Oddity {
        let (source, server) = (Addr::v4([10, 0, 0, 1]), Addr::v4([203, 0, 113, 9]));
        let mut all = OutsideServers {
            hosts: (1..=hosts).map(|i| Addr::v4([10, 0, 0, i])).collect(),
            ..OutsideServers::default()
        };
        all.users.insert(server, if is_shared { Single::Several } else { Single::One(source) });
        all.users.extend((1..=9).map(|i| (Addr::v4([198, 51, 100, i]), Single::Several)));
        all.oddity(&Called {
            source,
            servers: &BTreeSet::from([server]),
            ports: &BTreeSet::from([port]),
            apps: &BTreeSet::from([AppProto::Tls]),
            programs: &BTreeSet::new(),
            name,
        })
    }

    #[test]
    fn fingerprints_say_whether_a_protocol_is_offered() {
        let of =
            ["t13d1516h2_8daaf6152771_02713d6af862", "t13d190900_9dc949149365_97f8aa674fd9", "Mozilla/5.0 (X11_1)"];
        assert_eq!(of.map(offers_protocol), [Some(true), Some(false), None]);
    }

    #[test]
    fn a_nameless_server_that_one_host_alone_uses_is_odd_and_a_known_one_is_not() {
        let odd = oddity(9, false, "", 8443);
        assert!(odd.weight > 4.0 && odd.words.len() == 3, "{odd:?}");
        assert!(oddity(9, true, "www.example.com", 443).weight < -2.0);
        assert!(oddity(9, false, "outlook.office365.com", 443).weight < -4.0);
        assert!(
            oddity(9, false, "x7kq2vzw9p4.top", 443).weight > oddity(9, false, "www.example.com", 443).weight + 1.5
        );
        let mut peers = OutsideServers::default();
        let source = Addr::v4([10, 0, 0, 1]);
        peers.peers.insert((source, 6881), (1..=5).map(|i| Addr::v4([203, 0, 113, i])).collect());
        let called = |port: u16| {
            let (servers, ports) = (BTreeSet::from([Addr::v4([203, 0, 113, 1])]), BTreeSet::from([port]));
            let (apps, programs) = (BTreeSet::new(), BTreeSet::new());
            peers
                .oddity(&Called {
                    source,
                    servers: &servers,
                    ports: &ports,
                    apps: &apps,
                    programs: &programs,
                    name: "",
                })
                .weight
        };
        assert!(called(6881) < called(6882) - 4.0, "one of many peers");
        assert!(oddity(1, false, "www.example.com", 443).weight < 0.5, "one host is no crowd");
        let lonely = OutsideServers {
            users: (1..=9).map(|i| (Addr::v4([198, 51, 100, i]), Single::One(source))).collect(),
            ..OutsideServers::default()
        };
        assert!(lonely.rarity_of_single() < 0.3, "where each has servers of its own");
    }
}
