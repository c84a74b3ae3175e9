//! What the results rest on: how much was read, what could not be, which detectors ran, which settings were changed.

use super::parts::{facts, section, table};
use crate::chart::draw::text::escape;
use crate::export::report::content;
use crate::model::analysis::IssueSeverity;
use crate::model::coverage::DetectorCoverage;
use crate::model::format::quantity::percent;
use crate::model::format::quantity::{count, counted};
use crate::model::interface::CaptureInterface;
use crate::model::{Analysis, Comment, Rule};

/// Coverage and issues.
pub fn coverage(analysis: &Analysis) -> String {
    let coverage = &analysis.coverage;
    let facts = facts(&content::coverage_facts(coverage));
    let interfaces = interfaces(&coverage.interfaces);
    let rows: Vec<Vec<String>> = analysis
        .issues
        .iter()
        .map(|issue| {
            let place = |number: Option<u64>| number.map_or("–".to_owned(), count);
            vec![
                level(issue.severity).to_owned(),
                format!("{} <code>{}</code>", escape(&issue.text), escape(&issue.id)),
                count(issue.count),
                place(issue.first_packet),
                place(issue.first_offset),
            ]
        })
        .collect();
    let issues = if rows.is_empty() {
        "<p>Everything in the file could be read.</p>\n".to_owned()
    } else {
        let headings = ["Severity", "What", "Times#", "First packet#", "First byte#"];
        table("What could not be read", &headings, &rows)
    };
    let comments = comments(analysis);
    section(
        "coverage",
        "What was read",
        &format!("{facts}{interfaces}{comments}<h4>What could not be read</h4>\n{issues}"),
    )
}

/// What each interface captured and missed; empty if there are not several.
fn interfaces(interfaces: &[CaptureInterface]) -> String {
    if interfaces.len() < 2 {
        return String::new();
    }
    let row = |interface: &CaptureInterface| {
        let share = |share: Option<f64>| share.map_or("not known".to_owned(), |share| percent(share, 1.0));
        vec![
            escape(&interface.label()),
            count(interface.packets),
            interface.loss.words(),
            count(interface.loss.gaps),
            share(interface.loss.one_sided_share()),
            share(interface.copied_share()),
            count(interface.loss.reordered),
            count(interface.clock_steps),
        ]
    };
    let rows: Vec<Vec<String>> = interfaces.iter().map(row).collect();
    let headings = [
        "Interface",
        "Packets#",
        "Missing#",
        "Gaps#",
        "One-sided connections#",
        "Duplicates#",
        "Reordered segments#",
        "Clock steps#",
    ];
    format!("<h4>Capture interfaces</h4>\n{}", table("Capture interfaces", &headings, &rows))
}

/// What the capture says about itself.
fn comments(analysis: &Analysis) -> String {
    if analysis.file.comments.is_empty() {
        return String::new();
    }
    let row = |comment: &Comment| vec![comment.about.to_string(), escape(&comment.text)];
    let rows: Vec<Vec<String>> = analysis.file.comments.iter().map(row).collect();
    format!("<h4>Comments in the capture</h4>\n{}", table("Comments in the capture", &["About", "Comment"], &rows))
}

fn level(severity: IssueSeverity) -> &'static str {
    match severity {
        IssueSeverity::Info => "Info",
        IssueSeverity::Warning => "Warning",
        IssueSeverity::Error => "Error",
    }
}

/// What each detector did: those that found something in a table, whose anchors their findings link to; all others in a line.
pub fn detectors(analysis: &Analysis) -> String {
    let found = content::found_something(analysis);
    let row = |(id, n): &(&str, u64)| vec![format!("<code id=\"{0}\">{0}</code>", escape(id)), count(*n)];
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    let with = if rows.is_empty() { String::new() } else { table("Detectors", &["Detector", "Findings#"], &rows) };
    let silent = content::found_nothing(analysis);
    let nothing = match silent.len() as u64 {
        0 => String::new(),
        n => format!("<p>{} nothing: {}.</p>\n", counted(n, "detector found", "detectors found"), codes(&silent)),
    };
    let rest = |(why, ids): &(&str, Vec<&str>)| format!("<p>Not enough data: {}. {}</p>\n", codes(ids), escape(why));
    let rests: String = DetectorCoverage::of(analysis).not_evaluated.iter().map(rest).collect();
    section("detectors", "Detectors", &format!("{with}{nothing}{rests}"))
}

fn codes(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("<code>{}</code>", escape(id))).collect::<Vec<_>>().join(", ")
}

/// The allow-list; empty if there is none.
fn rules(analysis: &Analysis) -> String {
    if analysis.rules.is_empty() {
        return String::new();
    }
    let n = |rule: &Rule| analysis.expected.iter().filter(|expected| expected.rule == *rule).count() as u64;
    let row = |rule: &Rule| vec![escape(&rule.words()), escape(&rule.note), count(n(rule))];
    let rows: Vec<Vec<String>> = analysis.rules.iter().map(row).collect();
    format!("<h4>Allow-list</h4>\n{}", table("Allow-list", &["Expected here", "Note", "Findings#"], &rows))
}

/// Columns of a table that people chose the meaning of; empty if there are none.
fn columns(analysis: &Analysis) -> String {
    let chosen = analysis.table.iter().flat_map(|facts| facts.layout.chosen());
    let rows: Vec<Vec<String>> = chosen.map(|column| vec![escape(&column.name), column.role.id().to_owned()]).collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("<h4>Columns</h4>\n{}", table("Columns that were chosen", &["Column", "Taken for, as chosen"], &rows))
}

/// Changed settings, the allow-list, chosen columns and the seed.
pub fn settings(analysis: &Analysis) -> String {
    let rows: Vec<Vec<String>> = analysis
        .changed_settings
        .iter()
        .map(|(id, value)| vec![format!("<code>{}</code>", escape(id)), escape(&value.to_string())])
        .collect();
    let changed = if rows.is_empty() {
        "<p>All settings had their defaults.</p>\n".to_owned()
    } else {
        table("Settings that were changed", &["Changed setting", "Value#"], &rows)
    };
    let facts = facts(&[
        ("Random seed", analysis.seed.to_string()),
        ("Secrets", if analysis.shows_secrets { "shown" } else { "masked" }.to_owned()),
        ("Flow table (CSV)", analysis.flow_columns.words().to_owned()),
    ]);
    section("settings", "Settings", &format!("{changed}{}{}{facts}", rules(analysis), columns(analysis)))
}
