//! Hops that packets of a host have left when they arrive, to whether its way changes again and again.

use super::CARD;
use super::two_levels::two_levels;
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{Identity, evidence, host_filter};
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::model::format::time::span;
use crate::model::{Addr, Finding, Flow};

/// Most hosts kept, and connections of each.
const MOST_HOSTS: usize = 1 << 13;
const MOST_OF_HOST: usize = 1024;
/// Ways differ by a few routers; more is another system behind the same address (its packets start at 64, 128 or 255).
const MOST_APART: f64 = 16.0;

/// When connections began, and with how many hops left their segments came, by the host that sent them.
#[derive(Default)]
pub(super) struct Hops(Tally<Addr, Vec<(i64, u32)>, MOST_HOSTS>);

impl Hops {
    /// Takes a flow.
    pub(super) fn observe(&mut self, flow: &Flow) {
        let hosts = [flow.key.low, flow.key.high];
        for (host, side) in hosts.into_iter().zip(&flow.directions).filter(|(_, side)| side.ttl > 0) {
            if let Some(seen) = self.0.of(host).filter(|seen| seen.len() < MOST_OF_HOST) {
                seen.push((side.first_ns, side.ttl.into()));
            }
        }
    }

    /// Hosts whose way changes, each as a finding: for information, as long as nothing becomes slow by it.
    pub(super) fn findings(&self) -> Vec<Finding> {
        self.0
            .sorted_where(|seen| seen.len() >= 15)
            .into_iter()
            .filter_map(|(host, seen)| finding(*host, seen))
            .collect()
    }
}

fn finding(host: Addr, seen: &[(i64, u32)]) -> Option<Finding> {
    let mut seen = seen.to_vec();
    seen.sort_unstable();
    // A load that is shared out by connection changes with each of them; a way that flaps stays for a while.
    let (few, many, n_changes) = two_levels(&seen).filter(|(few, many, _)| many - few <= MOST_APART)?;
    let (first_ns, last_ns) = (seen.first()?.0, seen.last()?.0);
    let finding = Finding::builder(&CARD)
        .title(format!("Packets of {host} come by two ways in turn: {few:.0} and {many:.0} hops are left, {n_changes} changes"))
        .weighed(Impact::NUISANCE, Confidence::LIKELY, 0.0)
        .score(past(n_changes as f64, 4.0))
        .sources([host])
        .protocol("TCP")
        .identity(Identity::Word("hops".to_owned()))
        .evidence([
            evidence("Changes between the two", n_changes as f64, "changes", "0, or with each connection"),
            evidence("Connections", seen.len() as f64, "connections", ""),
            evidence("Hops left (TTL) by the longer way", few, "hops", ""),
            evidence("Hops left (TTL) by the shorter way", many, "hops", ""),
        ])
        .explanation(format!(
            "In {} connections within {} segments of {host} arrived with {few:.0} hops left for a while, then with {many:.0}, and back, {n_changes} times. The number of routers on the way changes: a route flaps, or a line fails over and back. Each change can lose packets and change the delay.",
            seen.len(),
            span(last_ns - first_ns),
        ))
        .benign_causes(&["Several servers behind one address", "A network that shares its load out over lines of different length"])
        .advice(&[
            "Trace the route to the host several times and compare",
            "Look in the log of the router for changes of routes and neighbours at these times",
        ])
        .period((first_ns, last_ns))
        .filter(format!("{} && tcp", host_filter("src", host)))
        .build();
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside, outside};
    use crate::model::Severity;

    #[test]
    fn a_way_that_changes_now_and_then_flaps_and_a_shared_load_does_not() {
        let found = |ttl: &dyn Fn(u8) -> u8| {
            let mut hops = Hops::default();
            for i in 0..60 {
                let mut flow = Made::tcp(inside(1), outside(1), 443, f64::from(i)).flow();
                let is_low = flow.key.low == outside(1);
                for (place, side) in flow.directions.iter_mut().enumerate() {
                    side.ttl = if (place == 0) == is_low { ttl(i) } else { 64 };
                }
                hops.observe(&flow);
            }
            hops.findings()
        };
        let flapping = found(&|i| if i / 10 % 2 == 0 { 57 } else { 54 });
        assert_eq!((flapping.len(), flapping[0].severity), (1, Severity::Info));
        assert!(flapping[0].title.contains("54 and 57 hops are left, 5 changes"), "{}", flapping[0].title);
        assert!(found(&|i| if i % 2 == 0 { 57 } else { 54 }).is_empty(), "shared by connection");
        assert!(found(&|i| if i < 30 { 57 } else { 54 }).is_empty(), "once");
        assert!(found(&|i| if i / 10 % 2 == 0 { 57 } else { 118 }).is_empty(), "another system");
    }
}
