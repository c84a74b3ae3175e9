//! Issues to sentences with amounts: of kept rows, and of duplicate packets.

use crate::issue::{IssueKind, IssueLog};
use crate::model::analysis::Issue;
use crate::stats::duplicates::DuplicateShare;
use crate::stats::rows::RowStore;

/// All issues, including those about kept rows and duplicate packets.
pub(super) fn with_figures(
    mut log: IssueLog,
    rows: Option<&RowStore>,
    duplicates: Option<DuplicateShare>,
) -> Vec<Issue> {
    log.add_many(IssueKind::PacketsDuplicated, duplicates.map_or(0, |share| share.copies), None, None);
    let sampled = rows.filter(|rows| rows.is_sampled());
    log.add_many(IssueKind::RowsSampled, sampled.map_or(0, |rows| rows.n_rows() - rows.len() as u64), None, None);
    log.add_many(IssueKind::TextsLeftOut, rows.map_or(0, |rows| rows.n_full() as u64), None, None);
    let mut issues = log.issues();
    let mut add = |kind: IssueKind, figures: String| {
        if let Some(issue) = issues.iter_mut().find(|issue| issue.id == kind.id()) {
            issue.text = format!("{} {figures}", issue.text);
        }
    };
    if let Some(duplicates) = duplicates {
        let percent = (duplicates.share * 100.0).round();
        let figures = format!(
            "Of the IP packets for which copies and retransmissions can be distinguished, {percent} % are copies."
        );
        add(IssueKind::PacketsDuplicated, figures);
    }
    if let Some(rows) = sampled {
        let figures = format!(
            "{} of {} rows are kept, chosen with the seed {}; counts, means and ranges cover all rows.",
            rows.len(),
            rows.n_rows(),
            rows.seed(),
        );
        add(IssueKind::RowsSampled, figures);
    }
    issues
}
