//! A finding as JSON, with its evidence and series.

use super::finite;
use crate::model::analysis::Analysis;
use crate::model::finding::series::SeriesKind;
use crate::model::finding::{Category, Evidence, Finding, Severity};
use crate::model::format::time::seconds;
use crate::model::{Series, Verdict};
use serde::Serialize;

/// A finding.
#[derive(Serialize)]
pub(super) struct FindingOut<'a> {
    id: &'a str,
    detector: &'a str,
    category: Category,
    title: &'a str,
    severity: Severity,
    score: f64,
    confidence: f64,
    technique: Option<&'a str>,
    technique_name: Option<&'a str>,
    start: f64,
    end: f64,
    sources: Vec<String>,
    targets: Vec<String>,
    ports: &'a [u16],
    protocol: &'a str,
    evidence: Vec<EvidenceOut<'a>>,
    explanation: &'a str,
    benign_causes: &'a [String],
    advice: &'a [String],
    display_filter: &'a str,
    flows: u64,
    packets: u64,
    names: &'a [String],
    series: Option<SeriesOut<'a>>,
    repeats: Option<&'a str>,
    verdict: Option<Verdict>,
    note: &'a str,
}

#[derive(Serialize)]
struct SeriesOut<'a> {
    kind: SeriesKind,
    name: &'a str,
    unit: &'a str,
    points: Vec<(f64, f64)>,
    level: Option<LevelOut<'a>>,
    changes: Vec<(f64, f64)>,
}

#[derive(Serialize)]
struct LevelOut<'a> {
    name: &'a str,
    value: f64,
}

#[derive(Serialize)]
struct EvidenceOut<'a> {
    name: &'a str,
    value: f64,
    unit: &'a str,
    typical: &'a str,
}

/// The finding, with what people said of it.
pub(super) fn finding<'a>(finding: &'a Finding, analysis: &'a Analysis) -> FindingOut<'a> {
    let annotation = analysis.annotations.get(&finding.id);
    FindingOut {
        id: &finding.id,
        detector: &finding.detector,
        category: finding.category,
        title: &finding.title,
        severity: finding.severity,
        score: finite(finding.score),
        confidence: finite(finding.confidence),
        technique: finding.technique.as_deref(),
        technique_name: finding.technique_name.as_deref(),
        start: seconds(finding.start_ns),
        end: seconds(finding.end_ns),
        sources: finding.sources.iter().map(ToString::to_string).collect(),
        targets: finding.targets.iter().map(ToString::to_string).collect(),
        ports: &finding.ports,
        protocol: &finding.protocol,
        evidence: finding.evidence.iter().map(evidence).collect(),
        explanation: &finding.explanation,
        benign_causes: &finding.benign_causes,
        advice: &finding.advice,
        display_filter: &finding.display_filter,
        flows: finding.n_flows,
        packets: finding.n_packets,
        names: &finding.names,
        series: finding.series.as_ref().map(series),
        repeats: finding.repeats.as_deref(),
        verdict: annotation.and_then(|annotation| annotation.verdict),
        note: annotation.map_or("", |annotation| &annotation.note),
    }
}

fn series(series: &Series) -> SeriesOut<'_> {
    // A walk goes by steps, all others by time.
    let place = |at: i64| if series.kind == SeriesKind::Walk { at as f64 } else { seconds(at) };
    SeriesOut {
        kind: series.kind,
        name: &series.name,
        unit: &series.unit,
        points: series.points.iter().map(|(at, value)| (place(*at), finite(*value))).collect(),
        level: series.level.as_ref().map(|one| LevelOut { name: &one.name, value: finite(one.value) }),
        changes: series.changes.iter().map(|(from, to)| (seconds(*from), seconds(*to))).collect(),
    }
}

fn evidence(evidence: &Evidence) -> EvidenceOut<'_> {
    EvidenceOut {
        name: &evidence.name,
        value: finite(evidence.value),
        unit: &evidence.unit,
        typical: &evidence.typical,
    }
}
