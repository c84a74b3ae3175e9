//! Findings to files for other tools: a table (CSV), JSON lines, STIX 2.1 and Sigma rules.
//!
//! Each is written of the findings that are selected, in their order: the most severe first.

mod sigma;
mod stix;
mod uuid;

use crate::export::cell;
use crate::export::entry::findings_elsewhere;
use crate::export::{About, Export, Writer};
use crate::model::extra::in_extra;
use crate::model::format::time;
use crate::model::format::visible;
use crate::model::{Analysis, Finding};
use serde_json::json;

pub use sigma::EXPORT as SIGMA;
pub use stix::EXPORT as STIX;

/// Findings as a table.
pub const CSV: Export = Export {
    id: "findings-csv",
    help: "Write the findings as CSV, one a line",
    media_type: "text/csv",
    is_at_top: false,
    about: |_| About::new("findings (CSV)", "findings.csv"),
    writer: Writer::Findings(in_extra(csv, findings_elsewhere)),
};

/// Findings as JSON lines.
pub const LINES: Export = Export {
    id: "findings-jsonl",
    help: "Write the findings as JSON lines, one a line",
    media_type: "application/jsonl",
    is_at_top: false,
    about: |_| About::new("findings (JSON lines)", "findings.jsonl"),
    writer: Writer::Findings(in_extra(lines, findings_elsewhere)),
};

const HEADINGS: &str = "id,severity,score,confidence,detector,category,title,first_seen,last_seen,sources,destinations,\
    ports,protocol,names,flows,packets,technique,display_filter\n";

/// A heading, then a line for each; lists are parted by spaces, times are UTC.
fn csv(_: &Analysis, findings: &[&Finding]) -> String {
    let mut out = HEADINGS.as_bytes().to_vec();
    for finding in findings {
        let when = |ns: i64| if finding.has_time() { time::iso(ns) } else { String::new() };
        let texts = [
            finding.id.clone(),
            finding.severity.id().to_owned(),
            format!("{:.3}", finding.score),
            format!("{:.2}", finding.confidence),
            finding.detector.clone(),
            finding.category.id().to_owned(),
            finding.title.clone(),
            when(finding.start_ns),
            when(finding.end_ns),
            joined(&finding.sources),
            joined(&finding.targets),
            joined(&finding.ports),
            finding.protocol.clone(),
            joined(&finding.names),
            finding.n_flows.to_string(),
            finding.n_packets.to_string(),
            finding.technique.clone().unwrap_or_default(),
            finding.display_filter.clone(),
        ];
        cell::line(&mut out, &texts);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An object a line; its fields have the names that the JSON document gives them.
fn lines(_: &Analysis, findings: &[&Finding]) -> String {
    let texts = |all: &[crate::model::Endpoint]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut out = String::new();
    for finding in findings {
        let line = json!({
            "id": finding.id,
            "detector": finding.detector,
            "category": finding.category.id(),
            "title": finding.title,
            "severity": finding.severity.id(),
            "score": finding.score,
            "confidence": finding.confidence,
            "technique": finding.technique,
            "start": time::seconds(finding.start_ns),
            "end": time::seconds(finding.end_ns),
            "sources": texts(&finding.sources),
            "targets": texts(&finding.targets),
            "ports": finding.ports,
            "protocol": finding.protocol,
            "names": finding.names,
            "flows": finding.n_flows,
            "packets": finding.n_packets,
            "explanation": finding.explanation,
            "display_filter": finding.display_filter,
        });
        out.push_str(&visible::json(&line.to_string()));
        out.push('\n');
    }
    out
}

fn joined<T: ToString>(all: &[T]) -> String {
    all.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;

    #[test]
    fn a_table_holds_no_formula_and_lines_are_objects() {
        let mut finding = made("beacon", &[[10, 0, 0, 1], [10, 0, 0, 2]], &[[192, 0, 2, 1]]);
        finding.title = "=cmd() calls \"home\",\u{202e} daily".to_owned();
        finding.names = vec!["+a.example".to_owned()];
        let table = csv(&Analysis::default(), &[&finding, &finding]);
        assert_eq!(table.lines().count(), 3);
        let line = table.lines().nth(1).unwrap();
        assert!(line.contains(",\"'=cmd() calls \"\"home\"\",") && line.contains(",'+a.example,"), "{line}");
        assert!(line.contains(",10.0.0.1 10.0.0.2,192.0.2.1,"), "{line}");
        let text = lines(&Analysis::default(), &[&finding]);
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object["title"], finding.title);
        assert!(text.contains("\\u202e") && text.ends_with("}\n"));
    }
}
