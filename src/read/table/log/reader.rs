//! Reads a row of a log: finds its kind and columns, which may differ from row to row, and turns it into connection and
//! messages.

use super::cells::{self, Cells};
use super::certificates::Certificates;
use super::connection::connection;
use super::contract::{Field, Log, Names, Rows};
use super::flows::{DROP, UNKNOWN};
use super::message::{LogRow, Messages};
use super::register::{ALL, named};
use super::reports::Reports;
use super::tool::Tool;
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::protocol::AppProto;
use crate::model::rows::{CellValue, Role};
use crate::read::table::RowContent;
use crate::read::table::dialect::Entry;
use crate::read::table::flow::{self, Units};
use crate::read::table::plain::plain;
use crate::read::table::roles::{self, Places, Row};
use crate::read::table::state;
use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// Columns that name the connection of a row.
const IDS: &[&str] = &["uid", "zeeksessionid", "flowid", "suricataeveflowid"];
/// Columns that say when what a row tells of was.
const TIMES: &[&str] = &["ts", "timestamp", "time"];
/// Columns that say what kind of log a row is of.
const KINDS: &[&str] = &["path", "eventtype", "suricataeveeventtype", "eventdataset", "stream", "sourcetype", "type"];

/// Reads rows of one table.
pub struct LogReader {
    tool: Tool,
    /// The kind of all rows, if the file says it or has the columns of only one.
    whole: Option<usize>,
    /// Columns as far as they are known: what each is called, plain and without the front of a module.
    columns: Vec<Column>,
    kinds: Vec<usize>,
    ids: Vec<usize>,
    times: Vec<usize>,
    /// Columns in which a firewall says what it did.
    verdicts: Vec<usize>,
    /// What the last row said of its kind, and the place of that in [`ALL`]: rows of a kind come together.
    last: (String, Option<usize>),
    /// Some columns are Suricata's.
    has_eve: bool,
    /// By place in [`ALL`], for those that were met.
    found: Vec<Option<Found>>,
    netflow: Places,
    /// What rows of one log say of connections of another.
    certificates: Certificates,
    /// The first of flow and netflow events that came; the others say the same again.
    counted: Option<Rows>,
    /// What was reported of connections that go on.
    reports: Reports,
    /// A row of a question alone came: answers stand in rows of their own.
    has_queries: bool,
}

struct Column {
    name: String,
    tool: Tool,
}

/// Where the columns of a kind of log stand.
#[derive(Default)]
struct Found {
    n_columns: usize,
    /// For each field of each message, those of `given` first.
    fields: Vec<Vec<usize>>,
    /// For each column that is asked for beside.
    columns: Vec<Vec<usize>>,
    refers: Vec<usize>,
    named_by: Vec<usize>,
    marks: Vec<Vec<Vec<usize>>>,
}

impl LogReader {
    /// For a table of a tool, whose rows are all of one kind if that is known.
    pub fn new(tool: Tool, whole: Option<&'static Log>) -> LogReader {
        LogReader {
            tool,
            whole: whole.and_then(|whole| ALL.iter().position(|log| log.id == whole.id)),
            columns: Vec::new(),
            kinds: Vec::new(),
            ids: Vec::new(),
            times: Vec::new(),
            verdicts: Vec::new(),
            last: (String::new(), None),
            has_eve: tool == Tool::Eve,
            found: ALL.iter().map(|_| None).collect(),
            netflow: Places::default(),
            certificates: Certificates::default(),
            counted: None,
            reports: Reports::default(),
            has_queries: false,
        }
    }

    /// Takes a column that has come up.
    pub fn add_column(&mut self, name: &str) {
        let place = self.columns.len();
        let lower = name.to_ascii_lowercase();
        // AWS Network Firewall puts an event around those of Suricata.
        let lower = match (self.tool, lower.strip_prefix("event.")) {
            (Tool::Eve, Some(rest)) => rest.to_owned(),
            _ => lower,
        };
        let (rest, tool) = match (lower.strip_prefix("zeek."), lower.strip_prefix("suricata.eve.")) {
            // Filebeat: zeek.dns.query is query of dns.log.
            (Some(rest), _) => (rest.split_once('.').map_or(rest, |(_, rest)| rest), Tool::Zeek),
            (_, Some(rest)) => (rest, Tool::Eve),
            _ => (lower.as_str(), self.tool),
        };
        let (whole, rest) = (plain(&lower), plain(rest));
        let is_other = (whole == "path" && !lower.starts_with(['_', '@', '#'])) || lower == "event.type";
        if KINDS.contains(&whole.as_str()) && !is_other {
            self.kinds.push(place);
        }
        if matches!(lower.as_str(), "event.type" | "event.action") {
            self.verdicts.push(place);
        }
        if IDS.contains(&whole.as_str()) {
            self.ids.push(place);
        }
        if TIMES.contains(&whole.as_str()) {
            self.times.push(place);
        }
        let of_netflow = [
            ("netflowpkts", Role::FwdPackets),
            ("netflowbytes", Role::FwdBytes),
            ("netflowstart", Role::Start),
            ("netflowend", Role::End),
        ];
        if let Some((_, role)) = of_netflow.iter().find(|(name, _)| tool == Tool::Eve && *name == rest) {
            self.netflow.add(*role, place, 0);
        }
        // Packetbeat reports flows that go on, each time with all that was counted so far.
        self.reports.has_some |= whole == "flowfinal";
        self.has_eve |= tool == Tool::Eve;
        self.columns.push(Column { name: rest, tool });
    }

    /// The moment of what a row tells of.
    pub fn moment(&self, row: &Row<'_>) -> Option<i64> {
        self.times.iter().find_map(|place| roles::moment(row.at(*place)))
    }

    /// What a row is beside a row. A row that is of no connection is nothing more.
    pub fn content(&mut self, row: &Row<'_>, entry: &Entry, units: Units, number: u64) -> RowContent {
        let Some(place) = self.kind(row) else { return RowContent::Row };
        let Some(log) = ALL.get(place) else { return RowContent::Row };
        let time_ns = self.moment(row);
        let (flow, messages) = match log.rows {
            Rows::Other if log.messages.is_empty() => return RowContent::Row,
            Rows::Other => {
                let messages = self.messages(place, log, row, Messages::new(None, time_ns.unwrap_or_default()));
                let named =
                    self.found.get(place).and_then(Option::as_ref).map(|found| first(row, Some(&found.named_by)));
                let name = named.and_then(|name| cells::shown(name, row.bytes));
                let waited = name.and_then(|name| self.certificates.add(&name, messages));
                return waited.map_or(RowContent::Row, |row| RowContent::Log(Box::new(row)));
            }
            Rows::Flows | Rows::HalfFlows => {
                if *self.counted.get_or_insert(log.rows) != log.rows {
                    return RowContent::Row;
                }
                let flow = self.counted_flow(row, log, entry, units, number);
                let messages = Messages::new(flow.as_ref(), time_ns.unwrap_or_default());
                (flow, messages)
            }
            Rows::Messages => {
                let Some(time_ns) = time_ns else { return RowContent::Row };
                let mut flow = connection(row, log, time_ns, number);
                if let Some(flow) = flow.as_mut().filter(|_| log.id == DROP.id || self.is_refused(row)) {
                    state::refuse(flow);
                }
                let messages = Messages::new(flow.as_ref(), time_ns);
                (flow, self.messages(place, log, row, messages))
            }
        };
        let Some(mut flow) = flow else { return RowContent::Row };
        let id = self.ids.iter().find_map(|place| Some((*place, cells::shown(row.at(*place), row.bytes)?)));
        let state = FixedState::default();
        let (connection, has_id) = match &id {
            Some((_, id)) => (state.hash_one(id.as_bytes()), true),
            None => (
                state.hash_one((
                    flow.key.low.0,
                    flow.key.high.0,
                    flow.key.low_port,
                    flow.key.high_port,
                    flow.key.protocol,
                )),
                false,
            ),
        };
        let is_part = has_id && log.rows == Rows::Flows && self.reports.subtract(connection, &mut flow);
        let mut log_row = LogRow { flow, connection, has_id, is_part, messages };
        let named = self.found.get(place).and_then(Option::as_ref).map(|found| first(row, Some(&found.refers)));
        // What the row says of its certificate itself is enough.
        if let Some(names) = named.and_then(|names| cells::shown(names, row.bytes))
            && !log_row.messages.has(FieldId::CertIssuer)
        {
            self.certificates.connect(&names, &mut log_row);
        }
        RowContent::Log(Box::new(log_row))
    }

    fn counted_flow(
        &self,
        row: &Row<'_>,
        log: &Log,
        entry: &Entry,
        units: Units,
        number: u64,
    ) -> Option<crate::model::Flow> {
        let mut of_half = None;
        if log.rows == Rows::HalfFlows && !self.netflow.has(Role::FwdPackets) {
            // The sum of both directions is that of the one which the row has.
            let places = of_half.insert(row.places.clone());
            for role in [Role::Packets, Role::Bytes] {
                while let Some(place) = places.get(role) {
                    places.remove(role, place);
                }
            }
        } else if log.rows == Rows::HalfFlows {
            let ends = [Role::Source, Role::SourcePort, Role::Target, Role::TargetPort, Role::Protocol, Role::Service];
            let places = of_half.insert(self.netflow.clone());
            ends.iter()
                .for_each(|role| row.places.get(*role).into_iter().for_each(|place| places.add(*role, place, 0)));
        }
        let row = Row { places: of_half.as_ref().unwrap_or(row.places), ..*row };
        if row.moment(Role::Start).is_some() {
            return flow::build(&row, entry, units, number);
        }
        let time = self.times.iter().find(|place| roles::moment(row.at(**place)).is_some())?;
        let mut places = row.places.clone();
        places.set(Role::Start, *time);
        flow::build(&Row { places: &places, ..row }, entry, units, number)
    }

    /// A firewall says that it turned the connection away.
    fn is_refused(&self, row: &Row<'_>) -> bool {
        let mut said = self.verdicts.iter().filter_map(|place| cells::shown(row.at(*place), row.bytes));
        said.any(|said| said.split(',').any(|word| state::refuses(word.trim().as_bytes())))
    }

    /// The place in [`ALL`] of the kind of log that a row is of.
    fn kind(&mut self, row: &Row<'_>) -> Option<usize> {
        let place_of = |log: &Log| ALL.iter().position(|other| other.id == log.id);
        if self.whole.is_some() {
            return self.whole;
        }
        let said = self.kinds.iter().filter_map(|place| cells::shown(row.at(*place), row.bytes));
        let mut is_said = false;
        for said in said {
            if self.last.0 != said {
                self.last = (said.clone().into_owned(), named(&said).and_then(place_of));
            }
            if let (_, Some(place)) = self.last {
                return Some(place);
            }
            is_said = true;
        }
        match self.tool {
            // Figures of the tool itself, and protocols that are not read.
            Tool::Eve => place_of(&UNKNOWN),
            Tool::Ecs => {
                let has_count =
                    [Role::FwdPackets, Role::Packets].iter().any(|role| row.value(*role) != CellValue::Missing);
                if has_count || self.kinds.is_empty() { Some(0) } else { place_of(&UNKNOWN) }
            }
            Tool::Zeek if is_said => place_of(&UNKNOWN),
            Tool::Zeek => self.by_cells(row),
        }
    }

    /// The first kind of log whose columns are filled in this row.
    fn by_cells(&mut self, row: &Row<'_>) -> Option<usize> {
        (0..ALL.len()).find(|place| {
            self.find(*place);
            let marks = self.found.get(*place).and_then(Option::as_ref).map_or(&[][..], |found| &found.marks);
            let is_filled = |places: &Vec<usize>| places.iter().any(|place| row.at(*place) != CellValue::Missing);
            marks.iter().any(|marks| marks.iter().all(is_filled))
        })
    }

    /// Looks for the columns of a kind of log among those that have come up since.
    fn find(&mut self, place: usize) {
        let LogReader { columns, found, .. } = self;
        let (Some(log), Some(slot)) = (ALL.get(place), found.get_mut(place)) else { return };
        let known = slot.get_or_insert_default();
        if known.n_columns == columns.len() && !known.marks.is_empty() | log.marks.is_empty() {
            return;
        }
        known.n_columns = columns.len();
        let of = |names: &Names| places_of(columns, *names);
        let fields = log.messages.iter().flat_map(|part| part.given.iter().chain(part.fields));
        known.fields = fields.map(|field| of(&field.names)).collect();
        known.columns = log.columns.iter().map(of).collect();
        (known.refers, known.named_by) = (of(&log.refers), of(&log.named_by));
        let mark = |name: &&'static str| of(&Names { zeek: name, eve: "", ecs: "" });
        known.marks = log.marks.iter().map(|marks| marks.iter().map(&mark).collect()).collect();
    }

    fn messages(&mut self, place: usize, log: &Log, row: &Row<'_>, mut messages: Messages) -> Messages {
        self.find(place);
        let Some(found) = self.found.get(place).and_then(Option::as_ref) else { return messages };
        let mut places = found.fields.iter();
        for part in log.messages {
            let mut take = |fields: &'static [Field]| -> Vec<(&'static Field, CellValue)> {
                fields.iter().map(|field| (field, first(row, places.next()))).collect()
            };
            let (given, own) = (take(part.given), take(part.fields));
            if !own.iter().any(|(_, value)| cells::holds(*value, row.bytes)) {
                continue;
            }
            messages.message(part.direction, |fields: &mut FieldBuffer| {
                if let Some(message) = part.message {
                    fields.token(FieldId::Message, message());
                }
                for (field, value) in given.into_iter().chain(own) {
                    cells::add(field.id, field.form, value, row.bytes, fields);
                }
            });
        }
        if let Some(more) = log.more {
            let values = found.columns.iter().map(|places| first(row, Some(places))).collect();
            let is_eve = self.has_eve;
            let cells = Cells { bytes: row.bytes, values, is_eve, has_queries: self.has_queries };
            more(&cells, &mut messages);
            self.has_queries |= log.protocol == Some(AppProto::Dns) && messages.asks();
        }
        messages
    }
}

/// Where the columns that are called so stand, the better names first.
fn places_of(columns: &[Column], Names { zeek, eve, ecs }: Names) -> Vec<usize> {
    let mut places = Vec::new();
    for (names, tool) in [(zeek, Tool::Zeek), (eve, Tool::Eve), (ecs, Tool::Ecs)] {
        for wanted in names.split('|').filter(|name| !name.is_empty()).map(plain) {
            let is_it = |(_, column): &(usize, &Column)| column.tool == tool && column.name == wanted;
            places.extend(columns.iter().enumerate().filter(is_it).map(|(place, _)| place));
        }
    }
    places
}

/// The first cell that holds anything.
fn first(row: &Row<'_>, places: Option<&Vec<usize>>) -> CellValue {
    let mut values = places.into_iter().flatten().map(|place| row.at(*place));
    values.find(|value| *value != CellValue::Missing).unwrap_or(CellValue::Missing)
}
