//! Analysis to a page of plain text for the terminal.

use super::output::harmless;
use super::table::table;
use crate::model::Analysis;
use crate::model::analysis::IssueSeverity;
use crate::model::coverage::DetectorCoverage;
use crate::model::finding::Severity;
use crate::model::format::host_name;
use crate::model::format::quantity::bytes;
use crate::model::format::quantity::count;
use crate::model::format::quantity::counted;
use crate::model::format::quantity::percent;
use crate::model::format::time;
use crate::model::rows::RowKind;
use crate::model::slowness::Slowness;
use crate::summary::Briefing;
use std::collections::BTreeSet;

/// Comments that are printed.
const MOST_COMMENTS: usize = 10;
/// Names that are listed.
const MOST_NAMES: usize = 10;

/// Findings by severity, quick figures, issues.
pub fn summary(analysis: &Analysis) -> String {
    let mut text = String::new();
    facts(analysis, &mut text);
    comments(analysis, &mut text);
    if analysis.shows_secrets {
        text.push_str("Secrets are shown.\n");
    }
    let briefing = Briefing::of(analysis, &time::utc);
    sentences(&briefing, &mut text);
    findings(analysis, &mut text);
    if !briefing.says_slow() {
        slowness(analysis, &mut text);
    }
    not_judged(analysis, &mut text);
    issues(analysis, &mut text);
    text
}

fn facts(analysis: &Analysis, text: &mut String) {
    let (file, summary) = (&analysis.file, &analysis.summary);
    let from = summary.first_ns.map_or(String::new(), |ns| format!(" from {} UTC", time::to_second(ns)));
    if let Some(table) = &analysis.table {
        let (rows, columns) = (table.rows, table.layout.columns.len() as u64);
        let size = bytes(file.bytes as f64);
        text.push_str(&format!("{} ({size}, {})\n", harmless(&file.name), harmless(&file.format)));
        text.push_str(&format!("{}, {}\n", counted(rows, "row", "rows"), counted(columns, "column", "columns")));
        if table.layout.kind == RowKind::Rows {
            return;
        }
    }
    let packets = summary.measured_packets().map(|n| format!("{}, ", counted(n, "packet", "packets")));
    let wire = summary.measured_bytes().map(|n| format!("{} on the wire, ", bytes(n as f64)));
    let flows = counted(summary.flows, "flow", "flows");
    let hosts = counted(summary.hosts, "host", "hosts");
    if analysis.table.is_none() {
        let size = bytes(file.bytes as f64);
        text.push_str(&format!("{} ({size}, {})\n", harmless(&file.name), harmless(&file.format)));
    }
    text.push_str(&format!(
        "{}{}{flows}, {hosts}, {}{from}\n",
        packets.unwrap_or_default(),
        wire.unwrap_or_default(),
        time::span(summary.duration_ns()),
    ));
    if summary.hosts > 0 {
        text.push_str(&format!("Inside: {}; change in settings\n", analysis.site.words()));
    }
    let shares: Vec<String> = summary
        .protocols
        .iter()
        .filter(|protocol| protocol.layer >= 3 && protocol.packets > 0)
        .take(6)
        .map(|protocol| format!("{} {}", protocol.name, percent(protocol.packets as f64, summary.packets as f64)))
        .collect();
    if !shares.is_empty() {
        text.push_str(&format!("{} of packets\n", shares.join(", ")));
    }
}

/// The summary for people, a sentence a line.
fn sentences(briefing: &Briefing, text: &mut String) {
    text.push_str("\nSummary:\n");
    for sentence in &briefing.sentences {
        text.push_str(&format!("  {}\n", harmless(&sentence.text)));
    }
}

/// The first comments of the capture.
fn comments(analysis: &Analysis, text: &mut String) {
    let comments = &analysis.file.comments;
    for comment in comments.iter().take(MOST_COMMENTS) {
        text.push_str(&format!("{}: {}\n", comment.about, harmless(&comment.text)));
    }
    if comments.len() > MOST_COMMENTS {
        let n = counted((comments.len() - MOST_COMMENTS) as u64, "more comment", "more comments");
        text.push_str(&format!("{n} in the capture\n"));
    }
}

fn findings(analysis: &Analysis, text: &mut String) {
    if analysis.findings.is_empty() {
        text.push_str("\nNo findings.\n");
        expected(analysis, text);
        return;
    }
    let of = |severity| analysis.findings.iter().filter(|finding| finding.severity == severity).count();
    let parts = Severity::ALL.into_iter().rev().filter(|severity| of(*severity) > 0);
    let parts: Vec<String> = parts.map(|severity| format!("{} {}", of(severity), severity.id())).collect();
    let n = counted(analysis.findings.len() as u64, "finding", "findings");
    text.push_str(&format!("\n{n}: {}\n\n", parts.join(", ")));
    let rows: Vec<Vec<String>> = analysis
        .findings
        .iter()
        .map(|finding| {
            let severity = finding.severity.name().to_owned();
            // Rows of a table have no time.
            let since = finding.since(time::to_second);
            vec![severity, since, finding.id.clone(), finding.title.clone()]
        })
        .collect();
    text.push_str(&table(&["SEVERITY", "SINCE (UTC)", "ID", "WHAT"], &rows));
    expected(analysis, text);
    for (place, incident) in analysis.incidents.iter().enumerate() {
        text.push_str(if place == 0 { "\nIncidents:\n" } else { "" });
        let n = counted(incident.findings.len() as u64, "finding", "findings");
        text.push_str(&format!("  {} ({n})\n", harmless(&incident.sentence)));
    }
    names(analysis, text);
}

/// Host names of findings that are not what they seem.
fn names(analysis: &Analysis, text: &mut String) {
    let all: BTreeSet<&String> = analysis.findings.iter().flat_map(|finding| &finding.names).collect();
    let seeming = all.into_iter().filter(|name| host_name::remark(name).is_some()).take(MOST_NAMES);
    for (place, name) in seeming.enumerate() {
        text.push_str(if place == 0 { "\nNames that are not what they seem:\n" } else { "" });
        text.push_str(&format!("  {}\n", harmless(&host_name::shown(name))));
    }
}

/// Whether the network is slow.
fn slowness(analysis: &Analysis, text: &mut String) {
    if let Some(slowness) = Slowness::of(analysis) {
        let words = slowness.words(time::utc);
        text.push_str(&format!("\nIs the network slow? {words}\n"));
    }
}

/// What the allow-list puts apart, by its rules.
fn expected(analysis: &Analysis, text: &mut String) {
    let n = analysis.expected.len() as u64;
    if n == 0 {
        return;
    }
    text.push_str(&format!("\n{} expected here:\n", counted(n, "finding is", "findings are")));
    for rule in &analysis.rules {
        let n = analysis.expected.iter().filter(|expected| expected.rule == *rule).count() as u64;
        if n > 0 {
            text.push_str(&format!("  {} ({})\n", harmless(&rule.words()), count(n)));
        }
    }
}

fn not_judged(analysis: &Analysis, text: &mut String) {
    // Detectors that rest for the same reason stand on one line.
    for (place, (reason, ids)) in DetectorCoverage::of(analysis).not_evaluated.iter().enumerate() {
        text.push_str(if place == 0 { "\nNot enough data:\n" } else { "" });
        text.push_str(&format!("  {}: {}\n", ids.join(", "), harmless(reason)));
    }
}

fn issues(analysis: &Analysis, text: &mut String) {
    if analysis.issues.is_empty() {
        return;
    }
    text.push_str("\nIssues:\n");
    for issue in &analysis.issues {
        let level = match issue.severity {
            IssueSeverity::Info => "info",
            IssueSeverity::Warning => "warning",
            IssueSeverity::Error => "error",
        };
        let place = issue.first_packet.map_or(String::new(), |packet| format!(", first at packet {}", count(packet)));
        text.push_str(&format!("  {level}: {} ({}×{place})\n", harmless(&issue.text), count(issue.count)));
    }
}
