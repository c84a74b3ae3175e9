//! Analysis to a page of plain text for the terminal.

use super::output::harmless;
use super::table::table;
use crate::model::Analysis;
use crate::model::analysis::{FileFacts, IssueSeverity};
use crate::model::comment::Comment;
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

/// How a text is written: under pseudonyms if they are wanted, and if it is ours, in the language that is spoken.
type Said<'a> = &'a mut dyn FnMut(&str, bool) -> String;

/// Findings by severity, quick figures, issues; each sentence and each cell as it is `said`.
pub fn summary(analysis: &Analysis, said: Said<'_>) -> String {
    let mut page = Page { text: String::new(), said };
    facts(analysis, &mut page);
    comments(analysis, &mut page);
    if analysis.shows_secrets {
        page.line("Secrets are shown.");
    }
    let briefing = Briefing::of(analysis, &time::utc);
    sentences(&briefing, &mut page);
    findings(analysis, &mut page);
    if !briefing.says_slow() {
        slowness(analysis, &mut page);
    }
    not_judged(analysis, &mut page);
    issues(analysis, &mut page);
    page.text
}

/// The page as it grows.
struct Page<'a> {
    text: String,
    said: Said<'a>,
}

impl Page<'_> {
    /// A line of its own.
    fn line(&mut self, text: &str) {
        let said = (self.said)(text, true);
        self.text.push_str(&harmless(&said));
        self.text.push('\n');
    }

    /// The file: its name stays as it is.
    fn file(&mut self, file: &FileFacts) {
        let (name, size) = ((self.said)(&file.name, false), (self.said)(&bytes(file.bytes as f64), true));
        let format = (self.said)(&file.format, true);
        self.text.push_str(&format!("{} ({size}, {})\n", harmless(&name), harmless(&format)));
    }

    /// A line that belongs to the heading above.
    fn item(&mut self, text: &str) {
        self.text.push_str("  ");
        self.line(text);
    }

    /// What somebody wrote into the capture stays as it is.
    fn comment(&mut self, comment: &Comment) {
        let about = (self.said)(&comment.about.to_string(), true);
        let text = (self.said)(&comment.text, false);
        self.text.push_str(&format!("{about}: {}\n", harmless(&text)));
    }

    /// The same of parts, each with whether it is ours: as one sentence they would not be understood.
    fn parts(&mut self, parts: &[(&str, bool)]) {
        let said: String = parts.iter().map(|(part, is_ours)| (self.said)(part, *is_ours)).collect();
        self.text.push_str(&format!("  {}\n", harmless(&said)));
    }

    /// A line that begins a part.
    fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.line(text);
    }
}

fn facts(analysis: &Analysis, page: &mut Page<'_>) {
    let (file, summary) = (&analysis.file, &analysis.summary);
    let from = summary.first_ns.map_or(String::new(), |ns| format!(" from {} UTC", time::to_second(ns)));
    if let Some(table) = &analysis.table {
        let (rows, columns) = (table.rows, table.layout.columns.len() as u64);
        page.file(file);
        page.line(&format!("{}, {}", counted(rows, "row", "rows"), counted(columns, "column", "columns")));
        if table.layout.kind == RowKind::Rows {
            return;
        }
    }
    let packets = summary.measured_packets().map(|n| format!("{}, ", counted(n, "packet", "packets")));
    let wire = summary.measured_bytes().map(|n| format!("{} on the wire, ", bytes(n as f64)));
    let flows = counted(summary.flows, "flow", "flows");
    let hosts = counted(summary.hosts, "host", "hosts");
    if analysis.table.is_none() {
        page.file(file);
    }
    page.line(&format!(
        "{}{}{flows}, {hosts}, {}{from}",
        packets.unwrap_or_default(),
        wire.unwrap_or_default(),
        time::span(summary.duration_ns()),
    ));
    if summary.hosts > 0 {
        page.line(&format!("Inside: {}; change in settings", analysis.site.words()));
    }
    let shares: Vec<String> = summary
        .protocols
        .iter()
        .filter(|protocol| protocol.layer >= 3 && protocol.packets > 0)
        .take(6)
        .map(|protocol| format!("{} {}", protocol.name, percent(protocol.packets as f64, summary.packets as f64)))
        .collect();
    if !shares.is_empty() {
        page.line(&format!("{} of packets", shares.join(", ")));
    }
}

/// The summary for people, a sentence a line.
fn sentences(briefing: &Briefing, page: &mut Page<'_>) {
    page.heading("Summary:");
    for sentence in &briefing.sentences {
        page.item(&sentence.text);
    }
}

/// The first comments of the capture.
fn comments(analysis: &Analysis, page: &mut Page<'_>) {
    let comments = &analysis.file.comments;
    for comment in comments.iter().take(MOST_COMMENTS) {
        page.comment(comment);
    }
    if comments.len() > MOST_COMMENTS {
        let n = counted((comments.len() - MOST_COMMENTS) as u64, "more comment", "more comments");
        page.line(&format!("{n} in the capture"));
    }
}

fn findings(analysis: &Analysis, page: &mut Page<'_>) {
    if analysis.findings.is_empty() {
        page.heading("No findings.");
        expected(analysis, page);
        return;
    }
    let of = |severity| analysis.findings.iter().filter(|finding| finding.severity == severity).count();
    let parts = Severity::ALL.into_iter().rev().filter(|severity| of(*severity) > 0);
    let parts: Vec<String> = parts.map(|severity| format!("{} {}", of(severity), severity.id())).collect();
    let n = counted(analysis.findings.len() as u64, "finding", "findings");
    page.heading(&format!("{n}: {}", parts.join(", ")));
    page.text.push('\n');
    let rows: Vec<Vec<String>> = analysis
        .findings
        .iter()
        .map(|finding| {
            // Rows of a table have no time.
            let since = finding.since(time::to_second);
            let cells = [
                (finding.severity.name(), true),
                (since.as_str(), true),
                (finding.id.as_str(), false),
                (finding.title.as_str(), true),
            ];
            cells.map(|(cell, is_ours)| (page.said)(cell, is_ours)).into()
        })
        .collect();
    let heads = ["Severity", "First seen (UTC)", "Id", "What"].map(|head| (page.said)(head, true));
    page.text.push_str(&table(&heads.each_ref().map(String::as_str), &rows));
    expected(analysis, page);
    for (place, incident) in analysis.incidents.iter().enumerate() {
        if place == 0 {
            page.heading("Incidents:");
        }
        let n = counted(incident.findings.len() as u64, "finding", "findings");
        page.parts(&[(incident.sentence.as_str(), true), (" (", false), (n.as_str(), true), (")", false)]);
    }
    names(analysis, page);
}

/// Host names of findings that are not what they seem.
fn names(analysis: &Analysis, page: &mut Page<'_>) {
    let all: BTreeSet<&String> = analysis.findings.iter().flat_map(|finding| &finding.names).collect();
    let seeming = all.into_iter().filter(|name| host_name::remark(name).is_some()).take(MOST_NAMES);
    for (place, name) in seeming.enumerate() {
        if place == 0 {
            page.heading("Names that are not what they seem:");
        }
        page.item(&host_name::shown(name));
    }
}

/// Whether the network is slow.
fn slowness(analysis: &Analysis, page: &mut Page<'_>) {
    if let Some(slowness) = Slowness::of(analysis) {
        let words = slowness.words(time::utc);
        page.heading(&format!("Is the network slow? {words}"));
    }
}

/// What the allow-list puts apart, by its rules.
fn expected(analysis: &Analysis, page: &mut Page<'_>) {
    let n = analysis.expected.len() as u64;
    if n == 0 {
        return;
    }
    page.heading(&format!("{} expected here:", counted(n, "finding is", "findings are")));
    for rule in &analysis.rules {
        let n = analysis.expected.iter().filter(|expected| expected.rule == *rule).count() as u64;
        if n > 0 {
            page.item(&format!("{} ({})", rule.words(), count(n)));
        }
    }
}

fn not_judged(analysis: &Analysis, page: &mut Page<'_>) {
    // Detectors that rest for the same reason stand on one line.
    for (place, (reason, ids)) in DetectorCoverage::of(analysis).not_evaluated.iter().enumerate() {
        if place == 0 {
            page.heading("Not enough data:");
        }
        page.parts(&[(ids.join(", ").as_str(), false), (": ", false), (*reason, true)]);
    }
}

fn issues(analysis: &Analysis, page: &mut Page<'_>) {
    if analysis.issues.is_empty() {
        return;
    }
    page.heading("Issues:");
    for issue in &analysis.issues {
        let level = match issue.severity {
            IssueSeverity::Info => "info",
            IssueSeverity::Warning => "warning",
            IssueSeverity::Error => "error",
        };
        let place = issue.first_packet.map_or(String::new(), |packet| format!(", first at packet {}", count(packet)));
        let times = format!("{}×", count(issue.count));
        page.parts(&[
            (level, true),
            (": ", false),
            (issue.text.as_str(), true),
            (" (", false),
            (times.as_str(), true),
            (place.as_str(), true),
            (")", false),
        ]);
    }
}
