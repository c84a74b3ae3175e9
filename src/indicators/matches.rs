//! What was seen to findings: one for each indicator that something matches.

use super::list::{Indicator, List, Position};
use super::value::Value;
use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::maths::fnv;
use crate::model::app::field::{FieldId, FieldValue};
use crate::model::finding::{Category, Evidence, Severity};
use crate::model::flow::Flow;
use crate::model::net::network::Network;
use crate::model::{Addr, Endpoint, Finding};
use std::collections::HashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Detector id of these findings.
pub const DETECTOR: &str = "indicator";
/// Indicators that may match; more would be a list of everything.
const MOST_FINDINGS: usize = 500;
/// A match says that somebody listed this, not what was done: medium, and rather likely than certain.
const SEVERITY: Severity = Severity::Medium;
const SCORE: f64 = 0.5;
const CONFIDENCE: f64 = 0.6;

/// Fields of messages that hold names of hosts or addresses.
const NAMES: [FieldId; 8] = [
    FieldId::DnsQuery,
    FieldId::DnsAnswer,
    FieldId::TlsSni,
    FieldId::HttpHost,
    FieldId::CertName,
    FieldId::Host,
    FieldId::Address,
    FieldId::Requested,
];
/// Fields that hold hashes and fingerprints.
const HASHES: [FieldId; 6] =
    [FieldId::Ja3, FieldId::Ja3s, FieldId::Ja4, FieldId::Hassh, FieldId::HasshServer, FieldId::Hash];

/// What was seen.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The flow table.
    pub flows: &'a FlowTable,
    /// What the messages of flows said.
    pub fields: &'a FlowFields,
    /// Texts.
    pub names: &'a Names,
}

/// Indicators by what they mean; of equal ones the first counts.
#[derive(Default)]
struct Register<'a> {
    /// With the place of the list of each.
    all: Vec<(usize, &'a Indicator)>,
    addresses: HashMap<Addr, usize>,
    /// By number of bits: networks by their first address.
    networks: BTreeMap<u8, HashMap<Addr, usize>>,
    names: HashMap<&'a str, usize>,
    hashes: HashMap<&'a str, usize>,
    urls: HashMap<(&'a str, &'a str), usize>,
}

/// What matched an indicator.
#[derive(Default)]
struct Match {
    serials: BTreeSet<u32>,
    sources: BTreeSet<Endpoint>,
    targets: BTreeSet<Endpoint>,
    ports: BTreeSet<u16>,
    names: BTreeSet<String>,
    n_packets: u64,
    times_ns: Option<(i64, i64)>,
}

/// What of some lists was seen.
#[derive(Default)]
pub struct Matches {
    /// A finding for each indicator that was seen, in the order of the lists.
    pub findings: Vec<Finding>,
    /// How many of them each list has, in order.
    pub by_list: Vec<u64>,
    /// How many more there would be.
    pub n_more: u64,
}

/// Matches lists against what was seen.
pub fn findings(lists: &[&List], seen: &Seen<'_>) -> Matches {
    let register = Register::new(lists);
    let mut matches: BTreeMap<usize, Match> = BTreeMap::new();
    let mut hit = BTreeSet::new();
    for (serial, flow) in seen.flows.iter() {
        hit.clear();
        register.of_flow(flow, seen, &mut hit);
        for (place, name) in &hit {
            matches.entry(*place).or_default().add(serial, flow, name.as_deref());
        }
    }
    let n_more = matches.len().saturating_sub(MOST_FINDINGS) as u64;
    let mut made = Matches { findings: Vec::new(), by_list: vec![0; lists.len()], n_more };
    for (place, found) in matches.into_iter().take(MOST_FINDINGS) {
        let Some((of, one)) = register.all.get(place) else { continue };
        let Some(list) = lists.get(*of) else { continue };
        made.by_list.iter_mut().skip(*of).take(1).for_each(|n| *n += 1);
        made.findings.push(finding(list, one, &found));
    }
    made
}

impl<'a> Register<'a> {
    fn new(lists: &[&'a List]) -> Register<'a> {
        let mut register = Register::default();
        let all = lists.iter().enumerate().flat_map(|(of, list)| list.indicators.iter().map(move |one| (of, one)));
        for (of, indicator) in all {
            let place = register.all.len();
            match &indicator.value {
                Value::Address(address) => _ = register.addresses.entry(*address).or_insert(place),
                Value::Network(network) => {
                    let of_bits = register.networks.entry(network.bits()).or_default();
                    of_bits.entry(network.host()).or_insert(place);
                }
                Value::Name(name) => _ = register.names.entry(name).or_insert(place),
                Value::Hash(hash) | Value::Ja4(hash) => _ = register.hashes.entry(hash).or_insert(place),
                Value::Url(host, path) => _ = register.urls.entry((host, path)).or_insert(place),
            }
            register.all.push((of, indicator));
        }
        register
    }

    /// Adds the indicators that a flow matches, with the name that did.
    fn of_flow(&self, flow: &Flow, seen: &Seen<'_>, hit: &mut BTreeSet<(usize, Option<String>)>) {
        let ((from, _), (to, _)) = (flow.originator(), flow.responder());
        for address in [from, to] {
            hit.extend(self.of_address(address).map(|place| (place, None)));
        }
        let has_text = !self.names.is_empty() || !self.hashes.is_empty() || !self.urls.is_empty();
        if !has_text && self.addresses.is_empty() && self.networks.is_empty() {
            return;
        }
        self.of_name(seen.names.text(flow.name), hit);
        let (mut hosts, mut paths) = (Vec::new(), Vec::new());
        for field in seen.fields.of(flow, seen.names) {
            let FieldValue::Text(text) = field.value else { continue };
            if NAMES.contains(&field.kind) {
                self.of_name(text, hit);
            } else if HASHES.contains(&field.kind) {
                let place = self.hashes.get(text).or_else(|| self.hashes.get(text.to_ascii_lowercase().as_str()));
                hit.extend(place.map(|place| (*place, None)));
            }
            match field.kind {
                FieldId::HttpHost => hosts.push(text.split(':').next().unwrap_or(text).to_ascii_lowercase()),
                FieldId::HttpPath => paths.push(text),
                _ => {}
            }
        }
        if self.urls.is_empty() {
            return;
        }
        for host in &hosts {
            let urls = paths.iter().filter_map(|path| self.urls.get(&(host.as_str(), *path)));
            hit.extend(urls.map(|place| (*place, Some(host.clone()))));
        }
    }

    fn of_address(&self, address: Addr) -> impl Iterator<Item = usize> {
        let of_networks = self.networks.iter().filter_map(move |(bits, all)| {
            let network = Network::of(address, *bits);
            all.get(&network.host()).copied().filter(|_| network.has(address))
        });
        self.addresses.get(&address).copied().into_iter().chain(of_networks)
    }

    /// The name itself and those above it; or an address.
    fn of_name(&self, text: &str, hit: &mut BTreeSet<(usize, Option<String>)>) {
        if text.is_empty() {
            return;
        }
        if let Some(network) = Network::parse(text).filter(|network| network.is_host()) {
            return hit.extend(self.of_address(network.host()).map(|place| (place, None)));
        }
        if self.names.is_empty() {
            return;
        }
        let name = text.trim_end_matches('.').to_ascii_lowercase();
        let mut rest = name.as_str();
        loop {
            hit.extend(self.names.get(rest).map(|place| (*place, Some(name.clone()))));
            match rest.split_once('.') {
                Some((_, above)) => rest = above,
                None => break,
            }
        }
    }
}

impl Match {
    fn add(&mut self, serial: u32, flow: &Flow, name: Option<&str>) {
        self.names.extend(name.map(str::to_owned));
        if !self.serials.insert(serial) {
            return;
        }
        let ((from, _), (to, port)) = (flow.originator(), flow.responder());
        self.sources.insert(Endpoint::Ip(from));
        self.targets.insert(Endpoint::Ip(to));
        if flow.icmp.is_none() {
            self.ports.insert(port);
        }
        self.n_packets += flow.packets();
        let (first, last) = self.times_ns.unwrap_or((flow.first_ns, flow.last_ns));
        self.times_ns = Some((first.min(flow.first_ns), last.max(flow.last_ns)));
    }
}

fn finding(list: &List, indicator: &Indicator, found: &Match) -> Finding {
    let value = indicator.value.to_string();
    let position = match indicator.position {
        Position::Line(line) => format!("line {line}"),
        Position::Entry(entry) => format!("entry {entry}"),
    };
    let dated = indicator.date.as_ref().map(|date| format!(", dated {date}")).unwrap_or_default();
    let (start_ns, end_ns) = found.times_ns.unwrap_or_default();
    let id = format!("{} {value}", list.name);
    Finding {
        id: format!("{DETECTOR}-{:08x}", fnv::add(fnv::OFFSET_BASIS, id.as_bytes())),
        title: format!("{value} is on the list {} ({position}{dated})", list.name),
        severity: SEVERITY,
        score: SCORE,
        confidence: CONFIDENCE,
        start_ns,
        end_ns,
        sources: found.sources.iter().copied().take(Finding::MOST_ADDRESSES).collect(),
        targets: found.targets.iter().copied().take(Finding::MOST_ADDRESSES).collect(),
        ports: found.ports.iter().copied().take(Finding::MOST_PORTS).collect(),
        names: found.names.iter().take(Finding::MOST_NAMES).cloned().collect(),
        evidence: vec![Evidence {
            name: "flows that match".to_owned(),
            value: found.serials.len() as f64,
            unit: String::new(),
            typical: "none".to_owned(),
        }],
        explanation: format!(
            "The list {} names {} ({position}{dated}). {} match it. What the list says of it decides how much that matters: \
             the match alone does not say what was done.",
            list.name,
            what(&indicator.value),
            crate::model::format::quantity::counted(found.serials.len() as u64, "flow", "flows"),
        ),
        benign_causes: vec![
            "The entry is old: addresses and names change hands".to_owned(),
            "Many sites share one address at a hosting provider or content network".to_owned(),
            "A fingerprint is shared by all programs that use the same library".to_owned(),
        ],
        advice: vec![
            "Look up what the list says of this entry, and how old it is".to_owned(),
            "Look at the flows that match, and what the host did just before and after".to_owned(),
        ],
        display_filter: display_filter(&indicator.value),
        n_flows: found.serials.len() as u64,
        n_packets: found.n_packets,
        flow_serials: found.serials.iter().copied().take(Finding::MOST_FLOWS).collect(),
        ..Finding::of(DETECTOR, Category::ProtocolAbuse)
    }
}

fn what(value: &Value) -> String {
    match value {
        Value::Address(_) => format!("the address {value}"),
        Value::Network(_) => format!("the network {value}"),
        Value::Name(_) => format!("the name {value}"),
        Value::Url(..) => format!("the URL {value}"),
        Value::Hash(_) => format!("the hash or fingerprint {value}"),
        Value::Ja4(_) => format!("the JA4 fingerprint {value}"),
    }
}

fn display_filter(value: &Value) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    match value {
        Value::Address(address) if address.is_v4() => format!("ip.addr == {address}"),
        Value::Address(address) => format!("ipv6.addr == {address}"),
        Value::Network(network) if network.host().is_v4() => format!("ip.addr == {network}"),
        Value::Network(network) => format!("ipv6.addr == {network}"),
        Value::Name(name) => {
            let name = quoted(name);
            format!(
                "dns.qry.name contains {name} or tls.handshake.extensions_server_name contains {name} or http.host contains {name}"
            )
        }
        Value::Url(host, path) => format!("http.host == {} and http.request.uri == {}", quoted(host), quoted(path)),
        Value::Hash(hash) => format!("tls.handshake.ja3 == {} or tls.handshake.ja3s == {0}", quoted(hash)),
        Value::Ja4(ja4) => format!("tls.handshake.ja4 == {}", quoted(ja4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{inside, outside, udp};
    use crate::flow::fields::InternedField;
    use crate::flow::table::{FlowKeyHash, Limits};

    const JA3: &str = "a0e9f5d64349fb13191bc781f81f42e1";
    const JA4: &str = "t13d1516h2_8daaf6152771_b186095e22b6";

    #[test]
    fn every_kind_of_indicator_is_found_where_it_was_seen() {
        let (mut flows, mut names, mut fields) =
            (FlowTable::new(Limits::default()), Names::default(), FlowFields::default());
        for (serial, (port, texts)) in [
            (53, vec![(FieldId::DnsQuery, "deep.Evil.example.")]),
            (
                80,
                vec![
                    (FieldId::HttpHost, "web.example:80"),
                    (FieldId::HttpPath, "/drop?id=1"),
                    (FieldId::HttpPath, "/"),
                ],
            ),
            (443, vec![(FieldId::Ja3, JA3), (FieldId::Ja4, JA4), (FieldId::DnsAnswer, "192.0.2.99")]),
            (444, vec![(FieldId::HttpHost, "notevil.example")]),
        ]
        .into_iter()
        .enumerate()
        {
            let packet = udp(serial as u64, serial as f64, 1, (inside(7), 40_000), (outside(serial as u8 + 1), port));
            let found = flows.seek(&packet, flows.begin(FlowKeyHash::of(&packet)));
            flows.update(&packet, found, &names, &mut |_, _| {});
            for (kind, text) in texts {
                let value = u64::from(names.intern(text));
                fields.add(flows.get_mut(serial as u32).unwrap(), InternedField { kind, is_text: true, value });
            }
        }
        let seen = Seen { flows: &flows, fields: &fields, names: &names };
        let text = format!(
            "evil.example\nhttp://web.example/drop?id=1\n{}\n{JA4}\n{}/32\n192.0.2.96/28\nunseen.example\n192.0.2.200\nevil.example\n",
            JA3.to_uppercase(),
            outside(2),
        );
        let list = List::read("feed", &text).unwrap();
        let Matches { findings, by_list, n_more } = findings(&[&list], &seen);
        let got: Vec<(&str, &[u32])> = findings
            .iter()
            .map(|one| (one.title.split(" is on").next().unwrap(), one.flow_serials.as_slice()))
            .collect();
        let second = outside(2).to_string();
        let wanted: [(&str, &[u32]); 6] = [
            ("evil.example", &[0]),
            ("web.example/drop?id=1", &[1]),
            (JA3, &[2]),
            (JA4, &[2]),
            (&second, &[1]),
            ("192.0.2.96/28", &[2]),
        ];
        assert_eq!((got.as_slice(), by_list.as_slice(), n_more), (wanted.as_slice(), [6].as_slice(), 0));
        assert_eq!(findings[0].names, ["deep.evil.example"]);
        assert!(findings[0].title.contains("(line 1)") && findings[0].n_packets == 1);
        let ids: BTreeSet<&str> = findings.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids.len(), findings.len());
        for finding in &findings {
            assert!(crate::filter::compile(&finding.display_filter).is_ok(), "{}", finding.display_filter);
        }
    }
}
