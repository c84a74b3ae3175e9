//! Findings to the changes that charts over time mark: when the traffic left what is usual in this capture.

use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::model::chart::Change;
use crate::model::finding::Finding;

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
    numbered(of_findings)
}

/// The most severe findings, from their first to their last packet, in order of time, each with its number in the list of findings.
pub fn of_findings(analysis: &Analysis) -> Vec<Change> {
    let listed = (1..).zip(&analysis.findings).filter(|(_, finding)| finding.has_time());
    in_order(listed.map(|(number, finding)| Change { number, ..whole(finding) }))
}

/// The changes, and in the room that is left the findings themselves, but for those that last most of the time.
pub fn marked(analysis: &Analysis) -> Vec<Change> {
    let changes = changes(analysis);
    let longest = analysis.summary.duration_ns() / 2;
    let is_short = |finding: &&Finding| finding.end_ns.saturating_sub(finding.start_ns) <= longest;
    let is_new = |finding: &&Finding| changes.iter().all(|change| change.finding != finding.id);
    let others =
        analysis.findings.iter().filter(|finding| finding.has_time()).filter(is_short).filter(is_new).map(whole);
    numbered(changes.iter().cloned().chain(others))
}

fn whole(finding: &Finding) -> Change {
    Change {
        number: 0,
        start_ns: finding.start_ns,
        end_ns: finding.end_ns,
        title: finding.title.clone(),
        finding: finding.id.clone(),
    }
}

fn numbered(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut all = in_order(changes);
    all.iter_mut().zip(1..).for_each(|(change, number)| change.number = number);
    all
}

/// The first of them, in order of time.
fn in_order(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut all: Vec<Change> = changes.take(MOST).collect();
    all.arrange_by(|a, b| (a.start_ns, a.end_ns, &a.finding).cmp(&(b.start_ns, b.end_ns, &b.finding)));
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
            let mut series = Series::counts("Tries", "tries", &[0, 5_000_000_000]);
            series.iter_mut().for_each(|series| series.changes = vec![(start, start + 1)]);
            analysis.findings.push(crate::model::Finding { series, ..made("syn_flood", &[], &[]) });
        }
        let found = changes(&analysis);
        assert_eq!(found.iter().map(|change| change.number).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
        assert_eq!((found[0].start_ns, found[8].start_ns), (11, 19));
    }

    #[test]
    fn findings_are_marked_where_there_is_room_but_not_what_lasts_all_the_time() {
        let mut analysis = Analysis::default();
        (analysis.summary.first_ns, analysis.summary.last_ns) = (Some(0), Some(100));
        let finding = |id: &str, start_ns, end_ns| crate::model::Finding { start_ns, end_ns, ..made(id, &[], &[]) };
        analysis.findings =
            vec![finding("b", 60, 70), finding("long", 1, 100), finding("a", 10, 10), finding("no_time", 0, 0)];
        let ids: Vec<(u32, String)> = marked(&analysis).into_iter().map(|one| (one.number, one.finding)).collect();
        assert_eq!(ids, [(1, "a-1".to_owned()), (2, "b-1".to_owned())]);
        let all: Vec<(u32, String)> = of_findings(&analysis).into_iter().map(|one| (one.number, one.finding)).collect();
        let expected = [(2, "long-1".to_owned()), (3, "a-1".to_owned()), (1, "b-1".to_owned())];
        assert_eq!(all, expected, "in the report, by their numbers in the list");
        let within = crate::chart::changes_between(&marked(&analysis), 50, 90);
        assert_eq!(within.iter().map(|one| (one.number, one.start_ns)).collect::<Vec<_>>(), [(1, 60)]);
    }
}
