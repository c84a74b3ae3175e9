//! What an analysis says of a table: its facts, what cannot be done with it, and issues of keeping rows.

use crate::detect::detector::Conclusion;
use crate::issue::{IssueKind, IssueLog};
use crate::model::analysis::Issue;
use crate::model::rows::{RowKind, TableFacts};
use crate::stats::rows::RowStore;

/// The facts of a table; `is_counted` if its rows counted packets.
pub(super) fn facts(rows: &RowStore, is_counted: bool) -> TableFacts {
    let layout = rows.layout();
    let lacks = layout.lacks.join(" and ");
    let mut rests = Vec::new();
    let mut rest = |what: &str, why: String| rests.push((what.to_owned(), why));
    match layout.kind {
        RowKind::Rows => {
            let why = format!("the table has no {lacks}");
            rest("Flows, hosts and ports", why.clone());
            rest("Timelines", why.clone());
            rest("Detectors of scans, floods, guessing and other behaviour", why);
            rest("Packets", "a table has no packets".to_owned());
        }
        RowKind::Flows => {
            if !is_counted {
                rest("Packets and bytes of connections", "the log does not count them".to_owned());
            }
            rest("Packets and their sizes", "a table of flows has no packets".to_owned());
            rest("Detectors that look at single packets", "a table of flows has no packets".to_owned());
        }
        RowKind::Packets => {
            rest("Packets as layers and bytes", "the list of packets has no bytes; its lines are in Rows".to_owned());
        }
    }
    TableFacts { layout: layout.clone(), rows: rows.n_rows(), rows_kept: rows.len() as u64, rests }
}

/// What went wrong, with what went wrong in keeping rows.
pub(super) fn with_issues(mut log: IssueLog, rows: Option<&RowStore>) -> Vec<Issue> {
    let Some(rows) = rows else { return log.issues() };
    if rows.is_sampled() {
        log.add_many(IssueKind::RowsSampled, rows.n_rows() - rows.len() as u64, None, None);
    }
    log.add_many(IssueKind::TextsLeftOut, rows.n_full() as u64, None, None);
    let mut issues = log.issues();
    for issue in issues.iter_mut().filter(|issue| issue.id == "rows-sampled") {
        issue.text = format!(
            "{} {} of {} rows are kept, chosen with the seed {}; counts, means and ranges are of all rows.",
            issue.text,
            rows.len(),
            rows.n_rows(),
            rows.seed(),
        );
    }
    issues
}

/// A detector that cannot be evaluated, and why.
pub(super) fn not_evaluated(why: String) -> Conclusion {
    Conclusion { not_enough_data: Some(why), ..Conclusion::default() }
}

/// Why the rows of a table are no flows.
pub(super) fn why_no_flows(rows: &RowStore) -> String {
    let lacks = rows.layout().lacks.join(" and ");
    format!("The table has no {lacks}, so its rows cannot be taken for flows.")
}
