//! Merges findings of one detector that are parts of one activity: a scan of many hosts and many ports is one scan, not
//! one for each host.

use crate::detect::support::finding_builder::{self, FindingBuilder, Identity};
use crate::maths::sorting::Arrange;
use crate::model::{Addr, Endpoint, Evidence, Finding};
use std::collections::BTreeMap;

/// As many findings of one source and protocol are one deed.
const LEAST_PARTS: usize = 3;

/// What is known of findings that are joined.
pub struct Block<'a> {
    /// Who did it.
    pub source: Addr,
    /// Transport or protocol name.
    pub protocol: &'a str,
    /// Findings that are joined.
    pub n_parts: usize,
    /// Different targets.
    pub n_targets: usize,
    /// Different ports, sorted.
    pub ports: &'a [u16],
}

/// The words of the joined finding.
pub struct Joined {
    /// One line: who did what to whom.
    pub title: String,
    /// The value that stands before those of the strongest part.
    pub evidence: Evidence,
    /// The sentence that stands before the strongest part's explanation.
    pub explanation: String,
    /// Words of the display filter between host and time.
    pub filter: String,
    /// What the id is made of.
    pub identity: Identity,
}

/// Joins findings of the same source and protocol where there are at least three of them; `describe` gives its words.
pub fn by_source(findings: Vec<Finding>, describe: impl Fn(&Block<'_>) -> Joined) -> Vec<Finding> {
    let mut groups: BTreeMap<(Vec<Endpoint>, String), Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry((finding.sources.clone(), finding.protocol.clone())).or_default().push(finding);
    }
    let mut joined = Vec::new();
    for ((sources, protocol), mut parts) in groups {
        let source = match sources.first() {
            Some(Endpoint::Ip(source)) if parts.len() >= LEAST_PARTS => *source,
            _ => {
                joined.append(&mut parts);
                continue;
            }
        };
        Finding::sort(&mut parts);
        let n_parts = parts.len();
        let mut parts = parts.into_iter();
        let Some(mut whole) = parts.next() else { continue };
        parts.for_each(|part| add(&mut whole, part));
        for list in [&mut whole.targets, &mut whole.sources] {
            list.arrange();
            list.dedup();
        }
        whole.ports.arrange();
        whole.ports.dedup();
        let n_targets = whole.targets.len();
        let words = describe(&Block { source, protocol: &protocol, n_parts, n_targets, ports: &whole.ports });
        let evidence: Vec<Evidence> =
            std::iter::once(words.evidence).chain(std::mem::take(&mut whole.evidence)).collect();
        let explanation = format!("{} {}", words.explanation, whole.explanation);
        let filter = format!("{} && {}", finding_builder::host_filter("addr", source), words.filter);
        joined.push(
            FindingBuilder::from(whole)
                .title(words.title)
                .evidence(evidence)
                .explanation(explanation)
                .filter_in_time(filter)
                .identity(words.identity)
                .build(),
        );
    }
    joined
}

fn add(whole: &mut Finding, part: Finding) {
    whole.start_ns = whole.start_ns.min(part.start_ns);
    whole.end_ns = whole.end_ns.max(part.end_ns);
    whole.targets.extend(part.targets);
    whole.ports.extend(part.ports);
    whole.n_flows += part.n_flows;
    whole.n_packets += part.n_packets;
    if whole.flow_serials.len() < Finding::MOST_FLOWS {
        whole.flow_serials.extend(part.flow_serials);
    }
    if whole.packet_indices.len() < Finding::MOST_FLOWS {
        whole.packet_indices.extend(part.packet_indices);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::scan::port_scan;
    use crate::detect::support::testing::{inside, outside};

    #[test]
    fn three_parts_of_one_source_are_joined_and_two_stay_apart() {
        let part = |source, target, n_flows| {
            let part = Finding::builder(&port_scan::ENTRY.card).sources([source]).targets([target]);
            part.ports([80]).protocol("TCP").explanation("Ports were tried.").n_flows(n_flows).build()
        };
        let mut parts: Vec<Finding> = (0..3).map(|i| part(outside(1), inside(i), 10)).collect();
        parts.extend((0..2).map(|i| part(outside(2), inside(i), 1)));
        let joined = by_source(parts, |block| {
            assert_eq!((block.source, block.n_targets, block.ports), (outside(1), 3, &[80][..]));
            Joined {
                title: format!("{} parts", block.n_parts),
                evidence: finding_builder::evidence("Parts", block.n_parts as f64, "", ""),
                explanation: "All in all.".to_owned(),
                filter: "tcp".to_owned(),
                identity: Identity::Word(block.protocol.to_owned()),
            }
        });
        assert_eq!(joined.len(), 3);
        let whole = joined.iter().find(|finding| finding.title == "3 parts").expect("one is joined");
        assert_eq!((whole.n_flows, whole.targets.len(), whole.sources.len()), (30, 3, 1));
        assert_eq!((whole.explanation.as_str(), whole.evidence.len()), ("All in all. Ports were tried.", 1));
        assert!(whole.display_filter.contains(" && tcp && frame.time_epoch >= "));
    }
}
