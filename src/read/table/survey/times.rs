//! Recognises which columns hold times, of which kind, and which of them is the start of a row.

use super::super::dialect::{Entry, Kind as RowsAre};
use super::super::names;
use super::super::time::numeric::{self, Scale};
use super::super::time::{self, DateFormat, Parts};
use super::super::units::unit_of_heading;
use super::{SampleRows, filled};
use crate::maths::number;
use crate::model::rows::{Column, Role};
use crate::read::table::plain::plain;

/// What kind of time a column holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TimeKind {
    /// Texts that name these parts of a moment.
    Words(Parts),
    /// Digits of a date and time.
    Digits,
    /// Days of a spreadsheet.
    Spreadsheet,
    /// Numbers since 1970 or another year.
    Epoch(Scale),
    /// Numbers that count from somewhere.
    Relative(Scale),
}

impl TimeKind {
    /// What its numbers count.
    pub fn scale(self) -> Scale {
        match self {
            TimeKind::Epoch(scale) | TimeKind::Relative(scale) => scale,
            _ => Scale::Second,
        }
    }

    /// True if its values name a date, beside which a column may hold the time of day.
    pub fn is_dated(self) -> bool {
        self.is_whole() || self == TimeKind::Words(Parts::Date)
    }

    /// True if its values name a date and a time of day.
    fn is_whole(self) -> bool {
        matches!(self, TimeKind::Words(Parts::Whole) | TimeKind::Digits | TimeKind::Spreadsheet | TimeKind::Epoch(_))
    }
}

/// A column of times.
#[derive(Clone, Debug)]
pub struct TimeColumn {
    /// Its place.
    pub place: usize,
    /// What it holds.
    pub kind: TimeKind,
    /// Some of its texts name a zone that is not known.
    pub has_unknown_zone: bool,
}

/// Share of a column's values that have to be of one kind.
const MOST_OTHERS: f64 = 0.1;
/// Seconds since 1970 that captures are from: 1980 to 2100.
const EPOCH: std::ops::Range<f64> = 315_532_800.0..4_102_444_800.0;
/// And those that a column without a heading for times has to have: 2000 to 2050, which chance seldom hits.
const NARROW_EPOCH: std::ops::Range<f64> = 946_684_800.0..2_524_608_000.0;

/// The columns that hold times.
pub fn find(columns: &[Column], rows: &SampleRows, entry: &Entry) -> Vec<TimeColumn> {
    use Role::{Clock, End, Id, Plain, Start};
    let may_be = |column: &Column| matches!(column.role, Start | End | Plain | Id | Clock);
    let places = columns.iter().enumerate().filter(|(_, column)| may_be(column));
    places.filter_map(|(place, column)| at(place, column, rows, entry)).collect()
}

/// The column at a place, if it holds times.
pub fn at(place: usize, column: &Column, rows: &SampleRows, entry: &Entry) -> Option<TimeColumn> {
    // What people say is a hint too, but only where the column shows nothing without it.
    let role = if column.is_chosen() { names::role(&column.name, entry).0 } else { column.role };
    let is_hinted = matches!(role, Role::Start | Role::End) || names_time(&column.name) || names_end(&column.name);
    let is_said = column.is_chosen() && matches!(column.role, Role::Start | Role::End | Role::Clock);
    let found = one(place, column, rows, is_hinted);
    if is_said && !is_hinted { found.or_else(|| one(place, column, rows, true)) } else { found }
}

fn one(place: usize, column: &Column, rows: &SampleRows, is_hinted: bool) -> Option<TimeColumn> {
    let cells = filled(rows, place);
    let n = cells.clone().count();
    // Most columns hold no times: a few cells tell.
    let looks_like = |cell: &[u8]| time::read(cell, DateFormat::default()).is_some();
    if n == 0 || (!is_hinted && !cells.clone().take(9).any(|cell| looks_like(cell) || is_long_number(cell))) {
        return None;
    }
    let is_enough = |n_of_kind: usize| n_of_kind as f64 >= (1.0 - MOST_OTHERS) * n as f64;
    let stamps: Vec<time::Stamp> = cells.clone().filter_map(|cell| time::read(cell, DateFormat::default())).collect();
    if is_enough(stamps.len()) {
        let count = |parts: Parts| stamps.iter().filter(|stamp| stamp.parts == parts).count();
        let all = [Parts::Whole, Parts::Date, Parts::NoYear, Parts::Clock];
        let parts = all.into_iter().max_by_key(|parts| count(*parts))?;
        // Midnight is left out by some that write date and time.
        let parts = if parts == Parts::Date && count(Parts::Whole) > 0 { Parts::Whole } else { parts };
        let has_seconds = |cell: &[u8]| cell.iter().filter(|byte| **byte == b':').count() == 2;
        if parts == Parts::Clock && !is_hinted && !cells.clone().all(has_seconds) {
            return None;
        }
        let has_unknown_zone = stamps.iter().any(|stamp| stamp.has_unknown_zone);
        return Some(TimeColumn { place, kind: TimeKind::Words(parts), has_unknown_zone });
    }
    let kind = numbers(cells, is_hinted, column)?;
    Some(TimeColumn { place, kind, has_unknown_zone: false })
}

fn numbers<'a>(cells: impl Iterator<Item = &'a [u8]> + Clone, is_hinted: bool, column: &Column) -> Option<TimeKind> {
    let n = cells.clone().count();
    let is_enough = |n_of_kind: usize| n_of_kind as f64 >= (1.0 - MOST_OTHERS) * n as f64;
    let has_digits = |cell: &&[u8]| numeric::of_digits(cell).is_some() && (cell.len() >= 12 || is_hinted);
    if is_enough(cells.clone().filter(has_digits).count()) {
        return Some(TimeKind::Digits);
    }
    let mut numbers: Vec<f64> = cells.clone().filter_map(number).collect();
    if !is_enough(numbers.len()) {
        return None;
    }
    if is_hinted && numbers.iter().all(|number| numeric::SPREADSHEET.contains(number)) && are_days(&numbers) {
        return Some(TimeKind::Spreadsheet);
    }
    numbers.sort_unstable_by(f64::total_cmp);
    // The unit of a column is one, whatever the size of single values.
    let median = numbers.get(numbers.len() / 2).copied()?;
    let scale = Scale::of(median);
    let range = if is_hinted { EPOCH } else { NARROW_EPOCH };
    if is_enough(numbers.iter().filter(|number| range.contains(&scale.seconds(**number))).count())
        && (is_hinted || cells.clone().all(is_long_number))
    {
        return Some(TimeKind::Epoch(scale));
    }
    let of_unit = |unit| match unit {
        // Moments are not counted in longer units.
        super::super::dialect::Unit::Second
        | super::super::dialect::Unit::Minute
        | super::super::dialect::Unit::Hour => Scale::Second,
        super::super::dialect::Unit::Milli => Scale::Milli,
        super::super::dialect::Unit::Micro => Scale::Micro,
        super::super::dialect::Unit::Nano => Scale::Nano,
    };
    is_hinted.then(|| TimeKind::Relative(unit_of_heading(&column.name).map_or(scale, of_unit)))
}

/// A number as long as those of epochs: ten digits before the point.
fn is_long_number(cell: &[u8]) -> bool {
    cell.iter().take_while(|byte| byte.is_ascii_digit()).count() >= 10 && number(cell).is_some()
}

fn number(cell: &[u8]) -> Option<f64> {
    let is_plain = cell.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'-' | b'+' | b'e' | b'E'));
    let text = std::str::from_utf8(cell).ok().filter(|_| is_plain)?;
    number::number(text).or_else(|| number::number(&text.replace(',', ".")))
}

/// True if numbers are days of a spreadsheet rather than seconds since a start: their parts of a day are whole seconds, or
/// they lie within a day although they begin decades after the calendar does.
fn are_days(numbers: &[f64]) -> bool {
    let has_parts = numbers.iter().any(|number| number.fract() != 0.0);
    let is_whole_second = |number: &&f64| {
        let seconds = number.fract() * 86_400.0;
        (seconds - seconds.round()).abs() < 0.01
    };
    let n_whole = numbers.iter().filter(is_whole_second).count();
    let span = numbers.iter().fold(f64::MIN, |a, b| a.max(*b)) - numbers.iter().fold(f64::MAX, |a, b| a.min(*b));
    has_parts && (n_whole as f64 >= 0.8 * numbers.len() as f64 || (span < 1.0 && numbers.len() > 1))
}

/// True if no column holds times, and one that is headed so has dates of years that no capture is from.
pub fn are_out_of_range(columns: &[Column], rows: &SampleRows) -> bool {
    let is_far = |cell: &[u8]| {
        let mut runs = cell.split(|byte| !byte.is_ascii_digit()).take(3);
        let year = |run: &[u8]| {
            std::str::from_utf8(run).ok().filter(|run| run.len() == 4).and_then(|run| run.parse::<u16>().ok())
        };
        let has_marks = cell.iter().filter(|byte| matches!(byte, b'-' | b'/' | b'.')).count() >= 2;
        has_marks && runs.any(|run| year(run).is_some_and(|year| !(1970..2100).contains(&year)))
    };
    let is_meant = |(place, column): (usize, &Column)| {
        let n = filled(rows, place).count();
        let n_far = filled(rows, place).filter(|cell| is_far(cell)).count();
        names_time(&column.name) && n > 0 && n_far as f64 >= (1.0 - MOST_OTHERS) * n as f64
    };
    columns.iter().enumerate().any(is_meant)
}

/// Words in headings of columns that hold moments, in several languages.
const WORDS: &[&str] =
    &["time", "date", "stamp", "zeit", "datum", "heure", "fecha", "hora", "orario", "tempo", "epoch", "start", "begin"];
/// Words in headings of columns that hold other times, or other moments than when the row began.
const OTHER_WORDS: &[&str] = &[
    "end", "last", "stop", "until", "expir", "after", "before", "receive", "generate", "logged", "timeout", "live",
    "rtt", "uptime", "update", "birth", "issued", "zone", "delta", "valid", "response", "fin",
];

fn names_time(name: &str) -> bool {
    let plain = plain(name);
    WORDS.iter().any(|word| plain.contains(word)) || matches!(plain.as_str(), "ts" | "t")
}

fn names_other_time(name: &str) -> bool {
    let plain = plain(name);
    OTHER_WORDS.iter().any(|word| plain.contains(word))
}

/// Words in headings of columns that say when a flow ended.
const END_WORDS: &[&str] = &["end", "stop", "lastseen", "lasttime", "lastpacket", "finish"];

fn names_end(name: &str) -> bool {
    let plain = plain(name);
    let is_end = |word: &&str| plain.starts_with(*word) || plain.ends_with(*word);
    plain == "last" || (END_WORDS.iter().any(is_end) && !plain.ends_with("send"))
}

/// Which columns say when a row began and ended.
#[derive(Default)]
pub struct Chosen {
    /// Columns whose role changes.
    pub roles: Vec<(usize, Role)>,
    /// The column of the start says when a flow ended; it keeps that role.
    pub is_end: bool,
    start: Option<usize>,
    end: Option<usize>,
}

impl Chosen {
    /// The column that says when a flow ended, where none says when it began.
    pub fn end_as_start(&self) -> Option<usize> {
        self.start.filter(|_| self.is_end)
    }

    /// The column of a role.
    pub fn column(&self, role: Role) -> Option<usize> {
        match role {
            Role::Start => self.start,
            Role::End => self.end,
            _ => None,
        }
    }
}

/// Chooses the columns: as people say, by heading where the values are times, else by values.
pub fn choose(columns: &[Column], found: &[TimeColumn], entry: &Entry) -> Chosen {
    let role = |place: usize| columns.get(place).map_or(Role::Plain, |column| column.role);
    let name = |place: usize| columns.get(place).map_or("", |column| column.name.as_str());
    let is_chosen = |place: usize| columns.get(place).is_some_and(Column::is_chosen);
    // What people say against a heading comes first, else what fits best.
    let rank = |place: &usize| {
        let (by_name, rank) = names::role(name(*place), entry);
        (!is_chosen(*place) || by_name == role(*place), rank)
    };
    let named = |wanted: Role| (0..columns.len()).filter(|place| role(*place) == wanted).min_by_key(rank);
    let named_start = named(Role::Start);
    let of_place = |place: Option<usize>| place.and_then(|place| found.iter().find(|column| column.place == place));
    let is_fixed_else = |place: usize, wanted: Role| is_chosen(place) && role(place) != wanted;
    let is_free = |column: &&TimeColumn| {
        let place = column.place;
        role(place) != Role::End && !is_fixed_else(place, Role::Start) && !names_other_time(name(place))
    };
    let first = |is_it: &dyn Fn(&TimeColumn) -> bool| {
        let free = || found.iter().filter(is_free).filter(|column| is_it(column));
        free().find(|column| names_time(name(column.place))).or_else(|| free().next()).map(|column| column.place)
    };
    let is = |parts: Parts| move |column: &TimeColumn| column.kind == TimeKind::Words(parts);
    let start_kind = of_place(named_start).map(|column| column.kind);
    let mut chosen = Chosen { end: of_place(named(Role::End)).map(|column| column.place), ..Chosen::default() };

    let chosen_clock = || {
        let is_clock = |column: &&TimeColumn| is(Parts::Clock)(column) && role(column.place) == Role::Clock;
        found.iter().filter(is_clock).map(|column| column.place).find(|place| is_chosen(*place))
    };
    let clock = || chosen_clock().or_else(|| first(&is(Parts::Clock)));
    let joined = || Some((first(&is(Parts::Date))?, clock()?));
    let whole = || {
        let is_whole = |column: &TimeColumn| column.kind.is_whole();
        first(&is_whole).or_else(|| first(&is(Parts::NoYear)))
    };
    let start = match start_kind {
        Some(kind) if kind.is_whole() => named_start,
        // What stands before a line of syslog has no year; the line itself may say more.
        Some(TimeKind::Words(Parts::NoYear)) => {
            let is_better = |column: &&TimeColumn| column.kind.is_whole() && role(column.place) == Role::Start;
            found.iter().find(is_better).map(|column| column.place).or(named_start)
        }
        _ => whole(),
    };
    let start_by_choice = named_start.filter(|place| is_chosen(*place) && start_kind.is_some());
    chosen.start = if start_by_choice.is_some() {
        if start_kind == Some(TimeKind::Words(Parts::Date)) {
            chosen.roles.extend(clock().map(|place| (place, Role::Clock)));
        }
        start_by_choice
    } else if start.is_some() {
        start
    } else if let Some((date, clock)) = joined() {
        chosen.roles.push((clock, Role::Clock));
        Some(date)
    } else if start_kind.is_some() {
        named_start
    } else {
        let is_relative = |column: &TimeColumn| matches!(column.kind, TimeKind::Relative(_));
        first(&is(Parts::Clock)).or_else(|| first(&is(Parts::Date))).or_else(|| {
            let is_named = |place: &usize| plain(name(*place)).contains("time");
            first(&is_relative).filter(is_named)
        })
    };
    if chosen.start.is_none() && chosen.end.is_some() {
        (chosen.start, chosen.end, chosen.is_end) = (chosen.end, None, true);
    }
    // A column of other moments is better than none.
    if chosen.start.is_none() {
        let may_be = |column: &&TimeColumn| column.kind.is_whole() && !is_fixed_else(column.place, Role::Start);
        chosen.start = found.iter().find(may_be).map(|column| column.place);
    }
    if chosen.end.is_none() && !chosen.is_end {
        let start = of_place(chosen.start);
        let is_like_start = |kind: TimeKind| {
            let is_relative = |kind: TimeKind| matches!(kind, TimeKind::Relative(_));
            kind.is_whole()
                || start.is_some_and(|start| start.kind == kind || (is_relative(start.kind) && is_relative(kind)))
        };
        let is_end = |column: &&TimeColumn| {
            is_like_start(column.kind) && names_end(name(column.place)) && !is_fixed_else(column.place, Role::End)
        };
        chosen.end = found.iter().find(is_end).map(|column| column.place).filter(|place| chosen.start != Some(*place));
    }
    let end = chosen.end.filter(|end| role(*end) != Role::End);
    // A column that people put in the place of the one whose heading says so.
    if let Some(place) = start_by_choice.filter(|place| names::role(name(*place), entry).0 != Role::Start) {
        let others = (0..columns.len()).filter(|other| *other != place && role(*other) == Role::Start);
        chosen.roles.extend(others.min_by_key(rank).map(|other| (other, Role::Plain)));
    }
    if let Some(start) = chosen.start.filter(|start| role(*start) != Role::Start && !chosen.is_end) {
        chosen.roles.extend(named_start.map(|place| (place, Role::Plain)));
        chosen.roles.retain(|(place, role)| *place != start && (*role == Role::Clock || *role == Role::Plain));
        chosen.roles.push((start, Role::Start));
    }
    chosen.roles.extend(end.map(|place| (place, Role::End)));
    // A time of day that completes the date may have been taken for the start by its heading.
    let clock = chosen.roles.iter().find(|(_, role)| *role == Role::Clock).copied();
    if let Some((clock, _)) = clock {
        chosen.roles.retain(|(place, role)| *place != clock || *role == Role::Clock);
    }
    chosen
}

/// Share of rows whose time is less than that of the row before, from which times count from that row: those since a start
/// rise but for rows out of order, those between packets fall as often as they rise.
const LEAST_FALLS: f64 = 0.15;
/// Share of rows at the same time to the microsecond, which is none since a start.
const LEAST_SAME: f64 = 0.8;

/// True if relative times count from the row before: packets in the order of their numbers whose times do not rise.
pub fn is_since_row_before(columns: &[Column], rows: &SampleRows, start: &TimeColumn, entry: &Entry) -> bool {
    let name = columns.get(start.place).map_or("", |column| column.name.as_str());
    let is_named = plain(name).contains("delta");
    let is_numbered = columns.iter().position(|column| column.role == Role::Id).is_none_or(|place| {
        let numbers: Vec<f64> = filled(rows, place).filter_map(number).collect();
        numbers.windows(2).all(|pair| pair.first() < pair.last())
    });
    if is_named || entry.kind != RowsAre::Packets || !is_numbered {
        return is_named && is_numbered;
    }
    let times: Vec<f64> = filled(rows, start.place).filter_map(number).collect();
    let n_pairs = times.len().saturating_sub(1).max(1) as f64;
    let pairs = || times.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
    let n_falls = pairs().filter(|(before, after)| after < before).count();
    let n_same = pairs().filter(|(before, after)| after == before && after.fract() != 0.0).count();
    let has_negative = times.iter().any(|time| *time < 0.0);
    !has_negative
        && times.len() > 4
        && (n_falls as f64 >= LEAST_FALLS * n_pairs || n_same as f64 >= LEAST_SAME * n_pairs)
}
