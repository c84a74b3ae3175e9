//! The first rows of a table to how all are read: which columns hold times and in which form, how numbers are written, in
//! which order day and month stand, in which unit durations are.

mod dates;
mod durations;
mod multiples;
mod numbers;
mod times;
mod units;

pub use dates::has_late_day;

use super::Options;
use super::clock::{RowClock, Rule};
use super::dialect::Entry;
use super::flow::Units;
use super::format::{CellFormat, CellFormats, Reading};
use super::time::numeric::Scale;
use super::time::{self, DateFormat, Order, Parts};
use super::wording;
use crate::issue::IssueKind;
use crate::model::rows::{Column, Role};
use times::{TimeColumn, TimeKind};

/// The cells of some rows as texts, trimmed; those behind the last of a row are missing.
pub type SampleRows = Vec<Vec<Vec<u8>>>;

/// What the first rows of a table show.
pub struct Survey {
    /// How cells are read.
    pub formats: CellFormats,
    /// Columns whose values say another meaning than their heading.
    pub roles: Vec<(usize, Role)>,
    /// The column of ends, if none says when a flow began: moments are those less the durations.
    pub end_as_start: Option<usize>,
    /// A column says when rows began or ended.
    pub has_times: bool,
    /// How rows get their moments.
    pub clock: RowClock,
    /// Units of durations and gaps.
    pub units: Units,
    /// The order of day and month, where dates are written so that it matters.
    pub order: Option<Order>,
    /// The order is a guess that later rows may decide.
    pub is_order_open: bool,
    /// What has to be said of all this.
    pub notes: Vec<IssueKind>,
}

/// The filled cells of a column.
pub fn filled(rows: &SampleRows, place: usize) -> impl Iterator<Item = &[u8]> + Clone {
    let is_value =
        |cell: &&[u8]| !matches!(*cell, b"" | b"-" | b"--" | b"NaN" | b"nan" | b"null" | b"NULL" | b"(empty)");
    rows.iter().filter_map(move |row| row.get(place)).map(Vec::as_slice).filter(is_value)
}

/// Looks at the first rows of a table with these columns.
pub fn survey(columns: &[Column], rows: &SampleRows, entry: &Entry, options: &Options) -> Survey {
    let found = times::find(columns, rows, entry);
    let chosen = times::choose(columns, &found, entry);
    let kind_of = |role: Role| chosen.column(role).and_then(|place| found.iter().find(|column| column.place == place));
    let (start, end) = (kind_of(Role::Start), kind_of(Role::End));

    let mut notes = Vec::new();
    let decided = dates::decide(&found, rows, start, entry, options);
    notes.extend(decided.note);
    let dates = DateFormat {
        order: decided.order,
        year: dates::year(&found, rows),
        is_afternoon: dates::is_afternoon(&found, rows, entry, decided.order),
        zone_minutes: start.and_then(|start| time::zone_of_heading(&columns.get(start.place)?.name)).unwrap_or(0),
    };

    let rule = rule(columns, rows, entry, start, &chosen);
    notes.extend(rule_note(rule));
    if found.iter().any(|column| column.has_unknown_zone) {
        notes.push(IssueKind::ZoneUnknown);
    }

    if start.is_none() && times::are_out_of_range(columns, rows) {
        notes.push(IssueKind::TimeOutOfRange);
    }

    let marks = numbers::marks(columns, rows);
    let multiples = multiples::find(columns, rows, &marks);
    if !multiples.is_empty() {
        notes.push(IssueKind::BytesInMultiples);
    }
    let format = |(place, column): (usize, &Column)| {
        let marks = marks.of(place);
        let time = found.iter().find(|column| column.place == place);
        let reading = match time.map(|column| column.kind) {
            Some(TimeKind::Words(_)) => Reading::Time,
            Some(TimeKind::Digits) => Reading::Digits,
            Some(TimeKind::Spreadsheet) => Reading::Spreadsheet,
            Some(TimeKind::Epoch(_) | TimeKind::Relative(_)) => Reading::Figure,
            None => match multiples.iter().find(|(column, _)| *column == place) {
                Some((_, n_bytes)) => Reading::Multiples(*n_bytes),
                None => numbers::reading(column, filled(rows, place), marks),
            },
        };
        CellFormat { reading, marks, dates }
    };
    let formats: Vec<CellFormat> = columns.iter().enumerate().map(format).collect();

    let number =
        |row: &[Vec<u8>], place: usize| formats.get(place).and_then(|format| units::number(row, place, *format));
    let durations = durations::choose(columns, rows, entry, &number);
    let is_span = |(place, column): &(usize, &Column)| {
        let is_meant = durations.as_ref().is_none_or(|(best, others)| best == place || !others.contains(place));
        let is_span = || formats.get(*place).is_some_and(|format| format.reading == Reading::Span);
        column.role == Role::Duration && is_meant && is_span()
    };
    let has_spans = columns.iter().enumerate().any(|column| is_span(&column));
    let scale = |column: Option<&TimeColumn>| column.map_or(Scale::Second, |column| column.kind.scale());
    let reader = units::UnitReader {
        columns,
        rows,
        formats: &formats,
        start: (start, scale(start)),
        end: (end, scale(end)),
        duration: durations.as_ref().map(|(best, _)| *best),
    };
    let (units, is_corrected) = reader.units(entry, options.unit, has_spans);
    if is_corrected {
        notes.push(IssueKind::UnitCorrected);
    }
    let clock = RowClock::new(rule, scale(start), scale(end), units.durations.ns() / 1e9);
    let other = CellFormat { dates, ..CellFormat::default() };
    let (mut roles, end_as_start) = (chosen.roles.clone(), chosen.end_as_start());
    roles.extend(durations.into_iter().flat_map(|(_, others)| others).map(|place| (place, Role::Plain)));
    Survey {
        formats: CellFormats::new(formats, other),
        end_as_start,
        has_times: start.is_some(),
        roles,
        clock,
        units,
        order: decided.order_matters.then_some(decided.order),
        is_order_open: decided.is_open,
        notes,
    }
}

/// True if the values of a column that people chose for times are times.
pub fn holds_times(place: usize, column: &Column, rows: &SampleRows, entry: &Entry) -> bool {
    times::at(place, column, rows, entry).is_some()
}

/// How the moments of rows follow from the column that says when they began.
fn rule(
    columns: &[Column],
    rows: &SampleRows,
    entry: &Entry,
    start: Option<&TimeColumn>,
    chosen: &times::Chosen,
) -> Rule {
    match start.map(|column| column.kind) {
        _ if chosen.is_end => Rule::End,
        Some(kind) if kind.is_dated() && is_logged_at_end(columns, entry, start) => Rule::End,
        Some(TimeKind::Words(Parts::Clock)) => Rule::TimeOfDay,
        Some(TimeKind::Words(Parts::NoYear)) => Rule::NoYear,
        Some(TimeKind::Relative(_))
            if start.is_some_and(|start| times::is_since_row_before(columns, rows, start, entry)) =>
        {
            Rule::SinceRowBefore
        }
        _ => Rule::Whole,
    }
}

/// True if the column of times says when rows were written, which is when the flow ended, and they have durations.
fn is_logged_at_end(columns: &[Column], entry: &Entry, start: Option<&TimeColumn>) -> bool {
    let name = start.and_then(|start| columns.get(start.place)).map(|column| wording::heading(&column.name));
    let has_durations = columns.iter().any(|column| column.role == Role::Duration);
    has_durations && name.is_some_and(|name| entry.logged_at_end.contains(&name.as_str()))
}

fn rule_note(rule: Rule) -> Option<IssueKind> {
    match rule {
        Rule::Whole | Rule::End => None,
        Rule::TimeOfDay => Some(IssueKind::TimesOfDay),
        Rule::NoYear => Some(IssueKind::TimesWithoutYear),
        Rule::SinceRowBefore => Some(IssueKind::TimesAddedUp),
    }
}

#[cfg(test)]
mod tests;
