//! Pairs of an internal host and one outside to their beacon scores, a line each, as RITA lists what it found.
//!
//! The columns that both know carry the names of RITA 5 (`rita view --stdout`); the four parts of the score follow. Severity, threat
//! intelligence and what RITA takes from other logs are left out rather than guessed.

use crate::export::flow_values::{flows, sent, transport};
use crate::export::{About, Export, TableExport, Tables, Writer, cell};
use crate::flow::beacon_score::{Parts, parts};
use crate::maths::sorting::{Arrange, Gather};
use crate::model::flow::Known;
use crate::model::format::time::{self, SECOND};
use crate::model::{Addr, Analysis, Flow};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// The list.
pub const EXPORT: Export = Export {
    id: "beacons",
    help: "Write the beacon score of every pair of an internal host and one outside as CSV, with RITA's columns",
    media_type: "text/csv",
    is_at_top: false,
    about: |_| About::new("beacon scores (CSV)", "beacons.csv"),
    writer: Writer::Tables(TableExport::Beacons),
};

const COLUMNS: [&str; 15] = [
    "Source IP",
    "Destination IP",
    "FQDN",
    "Beacon Score",
    "Strobe",
    "Total Duration",
    "Prevalence",
    "First Seen",
    "Connection Count",
    "Total Bytes",
    "Port:Proto:Service",
    "Timestamp Score",
    "Data Size Score",
    "Duration Score",
    "Histogram Score",
];

/// From so many connections a day on RITA calls a pair a strobe.
const STROBE_PER_DAY: usize = 86_400;
const DAY: i64 = 86_400;

/// The flows of one pair.
#[derive(Default)]
struct Pair<'a> {
    flows: Vec<&'a Flow>,
    services: BTreeSet<String>,
    name: &'a str,
}

/// A heading and one line for each pair with a score, the highest first.
pub fn write(out: &mut dyn Write, analysis: &Analysis, tables: &Tables<'_>) -> io::Result<()> {
    let mut pairs: BTreeMap<(Addr, Addr), Pair<'_>> = BTreeMap::new();
    let mut sources: BTreeMap<Addr, BTreeSet<Addr>> = BTreeMap::new();
    for (_, flow) in flows(tables).filter(|(_, flow)| flow.first_ns != 0) {
        let (source, target) = (flow.originator().0, flow.responder().0);
        if !analysis.site.is_inside(source) || analysis.site.is_inside(target) || target.is_group() {
            continue;
        }
        sources.entry(target).or_default().insert(source);
        let pair = pairs.entry((source, target)).or_default();
        let name = tables.names.text(flow.name);
        pair.name = if pair.name.is_empty() { name } else { pair.name };
        pair.services.insert(service(flow));
        pair.flows.push(flow);
    }
    let n_sources = sources.values().flatten().copied().gathered::<BTreeSet<Addr>>().len().max(1);
    let ends = || pairs.values().flat_map(|pair| &pair.flows).map(|flow| flow.first_ns / SECOND);
    let span = (ends().min().unwrap_or(0), ends().max().unwrap_or(0));
    let scored = |(who, mut pair): ((Addr, Addr), _)| Some((parts_of(&mut pair, span)?, who, pair));
    let mut lines: Vec<(Parts, (Addr, Addr), Pair<'_>)> = pairs.into_iter().filter_map(scored).collect();
    lines.arrange_by(|(a, ..), (b, ..)| b.score().total_cmp(&a.score()));
    writeln!(out, "{}", COLUMNS.join(","))?;
    let mut line = Vec::new();
    for (parts, (source, target), pair) in lines {
        let prevalence = sources.get(&target).map_or(0, BTreeSet::len) as f64 / n_sources as f64;
        line.clear();
        cell::line(&mut line, cells(&parts, (source, target), &pair, prevalence, span));
        out.write_all(&line)?;
    }
    Ok(())
}

/// The score of a pair; none with too few connections. Its flows are in order of time then.
fn parts_of(pair: &mut Pair<'_>, span: (i64, i64)) -> Option<Parts> {
    pair.flows.arrange_by_key(|flow| flow.first_ns);
    let seconds: Vec<i64> = pair.flows.iter().map(|flow| flow.first_ns / SECOND).collect();
    let upward = |flow: &&Flow| sent(flow, Known::FORWARD, flow.forward()).1;
    let bytes: Vec<f64> = pair.flows.iter().filter_map(upward).map(|bytes| bytes as f64).collect();
    parts(&seconds, &bytes, span)
}

fn cells(
    parts: &Parts,
    (source, target): (Addr, Addr),
    pair: &Pair<'_>,
    prevalence: f64,
    span: (i64, i64),
) -> [String; COLUMNS.len()] {
    let days = ((span.1 - span.0) as f64 / DAY as f64).max(1.0);
    let lasting: i64 = pair.flows.iter().map(|flow| flow.last_ns - flow.first_ns).sum();
    let both = |flow: &&Flow| {
        let back = sent(flow, Known::BACKWARD, flow.backward()).1;
        sent(flow, Known::FORWARD, flow.forward()).1.zip(back).map(|(there, back)| there + back)
    };
    let bytes: Option<u64> = pair.flows.iter().map(both).sum();
    let services: Vec<&str> = pair.services.iter().map(String::as_str).collect();
    let rounded = |value: f64| ((value * 1000.0).round() / 1000.0).to_string();
    [
        source.to_string(),
        target.to_string(),
        pair.name.to_owned(),
        rounded(parts.score()),
        (pair.flows.len() as f64 >= STROBE_PER_DAY as f64 * days).to_string(),
        rounded(lasting as f64 / SECOND as f64),
        rounded(prevalence),
        pair.flows.first().map(|flow| time::text(flow.first_ns, 0)).unwrap_or_default(),
        pair.flows.len().to_string(),
        bytes.map(|bytes| bytes.to_string()).unwrap_or_default(),
        services.join(" "),
        rounded(parts.timestamp),
        rounded(parts.size),
        rounded(parts.duration),
        rounded(parts.histogram),
    ]
}

/// `443:tcp:tls`; a part stays empty where it is not known.
fn service(flow: &Flow) -> String {
    let app = flow.app.map(|app| app.name().to_lowercase()).unwrap_or_default();
    let port = flow.measured(Known::PORTS, flow.responder().1).map(|port| port.to_string()).unwrap_or_default();
    format!("{port}:{}:{app}", transport(flow).unwrap_or_default())
}
