//! What the rows of a matrix are: flows, hosts, pairs, windows or rows, how each is called and where it leads.

use super::feature::Feature;
use super::spans::Spans;
use super::{ends, flow_figures, spans, table_rows};
use crate::learn::prepare::Values;
use crate::model::format::time;
use crate::model::net::addr::Endpoint;
use crate::model::{Addr, Category, Finding, Flow};
use crate::pipeline::Pipeline;
use crate::protocol::anomalies::{AnomalyChoice, AnomalyLink, AnomalyScope};
use crate::stats::label_columns::{HeldFor, label_columns};
use crate::stats::labels::{Labels, labels};
use crate::stats::rows::RowStore;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The rows of a matrix, in order.
pub struct Subjects {
    scope: AnomalyScope,
    kind: Kind,
}

enum Kind {
    /// Serial numbers.
    Flows(Vec<u32>),
    Hosts(Vec<Addr>),
    Pairs(Vec<(Addr, Addr)>),
    Windows(Spans),
    /// How many are kept.
    Rows(usize),
}

impl Subjects {
    /// What there is of a scope; none if there is nothing.
    pub fn of(pipeline: &Pipeline, choice: &AnomalyChoice) -> Option<Subjects> {
        let kind = match choice.scope {
            AnomalyScope::Flows => {
                let counted = pipeline.flows().iter().filter(|(_, flow)| flow.is_counted());
                Kind::Flows(counted.map(|(serial, _)| serial).collect())
            }
            AnomalyScope::Hosts => Kind::Hosts(ends::hosts(pipeline)),
            AnomalyScope::Pairs => Kind::Pairs(ends::pairs(pipeline)),
            AnomalyScope::Windows if has_times(pipeline) => Kind::Windows(Spans::of(pipeline, choice.window_seconds)?),
            AnomalyScope::Windows => return None,
            AnomalyScope::Rows => Kind::Rows(pipeline.rows()?.len()),
        };
        Some(Subjects { scope: choice.scope, kind }).filter(|subjects| !subjects.is_empty())
    }

    /// What one of them is.
    pub fn scope(&self) -> AnomalyScope {
        self.scope
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.kind {
            Kind::Flows(serials) => serials.len(),
            Kind::Hosts(hosts) => hosts.len(),
            Kind::Pairs(pairs) => pairs.len(),
            Kind::Windows(spans) => spans.len(),
            Kind::Rows(n) => *n,
        }
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length of a window, seconds; 0 if these are none.
    pub fn window_seconds(&self) -> f64 {
        if let Kind::Windows(spans) = &self.kind { spans.seconds() } else { 0.0 }
    }

    /// What is known of each.
    pub fn features(&self, pipeline: &Pipeline) -> Vec<Feature> {
        match &self.kind {
            Kind::Flows(_) => flow_figures::features(pipeline),
            Kind::Hosts(_) => ends::of_hosts(),
            Kind::Pairs(_) => ends::of_pairs(),
            Kind::Windows(_) => spans::features(),
            Kind::Rows(_) => pipeline.rows().map(table_rows::features).unwrap_or_default(),
        }
    }

    /// What more could be known of them, in words.
    pub fn note(&self, pipeline: &Pipeline) -> Option<String> {
        let is_lacking = matches!(self.kind, Kind::Flows(_)) && !flow_figures::has_records(pipeline);
        is_lacking.then(|| {
            let setting = crate::settings::MORE_COLUMNS.label;
            format!("Entropy, handshake times, periodicity and Kitsune's statistics of host and pair come with the setting \"{setting}\".")
        })
    }

    /// The values of some features, by their places, for some of them, by theirs.
    pub fn values(&self, pipeline: &Pipeline, members: &[u32], wanted: &[usize]) -> Vec<Values> {
        let columns = match &self.kind {
            Kind::Flows(serials) => {
                let own: Vec<u32> = members.iter().filter_map(|place| serials.get(*place as usize)).copied().collect();
                return flow_figures::values(pipeline, &own, wanted);
            }
            Kind::Rows(_) => {
                let rows = pipeline.rows();
                return rows.map(|rows| table_rows::values(rows, members, wanted)).unwrap_or_default();
            }
            Kind::Hosts(hosts) => ends::host_values(pipeline, hosts),
            Kind::Pairs(pairs) => ends::pair_values(pipeline, pairs),
            Kind::Windows(spans) => spans.values(pipeline),
        };
        let of = |column: &Vec<f64>| {
            members.iter().map(|place| column.get(*place as usize).copied().unwrap_or(f64::NAN)).collect()
        };
        wanted.iter().map(|place| Values::Numbers(columns.get(*place).map(of).unwrap_or_default())).collect()
    }

    /// What the label of a table says of some of them: the column, the classes with how many rows each has and whether it is an
    /// attack, and the class of each. Of a flow it is that of its first row.
    pub fn labels(&self, pipeline: &Pipeline, choice: &AnomalyChoice, members: &[u32]) -> Option<RowLabels> {
        let rows = pipeline.rows().filter(|rows| rows.is_whole())?;
        let column = label(rows, choice.label.as_deref())?;
        let name = rows.layout().columns.get(column)?.name.clone();
        let all: Labels = labels(rows, column, &[]);
        let of_members: Vec<Option<u32>> = match &self.kind {
            Kind::Rows(_) => members.iter().map(|row| all.of_rows().get(*row as usize).copied()).collect(),
            Kind::Flows(serials) => {
                let mut first: BTreeMap<u32, u32> = BTreeMap::new();
                for (serial, class) in pipeline.flows_of_rows().into_iter().zip(all.of_rows()) {
                    serial.into_iter().for_each(|serial| {
                        first.entry(serial).or_insert(*class);
                    });
                }
                let class = |place: &u32| first.get(serials.get(*place as usize)?).copied();
                members.iter().map(class).collect()
            }
            _ => return None,
        };
        let mut classes: Vec<(String, u64, bool)> =
            all.classes().iter().map(|class| (class.name.clone(), 0, class.is_attack)).collect();
        for class in of_members.iter().flatten() {
            classes.get_mut(*class as usize).into_iter().for_each(|(_, n, _)| *n += 1);
        }
        let n_attacks: u64 = classes.iter().filter(|(.., is_attack)| *is_attack).map(|(_, n, _)| n).sum();
        // With one kind of rows there is nothing to judge.
        let is_of_use = n_attacks > 0 && n_attacks < of_members.len() as u64 && of_members.iter().all(Option::is_some);
        is_of_use.then(|| RowLabels { label: name, classes, of_rows: of_members.into_iter().flatten().collect() })
    }

    /// What one is called.
    pub fn name(&self, pipeline: &Pipeline, place: usize) -> String {
        match &self.kind {
            Kind::Flows(serials) => {
                let flow = serials.get(place).and_then(|serial| pipeline.flows().get(*serial));
                flow.map(flow_name).unwrap_or_default()
            }
            Kind::Hosts(hosts) => hosts.get(place).map(ToString::to_string).unwrap_or_default(),
            Kind::Pairs(pairs) => pairs.get(place).map(|(from, to)| format!("{from} → {to}")).unwrap_or_default(),
            Kind::Windows(spans) => {
                let (start, end) = spans.extent(place);
                let clock = |ns| {
                    time::text(ns, 0).get(11..).map(|text| text.trim_end_matches('0').trim_end_matches('.').to_owned())
                };
                let day = time::text(start, 0).get(..11).map(str::to_owned).unwrap_or_default();
                format!("{day}{} to {} UTC", clock(start).unwrap_or_default(), clock(end).unwrap_or_default())
            }
            Kind::Rows(_) => {
                let number = pipeline.rows().and_then(|rows| rows.number(place)).unwrap_or(place as u64);
                format!("row {}", number + 1)
            }
        }
    }

    /// Where one leads.
    pub fn link(&self, pipeline: &Pipeline, place: usize) -> AnomalyLink {
        match &self.kind {
            Kind::Flows(serials) => {
                serials.get(place).map_or(AnomalyLink::Nowhere, |serial| AnomalyLink::Flow(*serial))
            }
            Kind::Hosts(hosts) => {
                hosts.get(place).map_or(AnomalyLink::Nowhere, |host| AnomalyLink::Flows(host.to_string()))
            }
            Kind::Pairs(pairs) => {
                pairs.get(place).map_or(AnomalyLink::Nowhere, |(from, to)| AnomalyLink::Flows(format!("{from} {to}")))
            }
            Kind::Windows(_) => AnomalyLink::Nowhere,
            Kind::Rows(_) => {
                let number = pipeline.rows().and_then(|rows| rows.number(place));
                number.map_or(AnomalyLink::Nowhere, AnomalyLink::Row)
            }
        }
    }

    /// The gravest finding of what was done that means one; those of models say no more than learning does.
    pub fn finding<'a>(&self, pipeline: &Pipeline, findings: &'a [Finding], place: usize) -> Option<&'a Finding> {
        let is_source = |finding: &Finding, host: Addr| finding.sources.contains(&Endpoint::Ip(host));
        let means = |finding: &&Finding| match &self.kind {
            Kind::Flows(serials) => {
                serials.get(place).is_some_and(|serial| finding.flow_serials.binary_search(serial).is_ok())
            }
            Kind::Hosts(hosts) => hosts.get(place).is_some_and(|host| is_source(finding, *host)),
            Kind::Pairs(pairs) => pairs
                .get(place)
                .is_some_and(|(from, to)| is_source(finding, *from) && finding.targets.contains(&Endpoint::Ip(*to))),
            Kind::Windows(_) => false,
            Kind::Rows(_) => {
                let number = pipeline.rows().and_then(|rows| rows.number(place));
                number.is_some_and(|number| finding.packet_indices.binary_search(&number).is_ok())
            }
        };
        findings.iter().filter(|finding| finding.category != Category::Statistical).find(means)
    }

    /// The number that one has in its file, for rows: other rows of the file were not kept.
    pub fn number(&self, pipeline: &Pipeline, place: usize) -> u64 {
        match &self.kind {
            Kind::Rows(_) => pipeline.rows().and_then(|rows| rows.number(place)).unwrap_or(place as u64),
            _ => place as u64,
        }
    }
}

/// The column that results are compared with: that of this name, else the label of the table, else the first that is held for one.
fn label(rows: &RowStore, name: Option<&str>) -> Option<usize> {
    let columns = &rows.layout().columns;
    if let Some(name) = name {
        return columns.iter().position(|column| column.name == name);
    }
    let held = || label_columns(rows).iter().position(|held| matches!(held, Some(HeldFor::Label | HeldFor::Name)));
    rows.layout().label.map(|label| label as usize).or_else(held)
}

/// What a label says of rows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RowLabels {
    /// The column.
    pub label: String,
    /// Name, rows, and whether it is an attack.
    pub classes: Vec<(String, u64, bool)>,
    /// The class of each row.
    pub of_rows: Vec<u32>,
}

/// The scopes that there are, with how many each has.
pub fn scopes(pipeline: &Pipeline, choice: &AnomalyChoice) -> Vec<(AnomalyScope, u64)> {
    let n = |scope: AnomalyScope| {
        let subjects = Subjects::of(pipeline, &AnomalyChoice { scope, ..choice.clone() })?;
        Some((scope, subjects.len() as u64))
    };
    AnomalyScope::ALL.into_iter().filter_map(n).collect()
}

/// In a table without times all flows begin at once.
fn has_times(pipeline: &Pipeline) -> bool {
    pipeline.flows().iter().any(|(_, flow)| flow.first_ns != 0)
}

fn flow_name(flow: &Flow) -> String {
    let ((from, from_port), (to, to_port)) = (flow.originator(), flow.responder());
    let has_ports = flow.is_tcp() || flow.is_udp();
    let end = |addr: Addr, port: u16| match addr.to_string() {
        text if !has_ports => text,
        text if text.contains(':') => format!("[{text}]:{port}"),
        text => format!("{text}:{port}"),
    };
    let app = flow.app.map_or_else(|| flow.transport().to_string(), |app| app.name().to_owned());
    format!("{} → {} {app}", end(from, from_port), end(to, to_port))
}
