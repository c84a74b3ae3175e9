//! The contract of a dimension: what it is called, and which of its values a flow, a packet or a row has.

use super::key::{Key, Side};
use super::sources::{FlowItem, Sources};
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::format::secret::{self, Secrets};
use crate::model::rows::ColumnKind;
use std::borrow::Cow;

/// A dimension: its file's stem is its id.
pub struct Dimension {
    /// Id.
    pub id: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// What it belongs to in lists.
    pub group: &'static str,
    /// What it is, in a sentence.
    pub help: &'static str,
    /// What it is of.
    pub takes: Takes,
    /// How its values are found.
    pub values: Values,
    /// The value of a packet that belongs to no flow, by its protocol.
    pub alone: fn(Option<AppProto>) -> Key,
    /// A flow may have several values.
    pub is_overlapping: bool,
    /// Its values are taken from the file: they are the same in every language.
    pub has_data: bool,
    /// Values have an order of their own, of so many (0: open); none for names.
    pub steps: Option<u32>,
    /// A value in words; [`Key::At`] is its to name.
    pub words: fn(Key, &Asked<'_>) -> String,
    /// Filter of the flow table that selects flows with a value.
    pub filter: fn(Key, &Asked<'_>) -> Option<String>,
}

/// What a dimension or measure is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// It takes no parameter.
    Nothing,
    /// A width of time such as `10s`; without it one that suits the selection is chosen.
    Width,
    /// A field of application messages, by its id.
    Field,
    /// A column of a table, by its heading.
    Column,
    /// A column of numbers of a table, by its heading.
    Numbers,
    /// The label column of a table.
    Label,
}

/// How the values of a dimension are found.
pub enum Values {
    /// Of a flow; its packets have them too.
    Flow(fn(&FlowItem<'_>, &Asked<'_>, &mut Found)),
    /// Of the time of a packet, or at which a flow begins, ns since 1970: a place from 0, or none if it is unknown.
    Moment(fn(i64, &Asked<'_>) -> Option<i64>),
    /// Of the bytes of a packet: a place from 0.
    Packet(fn(u32) -> i64),
    /// Of the cell of a column.
    Cell(fn(u64, &Asked<'_>) -> Key),
}

/// A dimension or measure as it was asked for.
pub struct Asked<'a> {
    /// What is asked.
    pub sources: &'a Sources<'a>,
    /// The field that it is of.
    pub field: Option<FieldId>,
    /// The column that it is of.
    pub column: Option<usize>,
    /// What that column holds.
    pub kind: ColumnKind,
    /// First place of its scale, counted in widths.
    pub first: i64,
    /// Width of a step: ns, or a number.
    pub width_ns: i64,
    /// Width of a bin of numbers.
    pub width: f64,
    /// Number of places of its scale; 0 if that is open.
    pub n: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i32,
}

/// Values that were found.
#[derive(Default)]
pub struct Found(pub(super) Vec<(Key, Side)>);

impl Found {
    /// A value of the whole flow.
    pub fn add(&mut self, key: Key) {
        self.0.push((key, Side::Both));
    }

    /// A value of the whole flow, unless it was found already.
    pub fn add_once(&mut self, key: Key) {
        if !self.0.iter().any(|(other, _)| *other == key) {
            self.add(key);
        }
    }

    /// Values found so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if none was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A value of one side.
    pub fn add_side(&mut self, key: Key, side: Side) {
        self.0.push((key, side));
    }
}

impl Dimension {
    /// A dimension whose values are those of flows.
    pub const fn of_flows(
        (id, label, group): (&'static str, &'static str, &'static str),
        help: &'static str,
        values: fn(&FlowItem<'_>, &Asked<'_>, &mut Found),
    ) -> Dimension {
        Dimension {
            id,
            label,
            group,
            help,
            takes: Takes::Nothing,
            values: Values::Flow(values),
            alone: |_| Key::Unknown,
            is_overlapping: false,
            has_data: false,
            steps: None,
            words,
            filter: |_, _| None,
        }
    }

    /// A flow may have several values.
    #[must_use]
    pub const fn overlapping(mut self) -> Dimension {
        self.is_overlapping = true;
        self
    }

    /// Its values are taken from the file.
    #[must_use]
    pub const fn of_data(mut self) -> Dimension {
        self.has_data = true;
        self
    }

    /// It is of something.
    #[must_use]
    pub const fn taking(mut self, takes: Takes) -> Dimension {
        self.takes = takes;
        self
    }

    /// Its values are written otherwise.
    #[must_use]
    pub const fn worded(mut self, words: fn(Key, &Asked<'_>) -> String) -> Dimension {
        self.words = words;
        self
    }

    /// Its values have an order of their own, of so many; 0 if that is open.
    #[must_use]
    pub const fn in_steps(mut self, n: u32, words: fn(Key, &Asked<'_>) -> String) -> Dimension {
        self.steps = Some(n);
        self.words = words;
        self
    }

    /// Its values have a filter.
    #[must_use]
    pub const fn filtered(mut self, filter: fn(Key, &Asked<'_>) -> Option<String>) -> Dimension {
        self.filter = filter;
        self
    }

    /// Its values are found otherwise.
    #[must_use]
    pub const fn found(mut self, values: Values) -> Dimension {
        self.values = values;
        self
    }
}

/// A text of the traffic as it is shown: without secrets, whichever dimension it is of.
pub fn name<'a>(index: u32, asked: &Asked<'a>) -> Cow<'a, str> {
    let text = asked.sources.names.text(index);
    match (asked.field, asked.sources.secrets()) {
        (_, Secrets::Shown) => Cow::Borrowed(text),
        (Some(field), secrets) => secret::shown(field, text, secrets),
        (None, Secrets::Masked) => secret::address(text),
    }
}

/// A value in words, as most dimensions write it.
pub fn words(key: Key, asked: &Asked<'_>) -> String {
    let sources = asked.sources;
    match key {
        Key::At(place) => place.to_string(),
        Key::Host(host) => host.to_string(),
        Key::Pair(low, high) => format!("{low} – {high}"),
        Key::Mac(mac) => crate::model::net::addr::mac_text(mac),
        Key::Port(crate::model::Protocol::NOT_KNOWN, port) => port.to_string(),
        Key::Port(protocol, port) => {
            format!("{} {port}", crate::model::Protocol::from_ip_protocol(protocol))
        }
        Key::Number(number) => number.to_string(),
        Key::Name(index) => name(index, asked).into_owned(),
        Key::App(app, true) => app.name().to_owned(),
        Key::App(app, false) => format!("{} (by port)", app.name()),
        Key::Protocol(protocol) => protocol.to_string(),
        Key::Word(word) => word.to_owned(),
        Key::Finding(place) => {
            let finding = sources.analysis.findings.get(place as usize);
            finding.map_or_else(String::new, |finding| finding.title.clone())
        }
        Key::Severity(severity) => severity.name().to_owned(),
        Key::Cell(cell) => match (sources.rows, asked.column) {
            (Some(rows), Some(column)) => crate::stats::columns::words(rows, column, asked.kind, cell),
            _ => String::new(),
        },
        Key::Nothing => "(none)".to_owned(),
        Key::Unknown => "(unknown)".to_owned(),
        Key::Others => "(others)".to_owned(),
    }
}
