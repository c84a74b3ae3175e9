//! Analysis to the JSON document that outsiders rely on (schema 1). Page and command write it with this one function.
//!
//! Field by field it is described in `json.md` beside this file. Times are seconds since 1970 UTC, addresses are text, and every
//! number is finite. Names, order and meaning of fields change only together with the schema number.

mod finding;
mod table;

use crate::export::entry::written_elsewhere;
use crate::export::report::{ReportOptions, ReportSection, content};
use crate::export::{About, Export, Writer};
use crate::model::analysis::{Analysis, Coverage, Expected, FieldCount, Issue, IssueSeverity, ProtocolCount, Setting};
use crate::model::extra::in_extra;
use crate::model::finding::Severity;
use crate::model::format::time::{seconds, utc};
use crate::model::format::visible;
use crate::model::interface::CaptureInterface;
use crate::model::net::site::Basis;
use crate::model::{Incident, Rule};
use crate::summary::{Briefing, Sentence};
use finding::{FindingOut, finding};
use serde::Serialize;
use std::collections::BTreeMap;
use table::TableOut;

/// Number of the schema that [`json`] writes.
pub const SCHEMA: u32 = 1;

/// The result as JSON.
pub const EXPORT: Export = Export {
    id: "json",
    help: "Write the result as JSON (schema 1)",
    media_type: "application/json",
    is_at_top: true,
    about: |_| About::new("findings (JSON)", "findings.json"),
    writer: Writer::Analysis(in_extra(json, written_elsewhere)),
};

/// The analysis as one indented JSON document that ends in a line feed.
pub fn json(analysis: &Analysis) -> String {
    let mut text = visible::json(&serde_json::to_string_pretty(&document(analysis)).unwrap_or_default()).into_owned();
    text.push('\n');
    text
}

/// The same document without the sections that are not chosen, and with what it is: `report`.
pub fn report(analysis: &Analysis, options: &ReportOptions) -> String {
    // Read back: to write the document as values too would be a second copy of all that writes it.
    let text = serde_json::to_string(&document(analysis)).unwrap_or_default();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        let has = |section| options.has(section);
        let told = has(ReportSection::Findings) || has(ReportSection::Details);
        let parts = [
            ("findings", told),
            ("expected", has(ReportSection::Expected)),
            ("incidents", has(ReportSection::Incidents)),
            ("coverage", has(ReportSection::Coverage)),
            ("issues", has(ReportSection::Coverage)),
            ("table", has(ReportSection::Overview)),
            ("site", has(ReportSection::Overview)),
            ("settings", has(ReportSection::Settings)),
        ];
        for (field, _) in parts.iter().filter(|(_, is_there)| !is_there) {
            fields.remove(*field);
        }
        if has(ReportSection::Hosts) {
            fields.insert("hosts".to_owned(), content::hosts(analysis).iter().map(host).collect());
        }
        if has(ReportSection::Detectors) {
            fields.insert("detectors_silent".to_owned(), content::found_nothing(analysis).into());
        }
        let sections: Vec<&str> = options.sections.iter().map(|section| section.id()).collect();
        let about = serde_json::json!({
            "audience": options.audience.id(),
            "sections": sections,
            "pseudonyms": options.has_pseudonyms,
            "version": env!("CARGO_PKG_VERSION"),
            "build": env!("PACKETLOUPE_BUILD"),
        });
        fields.insert("report".to_owned(), about);
    }
    let mut text = visible::json(&serde_json::to_string_pretty(&value).unwrap_or_default()).into_owned();
    text.push('\n');
    text
}

fn host(host: &content::InvolvedHost) -> serde_json::Value {
    serde_json::json!({
        "host": host.endpoint.to_string(),
        "name": host.name,
        "place": host.place,
        "worst": host.worst,
        "as_source": host.n_as_source,
        "as_target": host.n_as_target,
    })
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    file: FileOut<'a>,
    summary: SummaryOut<'a>,
    coverage: CoverageOut<'a>,
    issues: Vec<IssueOut<'a>>,
    findings: Vec<FindingOut<'a>>,
    expected: Vec<ExpectedOut<'a>>,
    incidents: Vec<IncidentOut<'a>>,
    site: SiteOut,
    table: Option<TableOut<'a>>,
    settings: SettingsOut<'a>,
}

#[derive(Serialize)]
struct FileOut<'a> {
    name: &'a str,
    bytes: u64,
    sha256: Option<&'a str>,
    format: &'a str,
    link_types: &'a [String],
}

#[derive(Serialize)]
struct SummaryOut<'a> {
    packets: Option<u64>,
    bytes: Option<u64>,
    flows: u64,
    hosts: u64,
    first: Option<f64>,
    last: Option<f64>,
    duration: f64,
    protocols: Vec<ProtocolOut<'a>>,
    sentences: Vec<SentenceOut>,
}

#[derive(Serialize)]
struct SentenceOut {
    topic: &'static str,
    text: String,
    findings: Vec<String>,
}

#[derive(Serialize)]
struct ProtocolOut<'a> {
    name: &'a str,
    packets: u64,
    bytes: u64,
    messages: u64,
    said: BTreeMap<&'a str, Vec<SaidOut<'a>>>,
}

#[derive(Serialize)]
struct SaidOut<'a> {
    value: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct CoverageOut<'a> {
    packets_read: u64,
    packets_decoded: u64,
    packets_truncated: u64,
    bytes_skipped: u64,
    flows_kept: u64,
    flows_summarised: u64,
    interfaces: Vec<InterfaceOut<'a>>,
}

#[derive(Serialize)]
struct InterfaceOut<'a> {
    file: u8,
    interface: Option<u16>,
    name: Option<&'a str>,
    packets: u64,
    copies: u64,
    copied_share: Option<f64>,
    clock_steps: u64,
    stream_bytes: u64,
    missing_bytes: u64,
    missing_share: Option<f64>,
    gaps: u64,
    gaps_unknown: u64,
    reordered: u64,
    connections: u64,
    one_sided: u64,
}

#[derive(Serialize)]
struct IssueOut<'a> {
    id: &'a str,
    severity: IssueSeverity,
    count: u64,
    first_packet: Option<u64>,
    first_offset: Option<u64>,
    text: &'a str,
}

#[derive(Serialize)]
struct ExpectedOut<'a> {
    #[serde(flatten)]
    finding: FindingOut<'a>,
    rule: &'a Rule,
}

#[derive(Serialize)]
struct IncidentOut<'a> {
    id: &'a str,
    sentence: &'a str,
    severity: Severity,
    start: f64,
    end: f64,
    findings: &'a [String],
}

#[derive(Serialize)]
#[serde(untagged)]
enum SettingOut {
    Number(f64),
    Text(String),
}

#[derive(Serialize)]
struct SiteOut {
    inside: Vec<String>,
    basis: Option<&'static str>,
    text: String,
}

#[derive(Serialize)]
struct SettingsOut<'a> {
    changed: BTreeMap<&'a str, SettingOut>,
    seed: u64,
    expected: &'a [Rule],
    secrets_shown: bool,
}

fn document(analysis: &Analysis) -> Document<'_> {
    let (file, summary) = (&analysis.file, &analysis.summary);
    Document {
        schema: SCHEMA,
        file: FileOut {
            name: &file.name,
            bytes: file.bytes,
            sha256: file.sha256.as_deref(),
            format: &file.format,
            link_types: &file.link_types,
        },
        summary: SummaryOut {
            packets: summary.measured_packets(),
            bytes: summary.measured_bytes(),
            flows: summary.flows,
            hosts: summary.hosts,
            first: summary.first_ns.map(seconds),
            last: summary.last_ns.map(seconds),
            duration: seconds(summary.duration_ns()),
            protocols: summary.protocols.iter().map(protocol).collect(),
            sentences: Briefing::of(analysis, &utc).sentences.into_iter().map(sentence).collect(),
        },
        coverage: coverage(&analysis.coverage),
        issues: analysis.issues.iter().map(issue).collect(),
        findings: analysis.findings.iter().map(|one| finding(one, analysis)).collect(),
        expected: analysis.expected.iter().map(|one| expected(one, analysis)).collect(),
        incidents: analysis.incidents.iter().map(incident).collect(),
        site: SiteOut {
            inside: analysis.site.networks().iter().map(|(network, _)| network.to_string()).collect(),
            basis: analysis.site.basis().map(Basis::id),
            text: analysis.site.words(),
        },
        table: analysis.table.as_ref().map(|facts| table::table(&facts.layout)),
        settings: SettingsOut {
            changed: analysis.changed_settings.iter().map(|(id, value)| (id.as_str(), value_of(value))).collect(),
            seed: analysis.seed,
            expected: &analysis.rules,
            secrets_shown: analysis.shows_secrets,
        },
    }
}

fn sentence(Sentence { topic, text, findings }: Sentence) -> SentenceOut {
    SentenceOut { topic: topic.id(), text, findings }
}

fn protocol(count: &ProtocolCount) -> ProtocolOut<'_> {
    ProtocolOut {
        name: &count.name,
        packets: count.packets,
        bytes: count.bytes,
        messages: count.messages,
        said: count.fields.iter().map(|said| (said.id.as_str(), values(said))).collect(),
    }
}

fn values(said: &FieldCount) -> Vec<SaidOut<'_>> {
    said.values.iter().map(|(value, count)| SaidOut { value, count: *count }).collect()
}

fn coverage(coverage: &Coverage) -> CoverageOut<'_> {
    CoverageOut {
        packets_read: coverage.packets_read,
        packets_decoded: coverage.packets_decoded,
        packets_truncated: coverage.packets_truncated,
        bytes_skipped: coverage.bytes_skipped,
        flows_kept: coverage.flows_kept,
        flows_summarised: coverage.flows_summarised,
        interfaces: coverage.interfaces.iter().map(interface).collect(),
    }
}

fn interface(interface: &CaptureInterface) -> InterfaceOut<'_> {
    let loss = &interface.loss;
    InterfaceOut {
        file: interface.file,
        interface: Some(interface.number).filter(|number| *number != CaptureInterface::UNDESCRIBED),
        name: Some(interface.name.as_str()).filter(|name| !name.is_empty()),
        packets: interface.packets,
        copies: interface.copies,
        copied_share: interface.copied_share(),
        clock_steps: interface.clock_steps,
        stream_bytes: loss.stream_bytes,
        missing_bytes: loss.missing_bytes,
        missing_share: loss.share(),
        gaps: loss.gaps,
        gaps_unknown: loss.gaps_unknown,
        reordered: loss.reordered,
        connections: loss.connections,
        one_sided: loss.one_sided,
    }
}

fn issue(issue: &Issue) -> IssueOut<'_> {
    IssueOut {
        id: &issue.id,
        severity: issue.severity,
        count: issue.count,
        first_packet: issue.first_packet,
        first_offset: issue.first_offset,
        text: &issue.text,
    }
}

fn expected<'a>(expected: &'a Expected, analysis: &'a Analysis) -> ExpectedOut<'a> {
    ExpectedOut { finding: finding(&expected.finding, analysis), rule: &expected.rule }
}

fn incident(incident: &Incident) -> IncidentOut<'_> {
    IncidentOut {
        id: &incident.id,
        sentence: &incident.sentence,
        severity: incident.severity,
        start: seconds(incident.start_ns),
        end: seconds(incident.end_ns),
        findings: &incident.findings,
    }
}

fn value_of(setting: &Setting) -> SettingOut {
    match setting {
        Setting::Number(number) => SettingOut::Number(finite(*number)),
        Setting::Networks(_) => SettingOut::Text(setting.to_string()),
    }
}

/// JSON has no other numbers: nothing measured is 0, and what is past all bounds stands at the bound.
fn finite(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(f64::MIN, f64::MAX) }
}

#[cfg(test)]
mod tests;
