//! The head of the report (what was looked at, the verdict, the contents) and what is in the capture.

use super::figures;
use super::parts::{self, facts};
use crate::chart::draw::text::escape;
use crate::export::report::{Audience, ReportOptions, ReportSection, content};
use crate::model::coverage::DetectorCoverage;
use crate::model::finding::Severity;
use crate::model::format::quantity::bytes;
use crate::model::format::quantity::count;
use crate::model::format::quantity::counted;
use crate::model::format::quantity::or_dash;
use crate::model::format::time;
use crate::model::slowness::Slowness;
use crate::model::{Analysis, Finding};
use crate::summary::{Briefing, Sentence, Topic};

/// Causes of a slow network that are linked at the top.
const MOST_CAUSES: usize = 3;

/// The first page: title, summary, timeline, contents.
pub fn head(analysis: &Analysis, options: &ReportOptions, chosen: &[ReportSection]) -> String {
    let file = &analysis.file;
    let link = |(id, name): (&str, &str)| format!("<li><a href=\"#{id}\">{name}</a></li>");
    let teaching = |pair| if options.audience == Audience::Teaching { link(pair) } else { String::new() };
    let has_answers = !analysis.findings.is_empty();
    let links: String = [link(("summary", "Summary")), teaching(("terms", "How to read this report"))]
        .into_iter()
        .chain(chosen.iter().map(|section| link((section.id(), section.heading()))))
        .chain(has_answers.then(|| teaching(("answers", "Answers"))))
        .collect();
    let timeline =
        if chosen.contains(&ReportSection::Timeline) { figures::timeline(analysis, options) } else { String::new() };
    let pseudonyms = if options.has_pseudonyms {
        "<p class=\"sub\">Addresses and names in this report are pseudonyms; addresses keep their common prefixes.</p>\n"
    } else {
        ""
    };
    format!(
        "<header class=\"first-page\">\n<p class=\"brand\">Packetloupe report</p>\n<h1>{}</h1>\n<p class=\"sub\">{}</p>\n\
         {pseudonyms}{}{}{timeline}<nav aria-label=\"Contents\"><ul>{links}</ul></nav>\n</header>\n",
        escape(&file.name),
        escape(&[file.format.clone(), bytes(file.bytes as f64), span(analysis)].join(" · ")),
        verdict(analysis, chosen),
        summary(analysis, options),
    )
}

/// The hash of the file in a sentence; empty if it is not known.
pub fn hash(analysis: &Analysis) -> String {
    let said = |hex: &String| format!("SHA-256 of the file: <code>{}</code>. ", escape(hex));
    analysis.file.sha256.as_ref().map_or(String::new(), said)
}

/// The result in a sentence, and how far it can be trusted.
fn verdict(analysis: &Analysis, chosen: &[ReportSection]) -> String {
    let worst = analysis.findings.iter().map(|finding| finding.severity).max();
    let mut sentence = match worst {
        None => "No findings.".to_owned(),
        Some(_) => format!("{}: {}.", counted(analysis.findings.len() as u64, "finding", "findings"), counts(analysis)),
    };
    if !analysis.expected.is_empty() {
        let n = counted(analysis.expected.len() as u64, "finding is", "findings are");
        sentence.push_str(&match chosen.contains(&ReportSection::Expected) {
            true => format!(" {n} <a href=\"#expected\">expected here</a>."),
            false => format!(" {n} expected here."),
        });
    }
    if analysis.shows_secrets {
        sentence.push_str(" <strong>This report shows readable passwords.</strong>");
    }
    let looked = DetectorCoverage::of(analysis);
    let at = if analysis.table.is_some() { looked.at } else { "it" };
    let mut trust = format!("{} checked {at}", counted(looked.ran.len() as u64, "detector", "detectors"));
    if looked.n_not_evaluated() > 0 {
        trust.push_str(&format!(", {} did not have enough data", count(looked.n_not_evaluated())));
    }
    trust.push_str(match analysis.issues.iter().map(|issue| issue.severity).max() {
        None => "; everything could be read.",
        Some(crate::model::analysis::IssueSeverity::Error) => "; part of the file could not be read.",
        Some(_) => "; the file was read to its end, with issues.",
    });
    let class = worst.map_or("", Severity::id);
    format!("<p class=\"verdict {class}\">{sentence} <small>{trust}</small></p>\n")
}

/// The summary for people; behind each sentence, links to the findings that it rests on.
fn summary(analysis: &Analysis, options: &ReportOptions) -> String {
    let briefing = Briefing::of(analysis, &time::utc);
    let items: String = briefing.sentences.iter().map(|sentence| item(analysis, sentence, options)).collect();
    let speed = if briefing.sentences.iter().any(|one| one.topic == Topic::Speed) {
        String::new()
    } else {
        slowness(analysis, options)
    };
    let list = format!("<ul class=\"summary\">\n{items}</ul>\n{speed}");
    parts::section("summary", "Summary", &list)
}

fn item(analysis: &Analysis, sentence: &Sentence, options: &ReportOptions) -> String {
    let link = |id: &String| {
        let (number, finding) = (1_u64..).zip(&analysis.findings).find(|(_, finding)| finding.id == *id)?;
        let (id, title) = (escape(id), escape(&finding.title));
        Some(match content::has_anchor(analysis, options, finding) {
            true => format!(" <a href=\"#{id}\" title=\"{title}\">{number}</a>"),
            false => format!(" <span title=\"{title}\">{number}</span>"),
        })
    };
    let links: String = sentence.findings.iter().filter_map(link).collect();
    let word = if sentence.findings.len() == 1 { "Finding" } else { "Findings" };
    let links = if links.is_empty() { links } else { format!(" <span class=\"rests-on\">{word}{links}</span>") };
    format!("<li>{}{links}</li>\n", escape(&sentence.text))
}

/// Whether the network is slow, with links to what says so.
fn slowness(analysis: &Analysis, options: &ReportOptions) -> String {
    let Some(slowness) = Slowness::of(analysis) else { return String::new() };
    let words = slowness.words(time::utc);
    let link = |finding: &&Finding| {
        let (id, title) = (escape(&finding.id), escape(&finding.title));
        match content::has_anchor(analysis, options, finding) {
            true => format!(" <a href=\"#{id}\">{title}</a>."),
            false => format!(" {title}."),
        }
    };
    let links: String = slowness.findings().iter().take(MOST_CAUSES).map(link).collect();
    format!("<p><strong>Is the network slow?</strong> {}{links}</p>\n", escape(&words))
}

/// `2 high, 1 low`, worst first.
fn counts(analysis: &Analysis) -> String {
    let of = |severity| analysis.findings.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| (of(severity), severity.id()))
        .filter(|(n, _)| *n > 0)
        .map(|(n, name)| format!("{n} {name}"))
        .collect();
    parts.join(", ")
}

fn span(analysis: &Analysis) -> String {
    match analysis.summary.first_ns {
        Some(first) => format!("{} from {} UTC", time::span(analysis.summary.duration_ns()), time::to_second(first)),
        None => "no packets".to_owned(),
    }
}

/// Which addresses are inside; nothing where there are no addresses.
fn inside(analysis: &Analysis) -> String {
    if analysis.summary.hosts == 0 {
        return String::new();
    }
    format!("{}; a setting (site.local_networks) can say otherwise", analysis.site.words())
}

/// Figures, facts of the file, charts.
pub fn section(analysis: &Analysis) -> String {
    let (file, summary) = (&analysis.file, &analysis.summary);
    let tiles: String = [
        ("packets", or_dash(summary.measured_packets().map(count))),
        ("on the wire", or_dash(summary.measured_bytes().map(|n| bytes(n as f64)))),
        ("flows", count(summary.flows)),
        ("hosts", count(summary.hosts)),
        ("duration", time::span(summary.duration_ns())),
    ]
    .iter()
    .map(|(term, value)| format!("<div><dt>{term}</dt><dd>{value}</dd></div>"))
    .collect();
    let when = |ns: Option<i64>| ns.map_or(String::new(), |ns| format!("{} UTC", time::text(ns, 0)));
    let facts = facts(&[
        ("File", escape(&file.name)),
        ("Size", format!("{} bytes", count(file.bytes))),
        ("SHA-256", file.sha256.as_ref().map_or(String::new(), |hex| format!("<code>{}</code>", escape(hex)))),
        ("Format", escape(&file.format)),
        ("Link types", escape(&file.link_types.join(", "))),
        ("First packet", when(summary.first_ns)),
        ("Last packet", when(summary.last_ns)),
        ("Inside", escape(&inside(analysis))),
    ]);
    let body = format!("<dl class=\"tiles\">{tiles}</dl>\n{facts}");
    parts::section("overview", "Overview", &body)
}
