//! Reads the rows of a table one after the other, once its front has shown how it is written.

mod columns;
mod feed;
mod front;

use super::carried;
use super::cell_reader::CellReader;
use super::cells::{self, Delimiter, RowEndSearch};
use super::clock::RowClock;
use super::flow::{self, Units};
use super::format::CellFormats;
use super::header::{Form, Header};
use super::in_words;
use super::json::envelope::Walker;
use super::json::{self, Keys, Objects};
use super::lines::LineFormat;
use super::log::LogReader;
use super::number::value;
use super::packets::PacketRows;
use super::roles::{Places, Row};
use super::{MOST_COLUMNS, MOST_LATE_COLUMNS, Options, Part, RowContent, TableRow};
use crate::issue::{IssueKind, IssueLog};
use crate::model::Flow;
use crate::model::flow::{Known, Outcome};
use crate::model::rows::{CellValue, Layout, Role, RowKind};
use crate::read::Record;
use std::sync::Arc;

/// Reads rows.
pub struct RowReader {
    front: Header,
    options: Options,
    layout: Layout,
    places: Places,
    units: Units,
    formats: CellFormats,
    clock: RowClock,
    /// What the first rows leave to be said.
    notes: Vec<IssueKind>,
    is_date_order_open: bool,
    /// A column holds the times of rows, though the first few may have none.
    has_times: bool,
    /// What most headings begin with, which says nothing of each.
    prefix: Option<String>,
    keys: Keys,
    packets: PacketRows,
    /// Reads rows that are of logs.
    logs: Option<LogReader>,
    /// Places of the cells that are read, where the others have no part in what rows become.
    chosen: Option<Vec<usize>>,
    header: Vec<u8>,
    values: Vec<CellValue>,
    room: Vec<u8>,
    /// A row whose rest has not come yet, and where it begins.
    carry: Vec<u8>,
    carry_at: u64,
    row_end: RowEndSearch,
    /// How the cells of the row at hand are parted, and whether it is known to be ASCII: looked up for many rows at once.
    cut: Delimiter,
    is_ascii: bool,
    objects: Objects,
    walker: Option<Walker>,
    /// Rows that were made of the file, where they do not stand in it.
    pub own: Option<Arc<[u8]>>,
    n_open_quotes: u32,
    /// Bytes are dropped until the line or object ends.
    is_skipping: bool,
    /// A summary ended the rows.
    is_over: bool,
    n_rows: u64,
}

/// True for a row of one direction, whose answers may stand in a row of their own: it has figures of one side only, and
/// nothing says who began. Rows without ports are not told apart, and who was turned away gets no answers.
fn is_one_way(flow: &Flow, by_dialect: bool) -> bool {
    let is_open = !flow.known.has(Known::BACKWARD) && !flow.known.has(Known::DIRECTION);
    let is_counted = flow.packets() > 0 || flow.bytes() > 0;
    (by_dialect || is_open) && is_counted && flow.known.has(Known::PORTS) && flow.recorded != Some(Outcome::Refused)
}

/// Notes what a row does not tell of its flow.
fn note_unknown(flow: &Flow, (row, at): (Option<u64>, Option<u64>), issues: &mut IssueLog) {
    if !flow.known.has(Known::PROTOCOL) {
        issues.add(IssueKind::ProtocolUnknown, row, at);
    }
    if !flow.known.has(Known::PORTS) && flow.responder().1 == 0 {
        issues.add(IssueKind::PortsUnknown, row, at);
    }
}

impl RowReader {
    /// For a table with this front; `bytes` are those that told it.
    pub fn new(front: Header, options: &Options, bytes: &[u8]) -> RowReader {
        let entry = front.entry;
        let unit = |of_dialect| options.unit.unwrap_or(of_dialect);
        let units = Units { durations: unit(entry.durations), gaps: unit(entry.gaps) };
        let header = if front.has_header && front.form == Form::Delimited {
            let head = bytes.get(..front.skip).unwrap_or_default().trim_ascii();
            head.rsplit(|byte| *byte == front.line_end).next().unwrap_or(head).to_vec()
        } else {
            Vec::new()
        };
        let mut body = RowReader {
            layout: Layout {
                dialect: entry.id.to_owned(),
                name: in_words::name(&front),
                written: in_words::form(&front),
                time_unit: in_words::units(units),
                has_header: front.has_header,
                ..Layout::default()
            },
            header: header.strip_prefix(b"\xef\xbb\xbf").map_or(header.clone(), <[u8]>::to_vec),
            options: options.clone(),
            places: Places::default(),
            units,
            formats: CellFormats::default(),
            clock: RowClock::default(),
            notes: Vec::new(),
            is_date_order_open: false,
            has_times: false,
            prefix: None,
            keys: Keys::default(),
            packets: PacketRows::default(),
            logs: entry.log.map(|tool| LogReader::new(tool, front.log)),
            chosen: None,
            values: Vec::new(),
            room: Vec::new(),
            carry: Vec::new(),
            carry_at: 0,
            row_end: RowEndSearch::default(),
            cut: front.cut,
            is_ascii: false,
            objects: Objects::default(),
            walker: front.walker.clone(),
            own: None,
            n_open_quotes: 0,
            is_skipping: false,
            is_over: false,
            n_rows: 0,
            front,
        };
        if body.front.form.is_delimited() {
            let names: Vec<String> = body.front.names.iter().take(MOST_COLUMNS).cloned().collect();
            body.add_columns(&names);
        }
        body.survey(bytes.get(body.front.skip..).unwrap_or_default());
        body.probe(bytes.get(body.front.skip..).unwrap_or_default());
        body.keys.most = Some((body.layout.columns.len() + MOST_LATE_COLUMNS).min(MOST_COLUMNS));
        body.want(options.part);
        body
    }

    /// From the next row on only this part is wanted.
    pub fn want(&mut self, part: Part) {
        self.options.part = part;
        let columns = || self.layout.columns.iter().enumerate();
        let places = || columns().filter(|(_, column)| column.role.has_part()).map(|(place, _)| place).collect();
        let is_delimited = self.front.form.is_delimited();
        // Any column of a log may be of what a connection carried.
        self.chosen = (part == Part::RowContent && is_delimited && self.logs.is_none()).then(places);
    }

    /// What the table is.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Rows so far.
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Bytes before the first row.
    pub fn first_row(&self) -> usize {
        self.front.skip
    }

    /// True if nothing has told so far whether dates are day first or month first.
    pub fn is_date_order_open(&self) -> bool {
        self.is_date_order_open
    }

    /// Says what the first rows leave to be said.
    pub fn note(&mut self, issues: &mut IssueLog) {
        for kind in std::mem::take(&mut self.notes) {
            issues.add(kind, None, None);
        }
    }

    /// True if a row is the first line of what stands behind the rows.
    fn is_end(&self, row: &[u8]) -> bool {
        !self.front.entry.ends_at.is_empty() && row.starts_with(self.front.entry.ends_at.as_bytes())
    }

    /// The file has ended: what is left is the last row.
    pub fn end(&mut self, issues: &mut IssueLog, sink: &mut dyn FnMut(Record<'_>)) {
        // Each open quote is read past; after some, quotes mean nothing any more.
        while self.has_open_quote() {
            self.too_long(&[], issues, sink);
        }
        let row = std::mem::take(&mut self.carry);
        self.know_nothing();
        if !row.is_empty() && !self.is_over {
            if self.front.form.is_listed() {
                issues.add(IssueKind::FileCut, Some(self.n_rows), Some(self.carry_at));
            } else {
                self.row(&row, self.carry_at, issues, sink);
            }
        }
        if self.note_absent_choices(issues) {
            sink(Record::Layout(&self.layout));
        }
        if self.keys.n_refused > 0 || self.front.names.len() > MOST_COLUMNS {
            issues.add(IssueKind::ColumnsLeftOut, None, None);
        }
        if self.layout.has_relative_times && self.layout.kind != RowKind::Rows && !self.clock.lacks_date() {
            issues.add(IssueKind::TimesRelative, None, None);
        }
    }

    /// The rest of the file will not come.
    pub fn give_up(&mut self) {
        self.carry.clear();
    }

    fn row(&mut self, row: &[u8], at: u64, issues: &mut IssueLog, sink: &mut dyn FnMut(Record<'_>)) {
        let row = row.strip_suffix(b"\r").unwrap_or(row);
        if row.trim_ascii().is_empty() || self.is_over {
            return;
        }
        let place = (Some(self.n_rows), Some(at));
        if self.is_comment(row) {
            return;
        }
        if !self.header.is_empty() && row.first() == self.header.first() && row.trim_ascii() == self.header {
            return issues.add(IssueKind::HeaderRepeated, place.0, place.1);
        }
        if self.is_end(row) {
            self.is_over = true;
            return issues.add(IssueKind::SummaryLine, place.0, place.1);
        }
        if !self.is_ascii && !row.is_ascii() && std::str::from_utf8(row).is_err() {
            issues.add(IssueKind::TextNotUtf8, place.0, place.1);
        }
        let mut room = std::mem::take(&mut self.room);
        let mut values = std::mem::take(&mut self.values);
        match self.parse(row, &mut values, &mut room) {
            None => issues.add(IssueKind::RowDamaged, place.0, place.1),
            Some(_) if self.is_blank(row, &values) => {
                issues.add(IssueKind::RowBlank, place.0, place.1);
            }
            Some(text) => {
                let has_more_columns = self.add_keys();
                // Content has moments; rows keep their cells.
                let replaced = self.clock.replace(&mut values, &self.places);
                if let Some(kind) = replaced.issue {
                    issues.add(kind, place.0, place.1);
                }
                let has_risen =
                    self.layout.kind == RowKind::Rows && self.places.has(Role::Source) && self.upgrades(text, &values);
                if has_more_columns || has_risen {
                    sink(Record::Layout(&self.layout));
                }
                if self.front.form.is_delimited() && values.len() != self.front.names.len() {
                    issues.add(IssueKind::RowRagged, place.0, place.1);
                }
                let row_of = Row { bytes: text, values: &values, places: &self.places };
                let content = match self.layout.kind {
                    _ if self.options.part == Part::Cells => Some(RowContent::Row),
                    RowKind::Packets => {
                        self.packets.build(&row_of, self.n_rows).map(|packet| RowContent::Packet(Box::new(packet)))
                    }
                    kind => content(&self.front, self.units, kind, &mut self.logs, &row_of, self.n_rows),
                };
                if let Some(RowContent::Flow(flow, _) | RowContent::FlowPart(flow, _)) = &content {
                    note_unknown(flow, place, issues);
                }
                let content = content.unwrap_or_else(|| {
                    issues.add(IssueKind::RowNoFlow, place.0, place.1);
                    RowContent::Row
                });
                replaced.restore(&mut values);
                self.n_rows += 1;
                sink(Record::Row(TableRow {
                    offset: at,
                    length: u32::try_from(row.len()).unwrap_or(u32::MAX),
                    bytes: text,
                    values: &values,
                    content,
                }));
            }
        }
        (self.values, self.room) = (values, room);
    }

    fn is_comment(&self, row: &[u8]) -> bool {
        match self.front.form {
            Form::Zeek => row.starts_with(b"#"),
            Form::Arff => row.starts_with(b"%"),
            Form::Lines => row.trim_ascii_start().starts_with(b"#"),
            _ => false,
        }
    }

    /// True if all cells of a row are missing, also those that were not read.
    fn is_blank(&self, row: &[u8], values: &[CellValue]) -> bool {
        let is_missing = |value: &CellValue| *value == CellValue::Missing;
        let is_blank = values.iter().all(is_missing);
        if !is_blank || self.chosen.is_none() {
            return is_blank;
        }
        let (mut all, mut room) = Default::default();
        cells::values(row, self.cut, &self.formats, &mut all, &mut room);
        all.iter().all(is_missing)
    }

    /// The values of a row, and the bytes that its texts are ranges of.
    fn parse<'a>(&mut self, row: &'a [u8], values: &mut Vec<CellValue>, room: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        if !self.front.form.is_delimited() {
            let formats = std::mem::take(&mut self.formats);
            let is_read = self.parse_named(row, &formats, values, room);
            self.formats = formats;
            return is_read.then_some(room.as_slice());
        }
        Some(match &self.chosen {
            None => cells::values(row, self.cut, &self.formats, values, room),
            Some(places) => cells::some_values(row, self.cut, &self.formats, places, values, room),
        })
    }

    /// The values of a row that names its cells: columns come as they are met.
    fn parse_named(
        &mut self,
        row: &[u8],
        formats: &CellFormats,
        values: &mut Vec<CellValue>,
        room: &mut Vec<u8>,
    ) -> bool {
        let (carried, time) = self.front.carrier.as_ref().map(|carrier| carrier.record(row)).unzip();
        let row = carried.as_deref().unwrap_or(row);
        let keys = &mut self.keys;
        let Some(LineFormat { read, .. }) = self.front.lines else {
            return json::element(row, &self.front.names, keys, formats, values, room);
        };
        values.clear();
        values.resize(keys.names.len(), CellValue::Missing);
        room.clear();
        keys.begin();
        let mut add = |name: &str, cell: &[u8]| {
            let Some(place) = keys.place(name) else { return };
            values.resize(values.len().max(place + 1), CellValue::Missing);
            let start = room.len();
            room.extend_from_slice(cell);
            if let Some(slot) = values.get_mut(place) {
                *slot = value(cell, start, formats.of(place));
            }
        };
        time.iter().filter(|time| !time.is_empty()).for_each(|time| add(carried::TIME, time));
        read(row, &self.front.names, &mut add)
    }

    /// What reads the cells of a row again.
    pub fn cell_reader(&self) -> CellReader {
        let names = if self.front.form.is_delimited() { None } else { Some(self.keys.names.clone()) };
        let declared = if names.is_some() { self.front.names.clone() } else { Vec::new() };
        let (delimiter, lines, carrier) = (self.front.cut, self.front.lines, self.front.carrier.clone());
        CellReader { names, delimiter, declared, lines, carrier, own: self.own.clone() }
    }
}

/// What a row is beside a row; none if it should be a flow but something is missing.
fn content(
    front: &Header,
    units: Units,
    kind: RowKind,
    logs: &mut Option<LogReader>,
    row: &Row<'_>,
    number: u64,
) -> Option<RowContent> {
    let entry = front.entry;
    match logs {
        _ if kind == RowKind::Rows => Some(RowContent::Row),
        Some(logs) => Some(logs.content(row, entry, units, number)),
        None => {
            let flow = flow::build(row, entry, units, number)?;
            if let Some([begins, goes_on, ends]) = entry.parts {
                match row.text(Role::State) {
                    Some(state) if state == begins => return Some(RowContent::FlowBegins(Box::new(flow))),
                    Some(state) if state == goes_on || state == ends => {
                        return Some(RowContent::FlowPart(Box::new(flow), state == ends));
                    }
                    _ => {}
                }
            }
            let is_one_way = is_one_way(&flow, entry.is_one_way);
            Some(RowContent::Flow(Box::new(flow), is_one_way))
        }
    }
}
