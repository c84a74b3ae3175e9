//! What people made of the findings: what belongs together, what is expected here, what they say of each.

use super::parts::{badge, section, since, table};
use crate::chart::draw::text::escape;
use crate::export::report::{ReportOptions, content};
use crate::model::Analysis;
use crate::model::Finding;
use crate::model::Incident;
use crate::model::analysis::Expected;
use crate::model::format::quantity::counted;

/// Incidents, each with its findings in order of time; empty if there is none.
pub fn incidents(analysis: &Analysis, options: &ReportOptions) -> String {
    if analysis.incidents.is_empty() {
        return String::new();
    }
    let items: String = analysis.incidents.iter().map(|incident| item(analysis, incident, options)).collect();
    let lead =
        "<p class=\"quiet\">Findings of the same hosts that follow each other like the steps of an attack.</p>\n";
    section("incidents", "Incidents", &format!("{lead}{items}"))
}

fn item(analysis: &Analysis, incident: &Incident, options: &ReportOptions) -> String {
    let steps: String = incident
        .findings
        .iter()
        .filter_map(|id| analysis.finding(id))
        .map(|finding| {
            let (id, title) = (escape(&finding.id), escape(&finding.title));
            let title = match content::has_anchor(analysis, options, finding) {
                true => format!("<a href=\"#{id}\">{title}</a>"),
                false => title,
            };
            format!("<li>{} {title}</li>", since(finding))
        })
        .collect();
    format!(
        "<div class=\"incident {}\"><p>{}</p>\n<ol>{steps}</ol></div>\n",
        incident.severity.id(),
        escape(&incident.sentence)
    )
}

/// What the allow-list puts apart, by its rules; empty if that is nothing.
pub fn expected(analysis: &Analysis) -> String {
    if analysis.expected.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = analysis.expected.iter().map(|one| row(one, analysis)).collect();
    let n = counted(rows.len() as u64, "finding is", "findings are");
    let lead = format!("<p>{n} expected here by the allow-list and not counted elsewhere.</p>\n");
    let headings = ["Severity", "What", "First seen (UTC)", "Why it is expected"];
    section("expected", "Expected here", &format!("{lead}{}", table("Expected here", &headings, &rows)))
}

fn row(Expected { finding, rule }: &Expected, analysis: &Analysis) -> Vec<String> {
    let below = |text: &str| if text.is_empty() { String::new() } else { format!("<br>{}", lines(text)) };
    let said = analysis.annotations.get(&finding.id).map_or("", |annotation| &annotation.note);
    let note = below(&rule.note);
    vec![
        badge(finding),
        format!("{}{}{}", escape(&finding.title), short(analysis, finding), below(said)),
        since(finding),
        format!("<code>{}</code>{note}", escape(&rule.words())),
    ]
}

/// The verdict behind a title; empty if there is none.
pub fn short(analysis: &Analysis, finding: &Finding) -> String {
    let verdict = analysis.annotations.get(&finding.id).and_then(|annotation| annotation.verdict);
    verdict.map_or(String::new(), |v| format!(" <span class=\"said {}\">{}</span>", v.id(), v.name()))
}

/// Verdict and note in full; empty if nothing is said.
pub fn annotation(analysis: &Analysis, finding: &Finding) -> String {
    let Some(annotation) = analysis.annotations.get(&finding.id).filter(|annotation| !annotation.is_empty()) else {
        return String::new();
    };
    let note = if annotation.note.is_empty() { String::new() } else { format!("<p>{}</p>\n", lines(&annotation.note)) };
    let verdict =
        annotation.verdict.map_or(String::new(), |v| format!("<p>Verdict: <strong>{}</strong></p>\n", v.name()));
    format!("<h4>Verdict</h4>\n{verdict}{note}")
}

/// What somebody wrote: it is in no other language than it was written in.
fn lines(text: &str) -> String {
    format!("<span translate=\"no\">{}</span>", text.lines().map(escape).collect::<Vec<String>>().join("<br>"))
}
