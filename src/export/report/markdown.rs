//! Analysis to a report in Markdown, for tickets and wikis: the sections of the HTML report without its charts.

use super::content;
use super::{Audience, ReportOptions, ReportSection};
use crate::maths::sorting::Arrange;
use crate::model::coverage::DetectorCoverage;
use crate::model::format::quantity::{bytes, count, counted, or_dash, percent, port_ranges, with_unit};
use crate::model::format::{host_name, time, visible};
use crate::model::{Analysis, Finding};
use crate::summary::Briefing;

/// The report.
pub fn markdown(analysis: &Analysis, options: &ReportOptions) -> String {
    let mut out = format!("# Packetloupe report: {}\n\n", text(&analysis.file.name));
    if options.has_pseudonyms {
        out.push_str("Addresses and names in this report are pseudonyms; addresses keep their common prefixes.\n\n");
    }
    out.push_str("## Summary\n\n");
    for sentence in Briefing::of(analysis, &time::utc).sentences {
        let numbers: Vec<String> = sentence.findings.iter().filter_map(|id| number(analysis, id)).collect();
        let rests = match numbers.as_slice() {
            [] => String::new(),
            [one] => format!(" (finding {one})"),
            several => format!(" (findings {})", several.join(", ")),
        };
        out.push_str(&format!("- {}{rests}\n", text(&sentence.text)));
    }
    out.push('\n');
    if options.audience == Audience::Teaching {
        out.push_str("## How to read this report\n\n");
        content::terms().for_each(|(term, meaning)| out.push_str(&format!("- **{term}**: {meaning}\n")));
        out.push('\n');
    }
    for section in content::sections(analysis, options) {
        let body = body(section, analysis, options);
        if !body.is_empty() {
            out.push_str(&format!("## {}\n\n{}\n\n", section.heading(), body.trim_end()));
        }
    }
    if options.audience == Audience::Teaching && !analysis.findings.is_empty() {
        out.push_str("## Answers\n\n");
        for finding in &analysis.findings {
            out.push_str(&format!("### {}\n\n", text(&finding.title)));
            let said = content::questions(finding);
            said.iter().for_each(|(ask, answer)| out.push_str(&format!("1. {} {}\n", text(ask), text(answer))));
            out.push('\n');
        }
    }
    let hash =
        analysis.file.sha256.as_ref().map_or(String::new(), |hex| format!(" SHA-256 of the file: `{}`.", code(hex)));
    let (version, build) = (env!("CARGO_PKG_VERSION"), env!("PACKETLOUPE_BUILD"));
    out.push_str(&format!("---\n\nMade by Packetloupe {version}, build {build}.{hash}\n"));
    out
}

fn body(section: ReportSection, analysis: &Analysis, options: &ReportOptions) -> String {
    match section {
        ReportSection::Timeline => timeline(analysis, options),
        ReportSection::Incidents => incidents(analysis),
        ReportSection::Findings => findings(analysis, options),
        ReportSection::Hosts => hosts(analysis, options),
        ReportSection::Expected => expected(analysis),
        ReportSection::Overview => overview(analysis),
        // Drawings are for the HTML report.
        ReportSection::Charts => String::new(),
        ReportSection::Details => analysis.findings.iter().map(|one| detail(one, analysis, options)).collect(),
        ReportSection::Coverage => coverage(analysis),
        ReportSection::Detectors => detectors(analysis),
        ReportSection::Settings => settings(analysis),
    }
}

/// The findings that are listed, in order of time.
fn timeline(analysis: &Analysis, options: &ReportOptions) -> String {
    let mut listed = content::listed(analysis, options).0;
    listed.retain(|(_, finding)| finding.has_time());
    listed.arrange_by_key(|(number, finding)| (finding.start_ns, *number));
    let line = |(number, one): &(u64, &Finding)| {
        format!("- {}: {} (finding {number})\n", time::utc(one.start_ns), text(&one.title))
    };
    listed.iter().map(line).collect()
}

fn incidents(analysis: &Analysis) -> String {
    let mut out = String::new();
    for incident in &analysis.incidents {
        out.push_str(&format!("{}\n\n", text(&incident.sentence)));
        for finding in incident.findings.iter().filter_map(|id| analysis.finding(id)) {
            let since = finding.since(|ns| format!("{}: ", time::utc(ns)));
            out.push_str(&format!("1. {since}{}\n", text(&finding.title)));
        }
        out.push('\n');
    }
    out
}

fn findings(analysis: &Analysis, options: &ReportOptions) -> String {
    let (listed, n_more) = content::listed(analysis, options);
    if listed.is_empty() {
        return "No findings. This does not prove that nothing is wrong.".to_owned();
    }
    let row = |(number, one): &(u64, &Finding)| {
        let verdict = analysis.annotations.get(&one.id).and_then(|one| one.verdict);
        vec![
            number.to_string(),
            one.severity.name().to_owned(),
            text(&one.title),
            one.since(time::to_second),
            percent(one.confidence, 1.0),
            verdict.map_or(String::new(), |verdict| verdict.name().to_owned()),
        ]
    };
    let rows: Vec<Vec<String>> = listed.iter().map(row).collect();
    let more = if n_more > 0 {
        format!("\nAnd {} of less severity.\n", counted(n_more, "finding", "findings"))
    } else {
        String::new()
    };
    table(&["Number", "Severity", "What", "First seen (UTC)", "Confidence", "Verdict"], &rows) + &more
}

fn hosts(analysis: &Analysis, options: &ReportOptions) -> String {
    let (all, most) = (content::hosts(analysis), content::most_hosts(options));
    let row = |host: &content::InvolvedHost| {
        vec![
            text(&host.endpoint.to_string()),
            text(&host_name::shown(&host.name)),
            host.place.to_owned(),
            host.worst.name().to_owned(),
            count(host.n_as_source),
            count(host.n_as_target),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().take(most).map(row).collect();
    let n_more = all.len().saturating_sub(most) as u64;
    let more =
        if n_more > 0 { format!("\nAnd {}.\n", counted(n_more, "more host", "more hosts")) } else { String::new() };
    table(&["Host", "Name", "Where", "Most severe", "As source", "As destination"], &rows) + &more
}

fn expected(analysis: &Analysis) -> String {
    let row = |one: &crate::model::analysis::Expected| {
        vec![
            one.finding.severity.name().to_owned(),
            text(&one.finding.title),
            text(&one.rule.words()),
            text(&one.rule.note),
        ]
    };
    table(&["Severity", "What", "Expected by", "Note"], &analysis.expected.iter().map(row).collect::<Vec<_>>())
}

fn overview(analysis: &Analysis) -> String {
    let (file, summary) = (&analysis.file, &analysis.summary);
    let when = |ns: Option<i64>| ns.map_or(String::new(), time::utc);
    let inside = if summary.hosts > 0 { analysis.site.words() } else { String::new() };
    facts(&[
        ("File", text(&file.name)),
        ("Size", format!("{} bytes", count(file.bytes))),
        ("Format", text(&file.format)),
        ("Packets", or_dash(summary.measured_packets().map(count))),
        ("On the wire", or_dash(summary.measured_bytes().map(|n| bytes(n as f64)))),
        ("Flows", count(summary.flows)),
        ("Hosts", count(summary.hosts)),
        ("First packet", when(summary.first_ns)),
        ("Duration", time::span(summary.duration_ns())),
        ("Inside", text(&inside)),
    ])
}

fn detail(finding: &Finding, analysis: &Analysis, options: &ReportOptions) -> String {
    let number = number(analysis, &finding.id).unwrap_or_default();
    let joined = |all: &[crate::model::Endpoint]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let names: Vec<String> = finding.names.iter().map(|name| host_name::shown(name).into_owned()).collect();
    let technique = finding.technique.iter().chain(&finding.technique_name).cloned().collect::<Vec<_>>().join(" ");
    let annotation = analysis.annotations.get(&finding.id);
    let seen = facts(&[
        ("Severity", finding.severity.name().to_owned()),
        ("Confidence", percent(finding.confidence, 1.0)),
        ("First seen", finding.since(time::utc)),
        ("Source", joined(&finding.sources)),
        ("Destination", joined(&finding.targets)),
        ("Ports", port_ranges(&finding.ports).join(", ")),
        ("Protocol", text(&finding.protocol)),
        ("Names", text(&names.join(", "))),
        ("Technique", text(&technique)),
        ("Detector", text(&finding.detector)),
        ("Verdict", annotation.and_then(|one| one.verdict).map_or(String::new(), |one| one.name().to_owned())),
        ("Note", annotation.map_or(String::new(), |one| text(&one.note))),
    ]);
    let row = |one: &crate::model::Evidence| {
        vec![text(&one.name), text(&with_unit(one.value, &one.unit)), text(&one.typical)]
    };
    let evidence = table(&["Measured", "Value", "Baseline"], &finding.evidence.iter().map(row).collect::<Vec<_>>());
    let filter = match finding.display_filter.as_str() {
        "" => String::new(),
        filter => format!("Wireshark display filter: `{}`\n\n", code(filter)),
    };
    let list = |heading: &str, sign: &str, all: &[String]| match all {
        [] => String::new(),
        all => {
            let items: String = all.iter().map(|one| format!("{sign} {}\n", text(one))).collect();
            format!("{heading}:\n\n{items}\n")
        }
    };
    let rest = match options.audience {
        Audience::Teaching => {
            let questions: Vec<String> =
                content::questions(finding).into_iter().map(|(question, _)| question).collect();
            list("Questions", "1.", &questions)
        }
        _ => list("What else it could be", "-", &finding.benign_causes) + &list("What to do", "1.", &finding.advice),
    };
    format!(
        "### {number}. {}\n\n{}\n\n{seen}\n{evidence}\n{rest}{filter}",
        text(&finding.title),
        text(&finding.explanation)
    )
}

fn coverage(analysis: &Analysis) -> String {
    let coverage = &analysis.coverage;
    let facts = facts(&content::coverage_facts(coverage));
    let row = |one: &crate::model::analysis::Issue| vec![text(&one.text), count(one.count)];
    let issues: Vec<Vec<String>> = analysis.issues.iter().map(row).collect();
    facts
        + "\n"
        + &if issues.is_empty() {
            "Everything in the file could be read.\n".to_owned()
        } else {
            table(&["What could not be read", "Times"], &issues)
        }
}

fn detectors(analysis: &Analysis) -> String {
    let found = content::found_something(analysis);
    let found: Vec<String> = found.iter().map(|(id, n)| format!("{} ({})", text(id), count(*n))).collect();
    let silent = content::found_nothing(analysis);
    let mut out = String::new();
    if !found.is_empty() {
        out.push_str(&format!("- Findings: {}\n", found.join(", ")));
    }
    if !silent.is_empty() {
        out.push_str(&format!("- Found nothing ({}): {}\n", silent.len(), text(&silent.join(", "))));
    }
    for (why, ids) in &DetectorCoverage::of(analysis).not_evaluated {
        out.push_str(&format!("- Not enough data: {}. {}\n", text(&ids.join(", ")), text(why)));
    }
    out
}

fn settings(analysis: &Analysis) -> String {
    let rows: Vec<Vec<String>> =
        analysis.changed_settings.iter().map(|(id, value)| vec![text(id), text(&value.to_string())]).collect();
    let changed = if rows.is_empty() {
        "All settings had their defaults.\n".to_owned()
    } else {
        table(&["Changed setting", "Value"], &rows)
    };
    let rules: String = analysis
        .rules
        .iter()
        .map(|rule| format!("- Expected: {} {}\n", text(&rule.words()), text(&rule.note)))
        .collect();
    let secrets = if analysis.shows_secrets { "shown" } else { "masked" };
    format!(
        "{changed}\n{rules}{}",
        facts(&[("Random seed", analysis.seed.to_string()), ("Secrets", secrets.to_owned())])
    )
}

/// The place of a finding among all, from 1.
fn number(analysis: &Analysis, id: &str) -> Option<String> {
    analysis.findings.iter().position(|finding| finding.id == id).map(|place| (place + 1).to_string())
}

fn facts(pairs: &[(&str, String)]) -> String {
    pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(term, value)| format!("- {term}: {value}\n")).collect()
}

/// Cells are Markdown already; empty without rows.
fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = headings.iter().map(|one| (*one).to_owned()).collect();
    let rule = format!("|{}\n", " --- |".repeat(headings.len()));
    line(&head) + &rule + &rows.iter().map(|row| line(row)).collect::<String>()
}

/// Text of a capture as text: no mark-up, no line break, nothing invisible.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in visible::text(&text.replace(['\n', '\r'], " ")).chars() {
        if matches!(letter, '\\' | '`' | '*' | '<' | '>' | '#' | '|' | '[' | ']' | '&' | '!' | '~') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// Text between backticks.
fn code(text: &str) -> String {
    visible::text(&text.replace(['\n', '\r'], " ")).replace('`', "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_capture_is_no_mark_up() {
        let said = text("<b>*x*</b> [a](http://b) `c` | d\n# e\u{202e}");
        assert_eq!(said, "\\<b\\>\\*x\\*\\</b\\> \\[a\\](http://b) \\`c\\` \\| d \\# e\u{fffd}");
        assert_eq!(code("a`b"), "a'b");
    }

    #[test]
    fn an_empty_capture_has_a_summary_and_a_version() {
        let report = markdown(&Analysis::default(), &ReportOptions::default());
        assert!(report.starts_with("# Packetloupe report") && report.contains("## Summary\n\n- "));
        assert!(report.contains("No findings.") && report.contains("Made by Packetloupe "));
    }
}
