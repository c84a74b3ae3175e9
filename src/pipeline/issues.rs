//! Turns issues into sentences with amounts: rows kept, duplicate packets, bytes that were not captured.

use crate::issue::{IssueKind, IssueLog};
use crate::model::analysis::Issue;
use crate::model::format::quantity::{bytes, counted, percent};
use crate::model::interface::{CaptureInterface, CaptureLoss};
use crate::stats::duplicates::DuplicateShare;
use crate::stats::rows::RowStore;

/// With a smaller share of connections of one direction it is the edges of the capture that cut them.
const LEAST_ONE_SIDED: f64 = 0.05;
/// Most interfaces that a sentence names.
const MOST_NAMED: usize = 8;

/// Choices that are named.
const MOST_CHOICES: usize = 10;

/// All issues, including those about kept rows, duplicate packets and what was not captured.
pub(super) fn with_figures(
    mut log: IssueLog,
    rows: Option<&RowStore>,
    duplicates: Option<DuplicateShare>,
    interfaces: &[CaptureInterface],
) -> Vec<Issue> {
    let mut loss = CaptureLoss::default();
    interfaces.iter().for_each(|interface| loss.add(&interface.loss));
    let one_sided = loss.one_sided_share().filter(|share| *share >= LEAST_ONE_SIDED);
    let first_lost = loss.first_packet.map(|number| number - 1);
    log.add_many(IssueKind::PacketsDuplicated, duplicates.map_or(0, |share| share.copies), None, None);
    log.add_many(IssueKind::BytesLost, loss.gaps, first_lost, None);
    log.add_many(IssueKind::StreamsOneSided, one_sided.map_or(0, |_| loss.one_sided), None, None);
    log.add_many(IssueKind::GapsUnknown, loss.gaps_unknown, None, None);
    log.add_many(IssueKind::SegmentsReordered, loss.reordered, None, None);
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
        add(IssueKind::PacketsDuplicated, figures + &by_interface(interfaces, CaptureInterface::copied_share));
    }
    if let Some(share) = loss.share() {
        let figures = format!(
            "About {} of the TCP bytes that were acknowledged are missing: {} in {}.",
            percent(share, 1.0),
            bytes(loss.missing_bytes as f64),
            counted(loss.gaps, "gap", "gaps")
        );
        add(IssueKind::BytesLost, figures + &by_interface(interfaces, |interface| interface.loss.share()));
    }
    if let Some(share) = one_sided {
        let all = counted(loss.connections + loss.one_sided, "TCP connection", "TCP connections");
        let figures = format!("It is {} of {all} that go on behind their first packets.", percent(share, 1.0));
        add(IssueKind::StreamsOneSided, figures + &by_interface(interfaces, |one| one.loss.one_sided_share()));
    }
    for (kind, is_absent) in [(IssueKind::ColumnUnfit, false), (IssueKind::ColumnAbsent, true)] {
        let unused = rows.iter().flat_map(|rows| &rows.layout().unused_choices);
        let unused: Vec<String> = unused
            .filter(|unused| unused.is_absent == is_absent)
            .map(|unused| format!("{:?} as {}", unused.heading, unused.role.id()))
            .collect();
        let shown = unused.get(..MOST_CHOICES).unwrap_or(&unused).join(", ");
        let rest = unused.len().saturating_sub(MOST_CHOICES);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        add(kind, format!("Not used: {shown}{rest}."));
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

/// ` By interface: eth0 2.3 %, eth1 unknown.`; nothing of a single one.
fn by_interface(interfaces: &[CaptureInterface], share: impl Fn(&CaptureInterface) -> Option<f64>) -> String {
    if interfaces.len() < 2 {
        return String::new();
    }
    let one = |interface: &CaptureInterface| {
        let share = share(interface).map_or("unknown".to_owned(), |share| percent(share, 1.0));
        format!("{} {share}", interface.label())
    };
    let named: Vec<String> = interfaces.iter().take(MOST_NAMED).map(one).collect();
    let more = interfaces.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(" By interface: {}{more}.", named.join(", "))
}
