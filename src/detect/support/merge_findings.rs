//! Several findings of one detector that are parts of one deed to one finding: a scan of many hosts and many ports is one
//! scan, not one for each host.

use crate::model::{Endpoint, Finding};
use std::collections::BTreeMap;

/// As many findings of one source and protocol are one deed.
const LEAST_PARTS: usize = 3;

/// Joins findings of the same sources and protocol where there are at least three of them; `retell` gives the joined
/// one its title, explanation and filter.
pub fn by_source(findings: Vec<Finding>, retell: impl Fn(&mut Finding, usize)) -> Vec<Finding> {
    let mut groups: BTreeMap<(Vec<Endpoint>, String), Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry((finding.sources.clone(), finding.protocol.clone())).or_default().push(finding);
    }
    let mut joined = Vec::new();
    for mut parts in groups.into_values() {
        if parts.len() < LEAST_PARTS {
            joined.append(&mut parts);
            continue;
        }
        Finding::sort(&mut parts);
        let n_parts = parts.len();
        let mut parts = parts.into_iter();
        let Some(mut whole) = parts.next() else { continue };
        parts.for_each(|part| add(&mut whole, part));
        retell(&mut whole, n_parts);
        joined.push(whole);
    }
    joined
}

fn add(whole: &mut Finding, part: Finding) {
    whole.start_ns = whole.start_ns.min(part.start_ns);
    whole.end_ns = whole.end_ns.max(part.end_ns);
    whole.sources.extend(part.sources);
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
    use crate::detect::support::finding_builder;
    use crate::detect::support::testing::inside;
    use crate::detect::support::testing::outside;

    #[test]
    fn three_parts_of_one_source_are_joined_and_two_stay_apart() {
        let part = |source, target, n_flows| Finding {
            sources: finding_builder::addresses([source]),
            targets: finding_builder::addresses([target]),
            n_flows,
            ..finding_builder::begin(&port_scan::ENTRY.card)
        };
        let mut parts: Vec<Finding> = (0..3).map(|i| part(outside(1), inside(i), 10)).collect();
        parts.extend((0..2).map(|i| part(outside(2), inside(i), 1)));
        let joined = by_source(parts, |whole, n| whole.title = format!("{n} parts"));
        assert_eq!(joined.len(), 3);
        let whole = joined.iter().find(|finding| finding.title == "3 parts").expect("one is joined");
        assert_eq!((whole.n_flows, whole.targets.len()), (30, 3));
    }
}
