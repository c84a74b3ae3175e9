//! From a card and measured facts to a whole finding: order, limits, id and filter words, the same for all detectors.

use crate::detect::card::Card;
use crate::maths::fnv;
use crate::model::finding::former_ids;
use crate::model::finding::{Evidence, Finding};
use crate::model::format::quantity;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Endpoint};

/// A finding with the card's parts filled in; the detector sets the rest and calls [`finish`].
pub fn begin(card: &Card) -> Finding {
    let mut finding = Finding::of(card.id, card.category);
    if let Some(named) = card.technique {
        technique(&mut finding, named);
    }
    finding
}

/// Names another technique than the card's.
pub fn technique(finding: &mut Finding, (id, name): (&str, &str)) {
    finding.technique = Some(id.to_owned());
    finding.technique_name = Some(name.to_owned());
}

/// Sorts and cuts the lists, rounds score and confidence to three places, and makes the id from detector, actors and
/// ports. Which ports a scan tries may differ each time, so a detector may say with `is_port_part_of_id` that they do
/// not count.
pub fn finish(mut finding: Finding, is_port_part_of_id: bool) -> Finding {
    for list in [&mut finding.sources, &mut finding.targets] {
        list.sort_unstable();
        list.dedup();
        list.truncate(Finding::MOST_ADDRESSES);
    }
    finding.ports.sort_unstable();
    finding.ports.dedup();
    finding.ports.truncate(Finding::MOST_PORTS);
    finding.flow_serials.sort_unstable();
    finding.flow_serials.dedup();
    finding.flow_serials.truncate(Finding::MOST_FLOWS);
    finding.packet_indices.sort_unstable();
    finding.packet_indices.dedup();
    finding.packet_indices.truncate(Finding::MOST_FLOWS);
    finding.score = round3(finding.score.clamp(0.0, 1.0));
    finding.confidence = round3(finding.confidence.clamp(0.0, 1.0));
    let ports: &[u16] = if is_port_part_of_id { &finding.ports } else { &[] };
    finding.id = id(&finding.detector, &finding.protocol, &finding.sources, &finding.targets, ports);
    finding
}

/// An id from actors and a word of the detector's choice, where targets change from time to time.
pub fn id_of(card: &Card, word: &str, sources: &[Endpoint]) -> String {
    id(card.id, word, sources, &[], &[])
}

fn id(detector: &str, word: &str, sources: &[Endpoint], targets: &[Endpoint], ports: &[u16]) -> String {
    let hash = identity(&format!("{}|{word}", former_ids::first(detector)), sources, targets, ports);
    let hex = hash.rsplit('-').next().unwrap_or_default();
    format!("{detector}-{hex}")
}

/// One measured value beside the usual one.
pub fn evidence(name: &str, value: f64, unit: &str, typical: impl Into<String>) -> Evidence {
    Evidence { name: name.to_owned(), value: round3(value), unit: unit.to_owned(), typical: typical.into() }
}

/// Sentences as the finding wants them.
pub fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Rounded to three decimal places, as findings show numbers.
pub fn round3(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// `ip.src == 10.0.0.1` or the IPv6 words for it; `field` is `src`, `dst` or `addr`.
pub fn host_filter(field: &str, host: Addr) -> String {
    let layer = if host.is_v4() { "ip" } else { "ipv6" };
    format!("{layer}.{field} == {host}")
}

/// All packets between two hosts.
pub fn pair_filter(a: Addr, b: Addr) -> String {
    format!("{} && {}", host_filter("addr", a), host_filter("addr", b))
}

/// A span of time, both ends included; widened to the microsecond that Wireshark compares.
pub fn time_filter(start_ns: i64, end_ns: i64) -> String {
    let text = |ns: i64| format!("{}.{:06}", ns.div_euclid(SECOND), ns.rem_euclid(SECOND) / 1000);
    format!("frame.time_epoch >= {} && frame.time_epoch <= {}", text(start_ns), text(end_ns.saturating_add(999)))
}

/// `tcp.port in {22, 80}`; `==` for a single port, none for no port or more than `most`.
pub fn ports_filter(field: &str, ports: &[u16], most: usize) -> Option<String> {
    match ports {
        [] => None,
        [port] => Some(format!("{field} == {port}")),
        many if many.len() <= most => {
            let list: Vec<String> = many.iter().map(u16::to_string).collect();
            Some(format!("{field} in {{{}}}", list.join(", ")))
        }
        _ => None,
    }
}

/// `1 port`, `3 ports`
pub fn count(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// A number with thousands separators.
pub fn thousands(n: usize) -> String {
    quantity::count(n as u64)
}

/// The only one of some hosts, or how many addresses they are.
pub fn who(hosts: &[Addr]) -> String {
    match hosts {
        [one] => one.to_string(),
        many => format!("{} addresses", thousands(many.len())),
    }
}

/// The addresses as findings hold them.
pub fn addresses(hosts: impl IntoIterator<Item = Addr>) -> Vec<Endpoint> {
    let mut list: Vec<Endpoint> = hosts.into_iter().map(Endpoint::Ip).collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// An id that stays the same for the same detector, actors and ports (FNV-1a, 32 bits). What is hashed is written out
/// here and not derived, because people's verdicts are kept under these ids.
pub fn identity(detector: &str, sources: &[Endpoint], targets: &[Endpoint], ports: &[u16]) -> String {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    let text = format!("{detector}|[{}]|[{}]|[{}]", listed(sources), listed(targets), ports.join(", "));
    format!("{detector}-{:08x}", fnv::add(fnv::OF_NOTHING, text.as_bytes()))
}

fn listed(endpoints: &[Endpoint]) -> String {
    let text = |endpoint: &Endpoint| match endpoint {
        Endpoint::Ip(addr) => format!("Ip({addr})"),
        Endpoint::Mac([a, b, c, d, e, f]) => format!("Mac([{a}, {b}, {c}, {d}, {e}, {f}])"),
    };
    endpoints.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filter_words_are_wiresharks() {
        assert_eq!(ports_filter("tcp.port", &[22, 80], 5).as_deref(), Some("tcp.port in {22, 80}"));
        assert_eq!(ports_filter("tcp.port", &[22, 80], 1), None);
        assert_eq!(host_filter("src", Addr::v6([0; 16])), "ipv6.src == ::");
        assert_eq!(
            time_filter(1_500_000_000_123_456_789, 1_500_000_001_000_000_001),
            "frame.time_epoch >= 1500000000.123456 && frame.time_epoch <= 1500000001.000001"
        );
    }
}
