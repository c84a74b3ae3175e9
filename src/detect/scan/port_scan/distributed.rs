//! Turns first contacts into findings of distributed scans: many sources share the scan of one host, or hide one
//! scanner among decoys.

use super::CARD;
use crate::detect::support::connection_attempts::{Contact, Contacts};
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Gather;
use crate::model::format::time::span;
use crate::model::{Addr, Finding, Flow, Site};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer sources are reported one by one.
const LEAST_SOURCES: usize = 4;
/// Failed ports that each of them must have: clients of a dead server fail on the one that they want.
const LEAST_PORTS_EACH: usize = 3;
/// A source that tried at least this share of all ports did what the others did.
const SAME_SHARE: f64 = 0.7;

/// Several sources on one host.
pub struct Crowd {
    /// The host.
    pub target: Addr,
    /// Who took part.
    pub sources: BTreeSet<Addr>,
    /// Ports that failed, of all sources together.
    pub ports: BTreeSet<u16>,
    /// All tried the same ports: only one of them is real (nmap's decoys). Else they share the work.
    pub is_decoy: bool,
    /// First and last try, ns since 1970.
    pub span_ns: (i64, i64),
}

impl Crowd {
    /// The ends of its flows.
    pub fn between(&self) -> Between {
        Between { target: Some(self.target), ..Between::default() }
    }

    /// True for a flow to the host that belongs to it.
    pub fn means(&self, flow: &Flow) -> bool {
        flow.is_tcp() && self.sources.contains(&flow.originator().0)
    }

    /// The finding.
    pub fn finding(&self, flows: Gathered, least: f64, site: &Site) -> Finding {
        let (n_ports, n_sources) = (self.ports.len() as f64, self.sources.len());
        let is_outside = site.is_inside(self.target) && self.sources.iter().all(|source| site.is_outside(*source));
        let impact = if is_outside { Impact::OUTSIDE_LOOK } else { Impact::INSIDE_LOOK };
        let confidence = Confidence::ALMOST_CERTAIN;
        let ports = count(self.ports.len(), "TCP port");
        Finding::builder(&CARD)
            .title(match self.is_decoy {
                true => format!("{} scanned by one of {n_sources} addresses, the others decoys: {ports}", self.target),
                false => format!("{n_sources} addresses scan {} together: {ports}", self.target),
            })
            .rated(impact, confidence, (n_ports, least))
            .sources(self.sources.iter().copied())
            .targets([self.target])
            .ports(self.ports.iter().copied())
            .protocol("TCP")
            .evidence([
                evidence("Sources", n_sources as f64, "addresses", "1"),
                evidence(
                    "Failed ports, all sources together",
                    n_ports,
                    "ports",
                    format!("below {least} (Zeek's scan policy)"),
                ),
            ])
            .explanation(format!(
                "{n_sources} addresses tried {ports} of {} without success within {}. {}",
                self.target,
                span(self.span_ns.1 - self.span_ns.0),
                if self.is_decoy {
                    "All tried the same ports, so one of them is probably the scanner and the others are forged to hide \
                     it."
                } else {
                    "Each tried a few, and together they cover many: machines under one control share the work so that \
                     none stands out."
                }
            ))
            .benign_causes(&["A host that was just switched off while its clients keep retrying many services"])
            .advice(&[
                "Compare the TTL of the packets: forged ones come from one place",
                "Check which of the sources comes back to a port that answered",
            ])
            .flows(flows)
            .period(self.span_ns)
            .filter_in_time(format!("{} && tcp", finding_builder::host_filter("addr", self.target)))
            .build()
    }
}

/// The crowds with at least `least` failed ports, one for each host, in the order of the hosts; over TCP: peers of file
/// sharing fail on many UDP ports.
pub fn crowds(contacts: &Contacts, least: f64) -> Vec<Crowd> {
    let failed = |contact: &Contact| (contact.outcome.is_vain() && contact.protocol == 6).then_some(contact.target);
    contacts.groups(least, failed).iter().filter_map(|group| crowd(group, least)).collect()
}

fn crowd(group: &[Contact], least: f64) -> Option<Crowd> {
    let mut by_source: BTreeMap<Addr, BTreeSet<u16>> = BTreeMap::new();
    for contact in group {
        by_source.entry(contact.source).or_default().insert(contact.port);
    }
    by_source.retain(|_, ports| ports.len() >= LEAST_PORTS_EACH);
    let ports: BTreeSet<u16> = by_source.values().flatten().copied().gathered();
    if by_source.len() < LEAST_SOURCES || (ports.len() as f64) < least {
        return None;
    }
    let n_same = by_source.values().filter(|own| own.len() as f64 >= SAME_SHARE * ports.len() as f64).count();
    let is_his = |contact: &&Contact| by_source.contains_key(&contact.source);
    Some(Crowd {
        target: group.first()?.target,
        ports,
        is_decoy: n_same >= LEAST_SOURCES && 2 * n_same >= by_source.len(),
        span_ns: (
            group.iter().filter(is_his).map(|contact| contact.first_ns).min()?,
            group.iter().filter(is_his).map(|contact| contact.last_ns).max()?,
        ),
        sources: by_source.into_keys().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside, outside};

    fn found(tries: impl Iterator<Item = (u8, u16)>) -> Vec<Crowd> {
        let mut contacts = Contacts::default();
        for (source, port) in tries {
            contacts.add(&Made::refused(outside(source), inside(1), port, f64::from(port)).flow());
        }
        crowds(&contacts, 15.0)
    }

    #[test]
    fn a_shared_scan_and_decoys_are_told_apart_and_clients_of_a_dead_server_are_none() {
        let shared = found((0..40).map(|i| ((i % 8) as u8, 100 + i)));
        assert_eq!((shared.len(), shared[0].is_decoy, shared[0].sources.len()), (1, false, 8));
        let decoys = found((0..20).flat_map(|i| (0..5).map(move |source| (source, 100 + i))));
        assert!(decoys[0].is_decoy);
        assert!(found((0..60).map(|source| (source, 80))).is_empty());
    }
}
