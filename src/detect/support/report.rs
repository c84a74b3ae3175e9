//! Turns the cases of a detector into its conclusion: sorted, limited to the maximum reported, each with its flows.

use crate::detect::detector::{Conclusion, Context};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::flow_selector::{Between, Gathered, gather, gather_senders};
use crate::maths::sorting::Arrange;
use crate::model::{Addr, Finding, Flow};
use std::cmp::Reverse;
use std::hash::Hash;

/// Most findings of a detector that does not set its own limit.
pub const MOST_FINDINGS: usize = 50;

/// Most flows of a case whose parts are kept.
const MOST_PARTS: usize = 1 << 16;

/// The cases to report, most important first; those beyond the limit are left out.
pub struct Report<C> {
    cases: Vec<C>,
    most: usize,
    n_not_evaluated: u64,
}

impl<'a, K: Eq + Hash + Ord, V: Default> Report<(&'a K, &'a V)> {
    /// The entries of a table that are cases, in the order of their keys; keys that the table refused count as not
    /// evaluated.
    pub fn of_table<const MOST: usize>(
        table: &'a Tally<K, V, MOST>,
        is_case: impl FnMut(&V) -> bool,
    ) -> Report<(&'a K, &'a V)> {
        Report::of(table.sorted_where(is_case)).not_evaluated(table.n_refused)
    }
}

impl<C> Report<C> {
    /// These cases in the given order, of which at most [`MOST_FINDINGS`] are reported.
    pub fn of(cases: impl IntoIterator<Item = C>) -> Report<C> {
        Report { cases: cases.into_iter().collect(), most: MOST_FINDINGS, n_not_evaluated: 0 }
    }

    /// Sets the maximum number of cases reported.
    pub fn at_most(self, most: usize) -> Report<C> {
        Report { most, ..self }
    }

    /// Sorts the cases by descending value; those with the same value keep their order.
    pub fn largest_first<K: Ord>(mut self, value: impl Fn(&C) -> K) -> Report<C> {
        self.cases.arrange_by_key(|case| Reverse(value(case)));
        self
    }

    /// Adds a number of hosts or pairs that were not evaluated because the detector's table was full.
    pub fn not_evaluated(mut self, n: u64) -> Report<C> {
        self.n_not_evaluated += n;
        self
    }

    /// One finding for each case.
    pub fn each(mut self, finding: impl FnMut(&C) -> Finding) -> Conclusion {
        self.cases.truncate(self.most);
        let findings = self.cases.iter().map(finding).collect();
        Conclusion { findings, n_not_evaluated: self.n_not_evaluated, ..Conclusion::default() }
    }

    /// One finding for each case, built with the kept flows between its endpoints that belong to it.
    pub fn each_with_flows(
        mut self,
        context: &Context<'_>,
        between: impl Fn(&C) -> Between,
        is_meant: impl Fn(&C, &Flow) -> bool,
        finding: impl Fn(&C, Gathered) -> Finding,
    ) -> Conclusion {
        self.cases.truncate(self.most);
        let ends: Vec<Between> = self.cases.iter().map(between).collect();
        let is_of = |place: usize, flow: &Flow| self.cases.get(place).is_some_and(|case| is_meant(case, flow));
        let mut flows = gather(context, &ends, is_of).into_iter();
        self.each(|case| finding(case, flows.next().unwrap_or_default()))
    }

    /// As [`Report::each_with_flows`], with the share of each of its flows: start, end and amount.
    pub fn each_with_parts(
        mut self,
        context: &Context<'_>,
        between: impl Fn(&C) -> Between,
        part: impl Fn(&Flow) -> Option<(i64, i64, f64)>,
        finding: impl Fn(&C, Gathered, &[(i64, i64, f64)]) -> Finding,
    ) -> Conclusion {
        self.cases.truncate(self.most);
        let ends: Vec<Between> = self.cases.iter().map(between).collect();
        let mut parts = vec![Vec::new(); ends.len()];
        let flows = gather(context, &ends, |place, flow| {
            let part = part(flow);
            if let Some(parts) = parts.get_mut(place).filter(|parts| parts.len() < MOST_PARTS) {
                parts.extend(part);
            }
            part.is_some()
        });
        let mut groups = flows.into_iter().zip(parts);
        self.each(|case| {
            let (flows, parts) = groups.next().unwrap_or_default();
            finding(case, flows, &parts)
        })
    }

    /// As [`Report::each_with_flows`], without the flows of bystanders, and with the senders of the others.
    pub fn each_with_senders(
        mut self,
        context: &Context<'_>,
        between: impl Fn(&C) -> Between,
        is_meant: impl Fn(&Flow) -> bool,
        finding: impl Fn(&C, &[Addr], Gathered) -> Finding,
    ) -> Conclusion {
        self.cases.truncate(self.most);
        let ends: Vec<Between> = self.cases.iter().map(between).collect();
        let mut groups = gather_senders(context, &ends, is_meant).into_iter();
        self.each(|case| {
            let (senders, flows) = groups.next().unwrap_or_default();
            finding(case, &senders, flows)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::scan::port_scan;

    fn titles(conclusion: Conclusion) -> Vec<String> {
        conclusion.findings.into_iter().map(|finding| finding.title).collect()
    }

    #[test]
    fn cases_are_put_in_order_before_they_are_cut() {
        let finding = |case: &(u32, &str)| Finding::builder(&port_scan::ENTRY.card).title(case.1).build();
        let cases = [(1, "a"), (3, "b"), (2, "c"), (3, "d")];
        let largest = Report::of(cases).at_most(3).largest_first(|case| case.0).not_evaluated(2).not_evaluated(5);
        let conclusion = largest.each(finding);
        assert_eq!(conclusion.n_not_evaluated, 7);
        assert_eq!(titles(conclusion), ["b", "d", "c"]);
        assert_eq!(titles(Report::of(cases).at_most(2).each(finding)), ["a", "b"]);
    }
}
