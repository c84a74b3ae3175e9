//! The rows of a table one after the other, once its front has told how it is written.

use super::cell_reader::CellReader;
use super::cells::{self, Delimiter, Frame};
use super::clock::RowClock;
use super::content::{self, Sample};
use super::dialect::Kind;
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
use super::plain::plain;
use super::roles::{Places, Row};
use super::survey::{self, Survey};
use super::{
    FRONT_BYTES, Label, MOST_COLUMNS, MOST_LATE_COLUMNS, MOST_OPEN_QUOTES, MOST_ROW_BYTES, Options, Part, RowContent,
    TableRow, choices, labels, names, wording,
};
use crate::issue::{IssueKind, IssueLog};
use crate::model::Flow;
use crate::model::flow::{Known, Outcome};
use crate::model::format::time;
use crate::model::rows::{CellValue, Column, Layout, Role, RoleReason, RowKind, UnusedChoice};
use crate::read::Record;
use std::sync::Arc;

/// Looks at a row of the front, with what reads logs, and when the row began, ns since 1970.
type Visit<'a> = dyn FnMut(Option<&LogReader>, &Row<'_>, Option<i64>) + 'a;

/// Rows of the front that are tried to see whether they become flows or packets.
const PROBED: usize = 200;
/// Rows of the front that are looked at in any case to see how all are read.
const SAMPLED: usize = 1000;
/// Rows behind those that are looked at because of a date past the 12th.
const LATE: usize = 100;
/// Times before 1980 count from the start of a capture.
const EARLIEST_NS: i64 = 315_532_800 * time::SECOND;

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
    frame: Frame,
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
    if !flow.known.has(Known::PORTS) {
        issues.add(IssueKind::PortsUnknown, row, at);
    }
}

/// What stands next in some bytes.
struct Found {
    start: usize,
    /// End of the row and where the next begins.
    end: Option<(usize, usize)>,
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
            keys: Keys::default(),
            packets: PacketRows::default(),
            logs: entry.log.map(|tool| LogReader::new(tool, front.log)),
            chosen: None,
            values: Vec::new(),
            room: Vec::new(),
            carry: Vec::new(),
            carry_at: 0,
            frame: Frame::default(),
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

    fn add_columns(&mut self, names: &[String]) {
        let entry = self.front.entry;
        let n_columns = self.layout.columns.len() + names.len();
        for name in names {
            let place = self.layout.columns.len();
            let is_label = match &self.options.label {
                Label::Place(wanted) => place == *wanted,
                Label::Name(wanted) => name.trim().eq_ignore_ascii_case(wanted.trim()),
                Label::Found | Label::None => false,
            };
            let heading = if name.trim().is_empty() { format!("column {}", place + 1) } else { name.trim().to_owned() };
            let by_name = names::role(name, entry);
            let chosen = self.options.columns.of(&heading, place, n_columns);
            let (role, rank, reason) = match chosen {
                _ if is_label => (Role::Label, 0, RoleReason::Chosen),
                Some(role) => (role, by_name.1, RoleReason::Chosen),
                None => (by_name.0, by_name.1, names::reason(name, by_name.0, entry)),
            };
            if is_label && self.layout.label.is_none() {
                self.layout.label = Some(place as u32);
            }
            // What its heading says anyway is no news: of several such columns the same one counts.
            if reason == RoleReason::Chosen && role != by_name.0 {
                self.places.add_first(role, place);
            } else {
                self.places.add(role, place, rank);
            }
            if let Some(logs) = &mut self.logs {
                logs.add_column(wording::of_record(name));
            }
            self.layout.columns.push(Column { name: heading, role, reason, examples: Vec::new() });
        }
        self.choose_label();
    }

    /// Of the columns that hold labels, takes the one whose name says most.
    fn choose_label(&mut self) {
        if self.options.label != Label::Found {
            return;
        }
        let of_dialect = self.front.entry.labels;
        let rank = |name: &str| {
            let own = of_dialect.iter().position(|known| known.eq_ignore_ascii_case(name.trim()));
            own.unwrap_or_else(|| of_dialect.len() + labels::rank(&plain(name)))
        };
        let columns = self.layout.columns.iter().enumerate().filter(|(_, column)| column.role == Role::Label);
        let best = columns.min_by_key(|(_, column)| (!column.is_chosen(), rank(&column.name)));
        self.layout.label = best.map(|(place, _)| place as u32);
    }

    /// Makes columns of names that JSON objects have brought; true if there were any.
    fn add_keys(&mut self) -> bool {
        let added = self.keys.names.get(self.layout.columns.len()..).unwrap_or_default().to_vec();
        if !added.is_empty() {
            self.add_columns(&added);
        }
        !added.is_empty()
    }

    /// Looks at the first rows to know how all are read.
    fn survey(&mut self, bytes: &[u8]) {
        let rows = self.sample(bytes);
        self.add_keys();
        self.check_choices(&rows);
        choices::add_examples(&mut self.layout.columns, &rows);
        let Survey { formats, roles, end_as_start, clock, units, order, is_order_open, notes, has_times } =
            survey::survey(&self.layout.columns, &rows, self.front.entry, &self.options);
        roles.into_iter().for_each(|(place, role)| self.take_for(place, role));
        if let Some(place) = end_as_start {
            self.places.remove(Role::End, place);
            self.places.add_first(Role::Start, place);
        }
        self.has_times = has_times;
        (self.formats, self.clock, self.units) = (formats, clock, units);
        self.notes.extend(notes);
        self.is_date_order_open = is_order_open;
        self.layout.time_unit = in_words::units(units);
        self.layout.date_order = order.map_or(String::new(), in_words::order);
    }

    /// Goes back to the headings for columns whose values cannot be what was chosen.
    fn check_choices(&mut self, rows: &survey::SampleRows) {
        let entry = self.front.entry;
        for place in choices::unfit(&self.layout.columns, rows, entry) {
            let Some(column) = self.layout.columns.get_mut(place) else { continue };
            let unused = UnusedChoice { heading: column.name.clone(), role: column.role, is_absent: false };
            self.places.remove(column.role, place);
            let (role, rank) = names::role(&column.name, entry);
            (column.role, column.reason) = (role, names::reason(&column.name, role, entry));
            self.places.add(role, place, rank);
            self.layout.unused_choices.push(unused);
            self.notes.push(IssueKind::ColumnUnfit);
        }
    }

    /// Notes choices about columns that the table turned out not to have; true if there were any.
    fn note_absent_choices(&mut self, issues: &mut IssueLog) -> bool {
        let absent = choices::absent(&self.options.columns, &self.layout.columns);
        absent.iter().for_each(|_| issues.add(IssueKind::ColumnAbsent, None, None));
        let has_some = !absent.is_empty();
        self.layout.unused_choices.extend(absent);
        has_some
    }

    /// The cells of the first rows as texts, and of some behind them if there are many.
    fn sample(&mut self, mut bytes: &[u8]) -> survey::SampleRows {
        let step = bytes.len() / FRONT_BYTES + 1;
        let (mut rows, mut n, mut n_late) = (survey::SampleRows::new(), 0, 0);
        let (mut values, mut room) = (Vec::new(), Vec::new());
        let texts = CellFormats::texts();
        loop {
            let Found { start, end } = self.next(bytes);
            // The last row may be cut, unless the file ends with it.
            let Some((end, next)) = end.or((rows.len() < 2).then_some((bytes.len(), bytes.len()))) else { break };
            let row = bytes.get(start..end).unwrap_or_default();
            bytes = bytes.get(next..).unwrap_or_default();
            self.frame = Frame::default();
            n += 1;
            if self.is_end(row) {
                break;
            }
            let is_wanted = rows.len() < SAMPLED || n % step == 0 || (n_late < LATE && survey::has_late_day(row));
            n_late += usize::from(rows.len() >= SAMPLED && is_wanted && n % step != 0);
            let is_header = !self.header.is_empty() && row.starts_with(&self.header);
            if is_wanted && !is_header && !row.trim_ascii().is_empty() && !self.is_comment(row) {
                let row = row.strip_suffix(b"\r").unwrap_or(row);
                let cells = if self.front.form.is_delimited() {
                    cells::texts(row, self.front.cut)
                } else {
                    self.parse_named(row, &texts, &mut values, &mut room);
                    values.iter().map(|value| in_words::value(*value, &room).into_bytes()).collect()
                };
                rows.push(cells);
            }
            if bytes.is_empty() {
                break;
            }
        }
        self.begin_again();
        rows
    }

    /// The search for rows begins at the front again.
    fn begin_again(&mut self) {
        (self.frame, self.objects, self.walker) = (Frame::default(), Objects::default(), self.front.walker.clone());
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

    /// Tries the first rows: what do columns hold, do rows become flows or packets, and is their time absolute?
    fn probe(&mut self, bytes: &[u8]) {
        let mut sample = Sample::default();
        self.front_rows(bytes, &mut |_, row, _| sample.add(row));
        for (place, role) in content::judge(&self.layout.columns, &sample, self.front.has_header, self.front.entry) {
            self.take_for(place, role);
        }
        self.choose_label();
        let (mut n_built, mut n_filled, mut earliest, mut is_unread) = (0, 0, i64::MAX, false);
        self.front_rows(bytes, &mut |logs, row, moment| {
            let (source, target) = (row.value(Role::Source), row.value(Role::Target));
            n_filled += u32::from(source != CellValue::Missing || target != CellValue::Missing);
            n_built += u32::from(row.host(Role::Source).is_some() && row.host(Role::Target).is_some());
            let moment = moment.or_else(|| logs?.moment(row));
            is_unread |= matches!(row.value(Role::Start), CellValue::Text(..));
            earliest = moment.map_or(earliest, |start| start.min(earliest));
        });
        // Where logs are mixed, those of connections may come later.
        let is_mixed = self.logs.is_some() && self.front.log.is_none();
        let has_columns = self.places.has(Role::Source) && self.places.has(Role::Target);
        // Packets need no address, and rows of other kinds may stand before those that have some.
        let may_come = n_built > 0 || n_filled == 0 || self.front.entry.kind == Kind::Packets;
        // Where the first rows have none, later ones may.
        let has_times = earliest < i64::MAX || self.has_times;
        let times = if is_unread { "times that can be read" } else { "times" };
        let lacks = [(is_mixed || (has_columns && may_come), "addresses"), (has_times, times)];
        self.layout.lacks = lacks.iter().filter(|(has, _)| !has).map(|(_, what)| (*what).to_owned()).collect();
        self.layout.has_relative_times = earliest < EARLIEST_NS;
        self.layout.kind = if self.layout.lacks.is_empty() { self.kind() } else { RowKind::Rows };
    }

    /// What rows become if they have what that takes.
    fn kind(&self) -> RowKind {
        match self.front.entry.kind {
            Kind::Flows => RowKind::Flows,
            Kind::Packets => RowKind::Packets,
        }
    }

    /// Takes a column for something else than its heading says, unless people say what it is.
    fn take_for(&mut self, place: usize, role: Role) {
        let Some(column) = self.layout.columns.get_mut(place).filter(|column| !column.is_chosen()) else { return };
        self.places.remove(column.role, place);
        column.role = role;
        column.reason = if role == Role::Plain { RoleReason::Refuted } else { RoleReason::Values };
        self.places.add(role, place, 0);
    }

    /// Shows the first rows, with the moments at which they began.
    fn front_rows(&mut self, mut bytes: &[u8], visit: &mut Visit<'_>) {
        let mut clock = self.clock.clone();
        for _ in 0..PROBED {
            let Found { start, end: Some((end, next)) } = self.next(bytes) else { break };
            let row = bytes.get(start..end).unwrap_or_default();
            bytes = bytes.get(next..).unwrap_or_default();
            if self.is_end(row) {
                break;
            }
            let mut room = std::mem::take(&mut self.room);
            let mut values = std::mem::take(&mut self.values);
            if !self.is_comment(row)
                && let Some(text) = self.parse(row, &mut values, &mut room)
            {
                self.add_keys();
                let replaced = clock.replace(&mut values, &self.places);
                let moment = Row { bytes: text, values: &values, places: &self.places }.moment(Role::Start);
                replaced.restore(&mut values);
                visit(self.logs.as_ref(), &Row { bytes: text, values: &values, places: &self.places }, moment);
            }
            (self.values, self.room) = (values, room);
        }
        self.begin_again();
    }

    /// True if a row is the first line of what stands behind the rows.
    fn is_end(&self, row: &[u8]) -> bool {
        !self.front.entry.ends_at.is_empty() && row.starts_with(self.front.entry.ends_at.as_bytes())
    }

    /// A row with addresses and a time in a table whose first rows had none: from here on rows are more than rows. True then.
    fn rises(&mut self, text: &[u8], values: &[CellValue]) -> bool {
        let row = Row { bytes: text, values, places: &self.places };
        let has_all = row.host(Role::Source).is_some() && row.host(Role::Target).is_some();
        let start = row.moment(Role::Start).filter(|_| has_all);
        if let Some(start) = start {
            self.layout.lacks.clear();
            self.layout.has_relative_times = start < EARLIEST_NS;
            self.layout.kind = self.kind();
        }
        start.is_some()
    }

    /// Takes the next bytes, which stand at `at`.
    pub fn feed(&mut self, bytes: &[u8], at: u64, issues: &mut IssueLog, sink: &mut impl FnMut(Record<'_>)) {
        let (mut rest, mut at) = (bytes, at);
        let has_quotes = self.front.cut.has_quotes && memchr::memchr(b'"', bytes).is_some();
        let is_ascii = bytes.iter().fold(0, |all, byte| all | byte) < 0x80;
        while !rest.is_empty() && !self.is_over {
            if self.carry.is_empty() && self.frame == Frame::default() {
                (self.cut, self.is_ascii) = (Delimiter { has_quotes, ..self.front.cut }, is_ascii);
            } else {
                self.know_nothing();
            }
            let Found { start, end } = self.next(rest);
            let Some((end, next)) = end else {
                let n_skipped = if self.carry.is_empty() { start } else { 0 };
                if self.is_skipping {
                    return;
                }
                if self.carry.is_empty() {
                    self.carry_at = at + n_skipped as u64;
                }
                self.carry.extend_from_slice(rest.get(n_skipped..).unwrap_or_default());
                if self.carry.len() > MOST_ROW_BYTES {
                    self.too_long(&[], issues, sink);
                }
                return;
            };
            let found = rest.get(start..end).unwrap_or_default();
            let behind = rest.get(next..).unwrap_or_default();
            (self.frame, rest) = (Frame::default(), behind);
            let found_at = at + start as u64;
            at += next as u64;
            if std::mem::take(&mut self.is_skipping) {
                continue;
            }
            if self.carry.len() + found.len() > MOST_ROW_BYTES {
                if self.carry.is_empty() {
                    self.carry_at = found_at;
                }
                self.carry.extend_from_slice(found);
                self.carry.push(self.front.line_end);
                self.too_long(behind, issues, sink);
                return;
            }
            if self.carry.is_empty() {
                self.row(found, found_at, issues, sink);
            } else {
                let mut row = std::mem::take(&mut self.carry);
                row.extend_from_slice(found);
                self.row(&row, self.carry_at, issues, sink);
                row.clear();
                self.carry = row;
            }
        }
    }

    /// The row in `carry` is too long. Most often a quote is never closed: its first line is taken as the row, and
    /// reading goes on behind that, in the rest of `carry` and then in `behind`.
    fn too_long(&mut self, behind: &[u8], issues: &mut IssueLog, sink: &mut impl FnMut(Record<'_>)) {
        let mut all = std::mem::take(&mut self.carry);
        all.extend_from_slice(behind);
        let at = self.carry_at;
        issues.add(IssueKind::RowTooLong, Some(self.n_rows), Some(at));
        let is_lines = !self.front.form.is_listed();
        let first = memchr::memchr(self.front.line_end, &all).filter(|end| is_lines && *end <= MOST_ROW_BYTES);
        if let Some(end) = first {
            self.frame = Frame::default();
            self.n_open_quotes += 1;
            self.front.cut.has_quotes &= self.n_open_quotes < MOST_OPEN_QUOTES;
            self.know_nothing();
            self.row(all.get(..end).unwrap_or_default(), at, issues, sink);
            self.feed(all.get(end + 1..).unwrap_or_default(), at + end as u64 + 1, issues, sink);
            return;
        }
        // Without a line end in sight: dropped up to the next, where reading goes on.
        let end = if is_lines { memchr::memchr(self.front.line_end, &all) } else { None };
        self.frame = Frame::default();
        match end {
            Some(end) => self.feed(all.get(end + 1..).unwrap_or_default(), at + end as u64 + 1, issues, sink),
            None => self.is_skipping = true,
        }
    }

    /// The file has ended: what is left is the last row.
    pub fn end(&mut self, issues: &mut IssueLog, sink: &mut impl FnMut(Record<'_>)) {
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

    /// Of the row at hand no more is known than of any.
    fn know_nothing(&mut self) {
        (self.cut, self.is_ascii) = (self.front.cut, false);
    }

    fn next(&mut self, bytes: &[u8]) -> Found {
        let (was_inside, (start, end)) = match (&mut self.walker, self.front.form) {
            (Some(walker), _) => (walker.is_inside(), walker.next(bytes)),
            (None, Form::JsonList) => (self.objects.is_inside(), self.objects.next(bytes)),
            _ => {
                let end = self.frame.end(bytes, self.cut, self.front.line_end);
                return Found { start: 0, end: end.map(|end| (end, end + 1)) };
            }
        };
        let start = if was_inside { 0 } else { start.unwrap_or(bytes.len()) };
        Found { start, end: end.map(|end| (end, end)) }
    }

    fn row(&mut self, row: &[u8], at: u64, issues: &mut IssueLog, sink: &mut impl FnMut(Record<'_>)) {
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
                if replaced.is_time_of_row_before {
                    issues.add(IssueKind::TimeUnreadable, place.0, place.1);
                }
                let has_risen =
                    self.layout.kind == RowKind::Rows && self.places.has(Role::Source) && self.rises(text, &values);
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
                if let Some(RowContent::Flow(flow, _)) = &content {
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
        let keys = &mut self.keys;
        let Some(LineFormat { read, .. }) = self.front.lines else {
            return json::element(row, &self.front.names, keys, formats, values, room);
        };
        values.clear();
        values.resize(keys.names.len(), CellValue::Missing);
        room.clear();
        keys.begin();
        read(row, &self.front.names, &mut |name, cell| {
            let Some(place) = keys.place(name) else { return };
            values.resize(values.len().max(place + 1), CellValue::Missing);
            let start = room.len();
            room.extend_from_slice(cell);
            if let Some(slot) = values.get_mut(place) {
                *slot = value(cell, start, formats.of(place));
            }
        })
    }

    /// What reads the cells of a row again.
    pub fn cell_reader(&self) -> CellReader {
        let names = if self.front.form.is_delimited() { None } else { Some(self.keys.names.clone()) };
        let declared = if names.is_some() { self.front.names.clone() } else { Vec::new() };
        let (delimiter, lines) = (self.front.cut, self.front.lines);
        CellReader { names, delimiter, declared, lines, own: self.own.clone() }
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
            let is_one_way = is_one_way(&flow, entry.is_one_way);
            Some(RowContent::Flow(Box::new(flow), is_one_way))
        }
    }
}
