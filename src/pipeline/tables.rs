//! What an analysis says of a table: its facts, what rests, and issues of keeping its rows.

use crate::issue::{IssueKind, IssueLog};
use crate::model::analysis::Issue;
use crate::model::rows::{RowKind, TableFacts};
use crate::stats::rows::RowStore;

/// The facts of a table.
pub fn facts(rows: &RowStore) -> TableFacts {
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
            rest("Packets and their sizes", "a table of flows has no packets".to_owned());
            rest("Detectors that look at single packets", "a table of flows has no packets".to_owned());
        }
        RowKind::Packets => {
            rest("Packets as layers and bytes", "the list of packets has no bytes; its lines are in Rows".to_owned());
        }
    }
    TableFacts { layout: layout.clone(), rows: rows.n_rows(), rows_kept: rows.len() as u64, rests }
}

/// What went wrong in keeping rows.
pub fn issues(rows: &RowStore) -> Vec<Issue> {
    let mut log = IssueLog::default();
    if rows.is_sampled() {
        log.add_many(IssueKind::RowsSampled, rows.n_rows() - rows.len() as u64, None, None);
    }
    let n_full = (0..rows.layout().columns.len()).filter_map(|place| rows.column(place)).filter(|c| c.has_more_texts());
    log.add_many(IssueKind::TextsLeftOut, n_full.count() as u64, None, None);
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
