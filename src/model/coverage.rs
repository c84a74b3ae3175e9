//! Groups the detectors of an analysis: those that evaluated the input, and those that did not have enough data, by
//! reason.

use crate::model::Analysis;
use crate::model::format::quantity::counted;
use crate::model::rows::RowKind;

/// More detectors than this are counted, not named.
const MOST_NAMED: usize = 3;

/// Which detectors evaluated the input, and which did not have enough data.
#[derive(Clone, Debug, PartialEq)]
pub struct DetectorCoverage<'a> {
    /// Ids of the detectors that evaluated the input.
    pub ran: Vec<&'a str>,
    /// Each reason why detectors did not have enough data, with their ids, in the order of the detectors.
    pub not_evaluated: Vec<(&'a str, Vec<&'a str>)>,
    /// The input in words: `this capture`, `the rows of this table`.
    pub at: &'static str,
}

impl<'a> DetectorCoverage<'a> {
    /// The coverage of an analysis.
    pub fn of(analysis: &'a Analysis) -> DetectorCoverage<'a> {
        let at = match analysis.table.as_ref().map(|table| table.layout.kind) {
            None => "this capture",
            Some(RowKind::Rows) => "the rows of this table",
            Some(RowKind::Flows) => "the flows of this table",
            Some(RowKind::Packets) => "the packets of this table",
        };
        let (mut ran, mut not_evaluated) = (Vec::new(), Vec::<(&str, Vec<&str>)>::new());
        for run in &analysis.runs {
            let Some(why) = nothing_in(analysis).or(run.not_enough_data.as_deref()) else {
                ran.push(run.id.as_str());
                continue;
            };
            match not_evaluated.iter_mut().find(|(known, _)| *known == why) {
                Some((_, ids)) => ids.push(&run.id),
                None => not_evaluated.push((why, vec![&run.id])),
            }
        }
        DetectorCoverage { ran, not_evaluated, at }
    }

    /// How many detectors did not have enough data.
    pub fn n_not_evaluated(&self) -> u64 {
        self.not_evaluated.iter().map(|(_, ids)| ids.len() as u64).sum()
    }

    /// Which detectors checked what: `Isolation forest and PCA checked the rows of this table`. Up to three are named,
    /// by `name` from their id; more are counted.
    pub fn words(&self, name: impl Fn(&str) -> String) -> String {
        let who = match self.ran.as_slice() {
            [] => return format!("No detector could check {}", self.at),
            [one] => name(one),
            [others @ .., last] if self.ran.len() <= MOST_NAMED => {
                format!("{} and {}", others.iter().map(|id| name(id)).collect::<Vec<_>>().join(", "), name(last))
            }
            many => counted(many.len() as u64, "detector", "detectors"),
        };
        format!("{who} checked {}", self.at)
    }
}

/// The reason why nothing can be checked in an input with nothing in it; none if there is something.
fn nothing_in(analysis: &Analysis) -> Option<&'static str> {
    let is_empty = analysis.summary.packets == 0 && analysis.summary.flows == 0;
    match analysis.table.as_ref() {
        None => is_empty.then_some("The capture has no packets."),
        Some(table) => (table.rows == 0 && is_empty).then_some("The table has no rows."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::analysis::{DetectorRun, Summary};
    use crate::model::rows::TableFacts;

    fn analysis(runs: &[(&str, Option<&str>)], is_table: bool) -> Analysis {
        let run = |(id, why): &(&str, Option<&str>)| DetectorRun {
            id: (*id).to_owned(),
            n_findings: 0,
            not_enough_data: why.map(str::to_owned),
            fault: None,
        };
        Analysis {
            runs: runs.iter().map(run).collect(),
            table: is_table.then(|| TableFacts { rows: 1, ..TableFacts::default() }),
            summary: Summary { packets: 1, ..Summary::default() },
            ..Analysis::default()
        }
    }

    #[test]
    fn a_few_are_named_and_many_are_counted() {
        let why = Some("The table has no addresses.");
        let of_rows =
            analysis(&[("scan", why), ("flood", why), ("forest", None), ("pca", None), ("x", Some("Few."))], true);
        let looked = DetectorCoverage::of(&of_rows);
        assert_eq!(looked.words(str::to_uppercase), "FOREST and PCA checked the rows of this table");
        assert_eq!(looked.not_evaluated, [("The table has no addresses.", vec!["scan", "flood"]), ("Few.", vec!["x"])]);
        assert_eq!(looked.n_not_evaluated(), 3);
        let of_capture = analysis(&[("a", None), ("b", None), ("c", None), ("d", None)], false);
        assert_eq!(DetectorCoverage::of(&of_capture).words(str::to_owned), "4 detectors checked this capture");
        let of_none = analysis(&[("a", why)], true);
        assert_eq!(
            DetectorCoverage::of(&of_none).words(str::to_owned),
            "No detector could check the rows of this table"
        );
    }

    #[test]
    fn where_there_is_nothing_nothing_was_checked() {
        let mut empty = analysis(&[("a", None), ("b", Some("Few."))], false);
        empty.summary.packets = 0;
        let looked = DetectorCoverage::of(&empty);
        assert_eq!(looked.not_evaluated, [("The capture has no packets.", vec!["a", "b"])]);
        assert_eq!(looked.words(str::to_owned), "No detector could check this capture");
    }
}
