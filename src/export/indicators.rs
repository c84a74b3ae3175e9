//! Indicators of findings as a list: addresses outside, names, fingerprints (JA3, JA4) and hashes, each with the findings that
//! name it. `--indicators` reads it again.

use crate::export::cell;
use crate::export::{About, Export, TableExport, Tables, Writer};
use crate::flow::fields::FlowField;
use crate::model::app::field::{FieldId, FieldValue};
use crate::model::{Analysis, Endpoint, Finding};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The list.
pub const EXPORT: Export = Export {
    id: "indicator-list",
    help: "Write the indicators of findings as CSV: addresses outside, names, fingerprints and hashes",
    media_type: "text/csv",
    is_at_top: false,
    about: |_| About::new("indicators (CSV)", "indicators.csv"),
    writer: Writer::Tables(TableExport::Indicators),
};

/// Fields that identify a program or a file.
const FIELDS: [(FieldId, &str); 3] = [(FieldId::Ja3, "ja3"), (FieldId::Ja4, "ja4"), (FieldId::Hash, "hash")];

/// A heading and one line for each indicator, in order of kinds and values.
pub fn write(out: &mut dyn Write, analysis: &Analysis, tables: &Tables<'_>) -> io::Result<()> {
    let mut all: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    for finding in analysis.findings.iter().filter(|finding| is_selected(finding, tables.passing)) {
        let mut add = |kind: &'static str, value: String| {
            all.entry((kind, value)).or_default().insert(finding.id.as_str());
        };
        for endpoint in finding.sources.iter().chain(&finding.targets) {
            match endpoint {
                // One's own hosts indicate nothing elsewhere.
                Endpoint::Ip(host) if !analysis.site.is_inside(*host) && !host.is_group() => {
                    add("address", host.to_string())
                }
                _ => {}
            }
        }
        finding.names.iter().for_each(|name| add("name", name.trim_end_matches('.').to_owned()));
        for flow in finding.flow_serials.iter().filter_map(|serial| tables.flows.get(*serial)) {
            for FlowField { kind, value, .. } in tables.fields.of(flow, tables.names) {
                if let (Some((_, name)), FieldValue::Text(text)) =
                    (FIELDS.iter().find(|(field, _)| *field == kind), value)
                {
                    add(name, text.to_owned());
                }
            }
        }
    }
    out.write_all(b"type,value,findings\n")?;
    let mut line = Vec::new();
    for ((kind, value), findings) in all {
        line.clear();
        let findings: Vec<&str> = findings.into_iter().collect();
        cell::line(&mut line, [kind, &value, &findings.join(" ")]);
        out.write_all(&line)?;
    }
    Ok(())
}

/// True if one of its flows is selected, or if all are.
pub fn is_selected(finding: &Finding, passing: Option<&[u32]>) -> bool {
    passing.is_none_or(|passing| finding.flow_serials.iter().any(|serial| passing.binary_search(serial).is_ok()))
}
