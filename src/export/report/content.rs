//! What the formats of a report share: hosts involved, what detectors found nothing, questions and terms for classes.

use super::{Audience, ReportOptions, ReportSection};
use crate::maths::sorting::{Arrange, Gather};
use crate::model::analysis::{Analysis, Coverage};
use crate::model::format::quantity::{bytes, count, with_unit};
use crate::model::net::site::Place;
use crate::model::terms;
use crate::model::{Endpoint, Finding, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Hosts that are listed; more are counted.
const MOST_HOSTS: usize = 40;
/// The same in a short report.
const MOST_HOSTS_SHORT: usize = 10;

/// How many hosts a report lists.
pub fn most_hosts(options: &ReportOptions) -> usize {
    if options.audience == Audience::Short { MOST_HOSTS_SHORT } else { MOST_HOSTS }
}

/// How much was read, by what it is called.
pub fn coverage_facts(coverage: &Coverage) -> [(&'static str, String); 7] {
    [
        ("Packets read", count(coverage.packets_read)),
        ("Packets decoded", count(coverage.packets_decoded)),
        ("Packets truncated", count(coverage.packets_truncated)),
        ("Bytes skipped", bytes(coverage.bytes_skipped as f64)),
        ("Flows kept", count(coverage.flows_kept)),
        ("Flows summarised", count(coverage.flows_summarised)),
        ("Capture loss", if coverage.interfaces.is_empty() { String::new() } else { coverage.loss().words() }),
    ]
}

/// A host that takes part in findings.
pub struct InvolvedHost {
    /// Its address.
    pub endpoint: Endpoint,
    /// A name that traffic gave it; empty if none.
    pub name: String,
    /// `inside`, `outside`, or empty where that is unknown.
    pub place: &'static str,
    /// Findings in which it acts.
    pub n_as_source: u64,
    /// Findings that are aimed at it.
    pub n_as_target: u64,
    /// The most severe of them.
    pub worst: Severity,
}

/// All hosts of findings, those of severe findings first, then those that act most often.
pub fn hosts(analysis: &Analysis) -> Vec<InvolvedHost> {
    let mut all: BTreeMap<Endpoint, (u64, u64, Severity)> = BTreeMap::new();
    for finding in &analysis.findings {
        for (side, is_source) in [(&finding.sources, true), (&finding.targets, false)] {
            for endpoint in side {
                let host = all.entry(*endpoint).or_insert((0, 0, Severity::Info));
                host.0 += u64::from(is_source);
                host.1 += u64::from(!is_source);
                host.2 = host.2.max(finding.severity);
            }
        }
    }
    let host = |(endpoint, (n_as_source, n_as_target, worst)): (Endpoint, (u64, u64, Severity))| {
        let (mut name, mut place) = (String::new(), "");
        if let Endpoint::Ip(address) = endpoint {
            let row = analysis.stats.top_hosts.iter().find(|row| row.host == address);
            name = row.map_or(String::new(), |row| row.name.clone());
            place = match analysis.site.place(address) {
                Place::Inside => "inside",
                Place::Outside => "outside",
                Place::Unknown if address.is_group() => "group",
                Place::Unknown => "",
            };
        }
        InvolvedHost { endpoint, name, place, n_as_source, n_as_target, worst }
    };
    let mut hosts: Vec<InvolvedHost> = all.into_iter().map(host).collect();
    hosts.arrange_by_key(|host| (std::cmp::Reverse((host.worst, host.n_as_source, host.n_as_target)), host.endpoint));
    hosts
}

/// Ids of the detectors that ran and found nothing.
pub fn found_nothing(analysis: &Analysis) -> Vec<&str> {
    let found: BTreeSet<&str> = all_findings(analysis).map(|finding| finding.detector.as_str()).gathered();
    let is_silent = |id: &&str| !found.contains(id);
    let ran = analysis.runs.iter().filter(|run| run.not_enough_data.is_none());
    ran.map(|run| run.id.as_str()).filter(is_silent).collect()
}

/// Ids of the detectors that found something, in their order, with the number of findings.
pub fn found_something(analysis: &Analysis) -> Vec<(&str, u64)> {
    let n_of = |id: &str| all_findings(analysis).filter(|finding| finding.detector == id).count() as u64;
    let all = analysis.runs.iter().map(|run| (run.id.as_str(), n_of(&run.id)));
    all.filter(|(_, n)| *n > 0).collect()
}

fn all_findings(analysis: &Analysis) -> impl Iterator<Item = &Finding> {
    analysis.findings.iter().chain(analysis.expected.iter().map(|one| &one.finding))
}

/// The sections that have something to say, in order.
pub fn sections(analysis: &Analysis, options: &ReportOptions) -> Vec<ReportSection> {
    let has_something = |section: &ReportSection| match section {
        ReportSection::Incidents => !analysis.incidents.is_empty(),
        ReportSection::Expected => !analysis.expected.is_empty(),
        ReportSection::Details | ReportSection::Hosts => !analysis.findings.is_empty(),
        ReportSection::Timeline => analysis.stats.timeline.bin_ns > 0,
        ReportSection::Charts => !options.charts.is_empty(),
        _ => true,
    };
    ReportSection::ALL.iter().copied().filter(|section| options.has(*section)).filter(has_something).collect()
}

/// Findings that a list shows, and how many it leaves out: a short report has no more than those that call for action, unless
/// there are only others.
pub fn listed<'a>(analysis: &'a Analysis, options: &ReportOptions) -> (Vec<(u64, &'a Finding)>, u64) {
    let numbered = (1_u64..).zip(&analysis.findings);
    let least = if options.audience == Audience::Short { Severity::Medium } else { Severity::Info };
    let shown: Vec<_> = numbered.clone().filter(|(_, finding)| finding.severity >= least).collect();
    let shown = if shown.is_empty() { numbered.collect() } else { shown };
    let n_more = (analysis.findings.len() - shown.len()) as u64;
    (shown, n_more)
}

/// True if the report has a place that a link to this finding leads to.
pub fn has_anchor(analysis: &Analysis, options: &ReportOptions, finding: &Finding) -> bool {
    let is_listed = || listed(analysis, options).0.iter().any(|(_, one)| one.id == finding.id);
    let is_told = analysis.findings.iter().any(|one| one.id == finding.id);
    is_told && (options.has(ReportSection::Details) || options.has(ReportSection::Findings) && is_listed())
}

/// Terms that a class needs, with their meaning.
pub fn terms() -> impl Iterator<Item = (&'static str, &'static str)> {
    TERMS.iter().filter_map(|name| Some((*name, terms::meaning(name)?)))
}

const TERMS: [&str; 8] =
    ["Finding", "Severity", "Confidence", "Evidence", "Incident", "Flow", "Technique", "Display filter"];

/// Questions on a finding, and their answers.
pub fn questions(finding: &Finding) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if let Some(one) = finding.evidence.iter().find(|one| !one.typical.is_empty()) {
        all.push((
            "Which of the measured values is furthest from its baseline?".to_owned(),
            format!("For example, {}: {} instead of {}.", one.name, with_unit(one.value, &one.unit), one.typical),
        ));
    }
    if !finding.benign_causes.is_empty() {
        let causes = finding.benign_causes.join("; ");
        all.push(("What harmless cause would look the same?".to_owned(), format!("{causes}.")));
    }
    if !finding.advice.is_empty() {
        let steps = finding.advice.join("; ");
        all.push(("What would you do first, and what next?".to_owned(), format!("{steps}.")));
    }
    all
}
