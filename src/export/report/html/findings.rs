//! The findings: a list to begin with, then each in full.

use super::parts::{badge, facts, section, since, table};
use super::{figures, teaching, triage};
use crate::chart::draw::text::escape;
use crate::export::report::{Audience, ReportOptions, ReportSection, content};
use crate::model::Analysis;
use crate::model::finding::Finding;
use crate::model::format::host_name;
use crate::model::format::quantity::counted;
use crate::model::format::quantity::percent;
use crate::model::format::quantity::port_ranges;
use crate::model::format::quantity::with_unit;
use crate::model::format::time;
use std::fmt::Display;

/// One line per finding, linked to its details.
pub fn list(analysis: &Analysis, options: &ReportOptions) -> String {
    let (listed, n_more) = content::listed(analysis, options);
    // Where they are not told in full, the line is what links lead to.
    let has_details = options.has(ReportSection::Details);
    let rows: Vec<Vec<String>> = listed
        .into_iter()
        .map(|(number, finding)| {
            let (id, title) = (escape(&finding.id), escape(&finding.title));
            let title = match has_details {
                true => format!("<a href=\"#{id}\">{title}</a>"),
                false => format!("<span id=\"{id}\">{title}</span>"),
            };
            vec![
                number.to_string(),
                badge(finding),
                format!("{title}{}", triage::short(analysis, finding)),
                escape(finding.category.id()),
                since(finding),
                percent(finding.confidence, 1.0),
            ]
        })
        .collect();
    let body = if rows.is_empty() {
        "<p>No findings. This does not prove that nothing is wrong.</p>\n".to_owned()
    } else {
        let headings = ["Number#", "Severity", "What", "Kind", "First seen (UTC)", "Confidence#"];
        let more = match n_more {
            0 => String::new(),
            n => format!("<p class=\"quiet\">And {} of less severity.</p>\n", counted(n, "finding", "findings")),
        };
        table("Findings, most severe first", &headings, &rows) + &more
    };
    section("findings", "Findings", &body)
}

/// Each finding in full; empty if there is none.
pub fn details(analysis: &Analysis, options: &ReportOptions) -> String {
    if analysis.findings.is_empty() {
        return String::new();
    }
    let numbered = (1_u64..).zip(&analysis.findings);
    let articles: String = numbered.map(|numbered| article(numbered, analysis, options)).collect();
    section("details", "Findings in detail", &articles)
}

fn article((number, finding): (u64, &Finding), analysis: &Analysis, options: &ReportOptions) -> String {
    let id = escape(&finding.id);
    let technique = match (&finding.technique, &finding.technique_name) {
        (Some(id), Some(name)) => format!("{} {} (MITRE ATT&amp;CK)", escape(id), escape(name)),
        (Some(id), None) => format!("{} (MITRE ATT&amp;CK)", escape(id)),
        (None, _) => String::new(),
    };
    let names: Vec<_> = finding.names.iter().map(|name| host_name::shown(name)).collect();
    let seen = facts(&[
        (
            "First seen",
            finding.since(|ns| format!("{} UTC, for {}", time::to_second(ns), time::span(finding.end_ns - ns))),
        ),
        ("Source", limited(joined(&finding.sources), finding.sources.len(), Finding::MOST_ADDRESSES)),
        ("Destination", limited(joined(&finding.targets), finding.targets.len(), Finding::MOST_ADDRESSES)),
        ("Ports", limited(port_ranges(&finding.ports).join(", "), finding.ports.len(), Finding::MOST_PORTS)),
        ("Protocol", escape(&finding.protocol)),
        ("Names", limited(escape(&names.join(", ")), finding.names.len(), Finding::MOST_NAMES)),
        ("Covers", covers(finding)),
        ("Technique", technique),
        ("Confidence", format!("{}, score {}", percent(finding.confidence, 1.0), percent(finding.score, 1.0))),
    ]);
    format!(
        "<article id=\"{id}\" class=\"{severity}\" aria-labelledby=\"{id}-h\">\n<header>{badge}<h3 \
         id=\"{id}-h\">{number}. {title}</h3></header>\n<p class=\"meta\">{category} · detected by {by} · <code>{id}</code></p>\n{annotation}<p>{explanation}</p>\n<h4>What was \
         seen</h4>\n{seen}{evidence}{course}{otherwise}{advice}{filter}</article>\n",
        severity = finding.severity.id(),
        badge = badge(finding),
        title = escape(&finding.title),
        category = escape(finding.category.id()),
        by = match options.has(ReportSection::Detectors) {
            true => format!("<a href=\"#{0}\">{0}</a>", escape(&finding.detector)),
            false => escape(&finding.detector),
        },
        explanation = escape(&finding.explanation),
        annotation = triage::annotation(analysis, finding),
        evidence = evidence(finding),
        course = figures::course(finding, (analysis, options)),
        otherwise = match options.audience {
            Audience::Teaching => teaching::ask(finding),
            _ => list_of("What else it could be", "ul", &finding.benign_causes),
        },
        advice = match options.audience {
            Audience::Teaching => String::new(),
            _ => list_of("What to do", "ol", &finding.advice),
        },
        filter = filter(finding),
    )
}

fn evidence(finding: &Finding) -> String {
    if finding.evidence.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = finding
        .evidence
        .iter()
        .map(|e| vec![escape(&e.name), escape(&with_unit(e.value, &e.unit)), escape(&e.typical)])
        .collect();
    format!("<h4>Evidence</h4>\n{}", table("Evidence", &["Measured", "Value", "Baseline"], &rows))
}

fn list_of(heading: &str, tag: &str, sentences: &[String]) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let items: String = sentences.iter().map(|sentence| format!("<li>{}</li>", escape(sentence))).collect();
    format!("<h4>{heading}</h4>\n<{tag}>{items}</{tag}>\n")
}

fn filter(finding: &Finding) -> String {
    if finding.display_filter.is_empty() {
        return String::new();
    }
    format!(
        "<h4>Wireshark display filter</h4>\n<p class=\"filter\"><code>{}</code></p>\n",
        escape(&finding.display_filter)
    )
}

fn joined<T: Display>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(|item| escape(&item.to_string())).collect();
    texts.join(", ")
}

/// A list in words, and that it may not be all.
fn limited(list: String, n_listed: usize, most: usize) -> String {
    match Finding::limit(n_listed, most) {
        Some(limit) => format!("{list} ({limit})"),
        None => list,
    }
}

/// What is meant: `12 flows, 50 packets`, or only packets where there are no flows; empty where there is neither.
fn covers(finding: &Finding) -> String {
    if !finding.has_traffic() {
        return String::new();
    }
    let packets = counted(finding.n_packets, "packet", "packets");
    if finding.n_flows == 0 { packets } else { format!("{}, {packets}", counted(finding.n_flows, "flow", "flows")) }
}
