//! A capture to what is normal in it: who is there, what is offered and used, how much and in what sizes.

use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::model::format::time::SECOND;
use crate::model::{FieldId, Flow, Site};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the file's form.
const VERSION: u32 = 1;
/// What a file says that it is.
const FORMAT: &str = "packetloupe baseline";
/// Most entries of a list; what comes past it is counted.
const MOST: usize = 50_000;
/// Values of a distribution that are kept, evenly spaced among the sorted ones.
const MOST_VALUES: usize = 2000;
/// Length of a window in which flows are counted, seconds.
pub const WINDOW: i64 = 60;

/// What is normal.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Says what the file is.
    pub format: String,
    /// Form of the file.
    pub version: u32,
    /// Names of the files that it is of.
    pub files: Vec<String>,
    /// Flows.
    pub n_flows: u64,
    /// From the first packet to the last, seconds; 0 if the flows have no times.
    pub seconds: f64,
    /// By kind of thing and name.
    pub things: BTreeMap<ThingKind, BTreeMap<String, Thing>>,
    /// Things that were too many to keep, by kind.
    pub left_out: BTreeMap<ThingKind, u64>,
    /// Ascending values, by name.
    pub distributions: BTreeMap<String, Distribution>,
}

/// A kind of thing that there is or is not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThingKind {
    /// An address of the networks inside.
    InternalHost,
    /// An address elsewhere.
    ExternalHost,
    /// A host inside and the transport and port that it answers on.
    Service,
    /// A transport and port that somebody answers on.
    Port,
    /// A client and a service inside.
    Use,
    /// An application protocol.
    Application,
    /// A server's name, as clients ask for it.
    Name,
    /// Subject and issuer of a certificate.
    Certificate,
}

impl ThingKind {
    /// All.
    pub const ALL: [ThingKind; 8] = [
        ThingKind::InternalHost,
        ThingKind::ExternalHost,
        ThingKind::Service,
        ThingKind::Port,
        ThingKind::Use,
        ThingKind::Application,
        ThingKind::Name,
        ThingKind::Certificate,
    ];

    /// For people: what one is, and many are.
    pub fn nouns(self) -> (&'static str, &'static str) {
        match self {
            ThingKind::InternalHost => ("internal host", "internal hosts"),
            ThingKind::ExternalHost => ("external host", "external hosts"),
            ThingKind::Service => ("internal service", "internal services"),
            ThingKind::Port => ("server port", "server ports"),
            ThingKind::Use => ("use of an internal service", "uses of internal services"),
            ThingKind::Application => ("application protocol", "application protocols"),
            ThingKind::Name => ("server name", "server names"),
            ThingKind::Certificate => ("certificate", "certificates"),
        }
    }
}

/// How much of a thing there is.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Thing {
    /// Flows.
    pub flows: u64,
    /// Bytes on the wire of these flows.
    pub bytes: u64,
    /// Beginning of its first flow, ns since 1970.
    pub first_ns: i64,
}

/// Values of a kind.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Distribution {
    /// Unit; empty for plain counts and ratios.
    pub unit: String,
    /// Values that there were.
    pub n: u64,
    /// Ascending: all of them, or so many evenly spaced ones.
    pub values: Vec<f64>,
}

/// What a profile is made of.
pub struct Sources<'a> {
    /// Flows.
    pub flows: &'a FlowTable,
    /// What they said.
    pub fields: &'a FlowFields,
    /// Texts of the traffic.
    pub names: &'a Names,
    /// Which networks are inside.
    pub site: &'a Site,
    /// Names of the files.
    pub files: Vec<String>,
    /// Serial numbers of the flows that count, ascending; all if none are named.
    pub passing: Option<&'a [u32]>,
}

impl<'a> Sources<'a> {
    /// The flows that count.
    pub fn counted(&self) -> impl Iterator<Item = (u32, &'a Flow)> {
        let passing = self.passing;
        let passes = move |serial: &u32| passing.is_none_or(|passing| passing.binary_search(serial).is_ok());
        self.flows.iter().filter(move |(serial, flow)| flow.is_counted() && passes(serial))
    }
}

/// The things of a flow, and what they are called.
pub fn things_of(flow: &Flow, from: &Sources<'_>) -> Vec<(ThingKind, String)> {
    let ((client, _), (server, port)) = (flow.originator(), flow.responder());
    let mut things = Vec::new();
    let mut host = |addr: crate::model::Addr| {
        let kind = if from.site.is_inside(addr) { ThingKind::InternalHost } else { ThingKind::ExternalHost };
        things.push((kind, addr.to_string()));
    };
    if !client.is_group() {
        host(client);
    }
    if !flow.is_to_group() {
        host(server);
    }
    let has_answered = flow.backward().packets > 0 && !flow.is_to_group();
    if has_answered && (flow.is_tcp() || flow.is_udp()) {
        let port = format!("{}/{port}", flow.transport().to_string().to_lowercase());
        if from.site.is_inside(server) {
            things.push((ThingKind::Use, format!("{client} to {server} {port}")));
            things.push((ThingKind::Service, format!("{server} {port}")));
        }
        things.push((ThingKind::Port, port));
    }
    things.extend(flow.app.map(|app| (ThingKind::Application, app.name().to_owned())));
    let name = from.names.text(flow.name);
    if !name.is_empty() {
        things.push((ThingKind::Name, name.to_lowercase()));
    }
    let text = |kind: FieldId| {
        let found = from.fields.values(flow, kind).find(|field| field.is_text);
        found.map(|field| from.names.text(field.value as u32).to_owned())
    };
    if let Some(subject) = text(FieldId::CertSubject) {
        let issuer = text(FieldId::CertIssuer).unwrap_or_default();
        things.push((ThingKind::Certificate, format!("{subject} issued by {issuer}")));
    }
    things
}

/// Name, unit, and how it is taken from a flow.
type Figure = (&'static str, &'static str, fn(&Flow) -> Option<f64>);

/// Figures of a flow of which the distribution is kept.
const FIGURES: &[Figure] = &[
    ("bytes to the responder", "B", |flow| Some(flow.forward().bytes as f64)),
    ("bytes to the originator", "B", |flow| Some(flow.backward().bytes as f64)),
    ("packets of a flow", "packets", |flow| Some(flow.packets() as f64)),
    ("duration of a flow", "s", |flow| (flow.first_ns != 0).then(|| flow.duration_ns() as f64 / SECOND as f64)),
    ("bytes of a packet", "B", |flow| (flow.packets() > 0).then(|| flow.bytes() as f64 / flow.packets() as f64)),
];

impl Profile {
    /// What is normal in a capture or a table of flows.
    pub fn of(from: &Sources<'_>) -> Profile {
        let mut profile =
            Profile { format: FORMAT.to_owned(), version: VERSION, files: from.files.clone(), ..Profile::default() };
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); FIGURES.len()];
        let mut windows: BTreeMap<i64, u64> = BTreeMap::new();
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for (_, flow) in from.counted() {
            profile.n_flows += 1;
            for (kind, name) in things_of(flow, from) {
                let known = profile.things.entry(kind).or_default();
                if known.len() >= MOST && !known.contains_key(&name) {
                    *profile.left_out.entry(kind).or_default() += 1;
                    continue;
                }
                let thing = known.entry(name).or_insert(Thing { first_ns: flow.first_ns, ..Thing::default() });
                thing.flows += 1;
                thing.bytes += flow.bytes();
                thing.first_ns = thing.first_ns.min(flow.first_ns);
            }
            for ((.., value), values) in FIGURES.iter().zip(&mut values) {
                values.extend(value(flow));
            }
            if flow.first_ns != 0 {
                *windows.entry(flow.first_ns / (WINDOW * SECOND)).or_default() += 1;
                (first, last) = (first.min(flow.first_ns), last.max(flow.last_ns));
            }
        }
        if last > first {
            profile.seconds = (last - first) as f64 / SECOND as f64;
        }
        for ((name, unit, _), values) in FIGURES.iter().zip(values) {
            profile.keep(name, unit, values);
        }
        if let (Some((low, _)), Some((high, _))) = (windows.first_key_value(), windows.last_key_value()) {
            // The first and the last window are cut off by the capture.
            let whole = (low + 1..*high).take(1_000_000).map(|at| windows.get(&at).copied().unwrap_or(0) as f64);
            let whole: Vec<f64> = whole.collect();
            profile.keep("flows that begin in a minute", "", whole);
        }
        profile
    }

    fn keep(&mut self, name: &str, unit: &str, mut values: Vec<f64>) {
        if values.is_empty() {
            return;
        }
        values.sort_unstable_by(f64::total_cmp);
        let n = values.len();
        if n > MOST_VALUES {
            let place = |i: usize| i * (n - 1) / (MOST_VALUES - 1);
            values = (0..MOST_VALUES).filter_map(|i| values.get(place(i)).copied()).collect();
        }
        self.distributions.insert(name.to_owned(), Distribution { unit: unit.to_owned(), n: n as u64, values });
    }

    /// A profile of its file; a sentence if it is none that this program understands.
    pub fn read(text: &str) -> Result<Profile, String> {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| format!("this is no baseline file: {error}"))?;
        if value.get("format").and_then(serde_json::Value::as_str) != Some(FORMAT) {
            return Err("this is no baseline file".to_owned());
        }
        let version = value.get("version").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if version != u64::from(VERSION) {
            return Err(format!("its form is version {version}, and this program reads version {VERSION}"));
        }
        Profile::deserialize(value).map_err(|error| format!("the baseline file is damaged: {error}"))
    }

    /// Its file.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Things of a kind.
    pub fn of_kind(&self, kind: ThingKind) -> impl Iterator<Item = (&String, &Thing)> {
        self.things.get(&kind).into_iter().flatten()
    }

    /// A thing.
    pub fn thing(&self, kind: ThingKind, name: &str) -> Option<&Thing> {
        self.things.get(&kind)?.get(name)
    }
}
