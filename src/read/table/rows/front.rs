//! Decides from the first rows of a table how all rows are read, and what they become.

use super::RowReader;
use super::feed::Found;
use crate::model::format::time;
use crate::model::rows::{CellValue, Role, RowKind};
use crate::read::table::cells::{self, RowEndSearch};
use crate::read::table::content::{self, Sample};
use crate::read::table::dialect::Kind;
use crate::read::table::format::CellFormats;
use crate::read::table::json::Objects;
use crate::read::table::log::LogReader;
use crate::read::table::roles::Row;
use crate::read::table::survey::{self, Survey};
use crate::read::table::{FRONT_BYTES, choices, in_words};

/// Looks at a row of the front, with what reads logs, and when the row began, ns since 1970.
type Visit<'a> = dyn FnMut(Option<&LogReader>, &Row<'_>, Option<i64>) + 'a;

/// Rows of the front that are tried to see whether they become flows or packets.
const PROBED: usize = 200;
/// Rows of the front that are looked at in any case to see how all are read.
const SAMPLED: usize = 1000;
/// Most rows behind those that are looked at because of a day past the 12th, which tells day from month.
const LATE: usize = 100;
/// Times before 1980 count from the start of a capture.
const EARLIEST_NS: i64 = 315_532_800 * time::SECOND;

impl RowReader {
    /// Looks at the first rows to know how all are read.
    pub(super) fn survey(&mut self, bytes: &[u8]) {
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
            self.row_end = RowEndSearch::default();
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
        (self.row_end, self.objects, self.walker) =
            (RowEndSearch::default(), Objects::default(), self.front.walker.clone());
    }

    /// Tries the first rows: what do columns hold, do rows become flows or packets, and is their time absolute?
    pub(super) fn probe(&mut self, bytes: &[u8]) {
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

    /// True for a row with addresses and a time in a table whose first rows had none: from here on rows become flows or packets.
    pub(super) fn upgrades(&mut self, text: &[u8], values: &[CellValue]) -> bool {
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
}
