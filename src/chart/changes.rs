//! Findings to the changes that charts over time mark: when the traffic left what is usual in this capture.

use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::model::chart::Change;

/// Most that are marked: the worst findings come first.
const MOST: usize = 9;

/// The changes that the findings' evidence holds, numbered in order of time.
pub fn changes(analysis: &Analysis) -> Vec<Change> {
    let of_findings = analysis.findings.iter().flat_map(|finding| {
        let spans = finding.series.iter().flat_map(|series| &series.changes);
        spans.map(|(start_ns, end_ns)| Change {
            number: 0,
            start_ns: *start_ns,
            end_ns: *end_ns,
            title: finding.title.clone(),
            finding: finding.id.clone(),
        })
    });
    let mut all: Vec<Change> = of_findings.take(MOST).collect();
    all.arrange_by(|a, b| (a.start_ns, a.end_ns, &a.finding).cmp(&(b.start_ns, b.end_ns, &b.finding)));
    all.iter_mut().zip(1..).for_each(|(change, number)| change.number = number);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::series::Series;
    use crate::model::finding::tests::made;

    #[test]
    fn changes_are_numbered_by_time_and_few() {
        let mut analysis = Analysis::default();
        for start in (0..20).rev() {
            let mut series = Series::moments("Tries", "tries", &[0, 5_000_000_000]);
            series.iter_mut().for_each(|series| series.changes = vec![(start, start + 1)]);
            analysis.findings.push(crate::model::Finding { series, ..made("syn_flood", &[], &[]) });
        }
        let found = changes(&analysis);
        assert_eq!(found.iter().map(|change| change.number).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
        assert_eq!((found[0].start_ns, found[8].start_ns), (11, 19));
    }
}
