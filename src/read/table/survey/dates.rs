//! Decides for dates that can be read day first or month first, by the rows, their sequence or the tool.

use super::super::dialect::Entry;
use super::super::time::{self, DateFormat, Order, Pair, Parts, Stamp};
use super::times::{TimeColumn, TimeKind};
use super::{Options, SampleRows, filled};
use crate::issue::IssueKind;
use crate::maths::number::number_of;

/// What was decided.
pub struct Decided {
    /// The order.
    pub order: Order,
    /// There are dates for which it matters.
    pub order_matters: bool,
    /// Nothing but habit decided: later rows may know better.
    pub is_open: bool,
    /// What has to be said.
    pub note: Option<IssueKind>,
}

const ORDERS: [Order; 2] = [Order::DayFirst, Order::MonthFirst];

/// Decides by what people chose, by all dates of the rows, their sequence, the day in the file's name, and the tool.
pub fn decide(
    found: &[TimeColumn],
    rows: &SampleRows,
    start: Option<&TimeColumn>,
    entry: &Entry,
    options: &Options,
) -> Decided {
    let stamps = stamps(found, rows);
    let pairs: Vec<Pair> = stamps.iter().filter_map(|stamp| stamp.pair).collect();
    let of = |order| Decided { order, order_matters: !pairs.is_empty(), is_open: false, note: None };
    if let Some(order) = options.order.or(if pairs.is_empty() { Some(Order::default()) } else { None }) {
        return of(order);
    }
    let n_day_first = pairs.iter().filter(|pair| pair.first > 12 || pair.mark == b'.').count();
    let n_month_first = pairs.iter().filter(|pair| pair.second > 12).count();
    match n_day_first.cmp(&n_month_first) {
        std::cmp::Ordering::Greater => return of(Order::DayFirst),
        std::cmp::Ordering::Less => return of(Order::MonthFirst),
        std::cmp::Ordering::Equal => {}
    }
    let decided = by_other_columns(found, rows)
        .or_else(|| start.and_then(|start| by_sequence(&filled(rows, start.place).collect::<Vec<_>>())))
        .or_else(|| by_days(found, rows, &options.days))
        .or(entry.order);
    if let Some(order) = decided {
        return of(order);
    }
    // A habit: programs that write the month first mostly leave out the zero before it, and have AM and PM.
    let has_half = stamps.iter().any(|stamp| stamp.hour.is_some_and(|(_, has_half)| has_half));
    let is_short = pairs.iter().any(|pair| pair.is_short);
    let order = if has_half || is_short { Order::MonthFirst } else { Order::DayFirst };
    let note = match order {
        Order::DayFirst => IssueKind::DatesDayFirst,
        Order::MonthFirst => IssueKind::DatesMonthFirst,
    };
    // A day and a month of the same number are the same either way.
    let is_same = pairs.iter().all(|pair| pair.first == pair.second);
    Decided { is_open: true, note: (!is_same).then_some(note), ..of(order) }
}

/// What the texts of all time columns name, read day first.
fn stamps(found: &[TimeColumn], rows: &SampleRows) -> Vec<Stamp> {
    let words = found.iter().filter(|column| matches!(column.kind, TimeKind::Words(_)));
    let cells = words.flat_map(|column| filled(rows, column.place));
    cells.filter_map(|cell| time::read(cell, DateFormat::default())).collect()
}

/// The order in which rows of a file mostly rise in time, or fall; else the one in which they lie closer together.
fn by_sequence(cells: &[&[u8]]) -> Option<Order> {
    let [(day_turns, day_span), (month_turns, month_span)] = ORDERS.map(|order| {
        let moment = |cell: &&[u8]| time::read(cell, DateFormat { order, ..DateFormat::default() });
        let days: Vec<f64> = cells.iter().filter_map(moment).map(|stamp| (stamp.seconds / 86_400.0).floor()).collect();
        let pairs = || days.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
        let n_rises = pairs().filter(|(before, after)| after > before).count();
        let n_falls = pairs().filter(|(before, after)| after < before).count();
        let span = pairs().map(|(before, after)| (after - before).abs()).sum::<f64>();
        (n_rises.min(n_falls), span)
    });
    if day_turns != month_turns {
        return Some(if day_turns < month_turns { Order::DayFirst } else { Order::MonthFirst });
    }
    // The other order makes at least weeks of days; days and months that are equal in number say nothing.
    if day_span * 2.0 < month_span {
        Some(Order::DayFirst)
    } else if month_span * 2.0 < day_span {
        Some(Order::MonthFirst)
    } else {
        None
    }
}

/// The order in which all dates lie at a day that the file's name says, give or take one for zones; none if they do in both.
fn by_days(found: &[TimeColumn], rows: &SampleRows, days: &[i64]) -> Option<Order> {
    let (first, last) = (days.iter().min()? - 1, days.iter().max()? + 1);
    let words = || found.iter().filter(|column| matches!(column.kind, TimeKind::Words(_)));
    let fits = |order: Order| {
        let format = DateFormat { order, ..DateFormat::default() };
        let stamps = words().flat_map(|column| filled(rows, column.place)).filter_map(|cell| time::read(cell, format));
        let mut days =
            stamps.filter(|stamp| stamp.pair.is_some()).map(|stamp| (stamp.seconds / 86_400.0).floor() as i64);
        days.all(|day| (first..=last).contains(&day))
    };
    match ORDERS.map(fits) {
        [true, false] => Some(Order::DayFirst),
        [false, true] => Some(Order::MonthFirst),
        _ => None,
    }
}

/// The order in which dates lie at the moments that another column of the same rows has in one way only.
fn by_other_columns(found: &[TimeColumn], rows: &SampleRows) -> Option<Order> {
    let read = |column: &TimeColumn, cell: &[u8], order: Order| match column.kind {
        TimeKind::Words(_) => {
            time::read(cell, DateFormat { order, ..DateFormat::default() }).map(|stamp| stamp.seconds)
        }
        TimeKind::Epoch(scale) => Some(scale.seconds(number_of(cell)?)),
        TimeKind::Digits => time::numeric::of_digits(cell),
        _ => None,
    };
    let (mut n_day_first, mut n_month_first) = (0, 0);
    for row in rows.iter().take(200) {
        let cell = |column: &TimeColumn| row.get(column.place).map(Vec::as_slice);
        for open in found.iter().filter(|column| matches!(column.kind, TimeKind::Words(Parts::Whole | Parts::Date))) {
            let Some(text) = cell(open) else { continue };
            let [Some(day_first), Some(month_first)] = ORDERS.map(|order| read(open, text, order)) else { continue };
            if day_first == month_first {
                continue;
            }
            for sure in found {
                let [Some(a), Some(b)] = ORDERS.map(|order| read(sure, cell(sure).unwrap_or_default(), order)) else {
                    continue;
                };
                if a == b {
                    // A day and a bit lie between zones.
                    n_day_first += usize::from((day_first - a).abs() < 2.0 * 86_400.0);
                    n_month_first += usize::from((month_first - a).abs() < 2.0 * 86_400.0);
                }
            }
        }
    }
    match n_day_first.cmp(&n_month_first) {
        std::cmp::Ordering::Greater => Some(Order::DayFirst),
        std::cmp::Ordering::Less => Some(Order::MonthFirst),
        std::cmp::Ordering::Equal => None,
    }
}

/// The year of dates that name none: that of another column.
pub fn year(found: &[TimeColumn], rows: &SampleRows) -> u16 {
    let is_without = |column: &TimeColumn| column.kind == TimeKind::Words(Parts::NoYear);
    if !found.iter().any(is_without) {
        return 0;
    }
    let seconds = found.iter().find_map(|column| match column.kind {
        TimeKind::Words(Parts::Whole | Parts::Date) => filled(rows, column.place)
            .find_map(|cell| time::read(cell, DateFormat::default()))
            .map(|stamp| stamp.seconds),
        TimeKind::Epoch(scale) => {
            let number = filled(rows, column.place).next().and_then(number_of);
            number.map(|number| scale.seconds(number))
        }
        _ => None,
    });
    seconds.map_or(0, time::year)
}

/// True if hours before eight are in the afternoon: the dates are those of a data set known for it, in its way of writing,
/// and no row has an hour that twelve do not have.
pub fn is_afternoon(found: &[TimeColumn], rows: &SampleRows, entry: &Entry, order: Order) -> bool {
    let Some((first, last)) = entry.twelve_hour_days else { return false };
    let words = found.iter().filter(|column| column.kind == TimeKind::Words(Parts::Whole));
    let format = DateFormat { order, ..DateFormat::default() };
    let stamps: Vec<Stamp> =
        words.flat_map(|column| filled(rows, column.place)).filter_map(|cell| time::read(cell, format)).collect();
    let is_its = |stamp: &Stamp| {
        let day = (stamp.seconds / 86_400.0).floor() as i64;
        stamp.pair.is_some() && (first..=last).contains(&day)
    };
    let is_twelve = |stamp: &Stamp| stamp.hour.is_none_or(|(hour, has_half)| !has_half && (1..=12).contains(&hour));
    let n_its = stamps.iter().filter(|stamp| is_its(stamp)).count();
    !stamps.is_empty() && n_its * 10 >= stamps.len() * 9 && stamps.iter().all(is_twelve)
}

/// True if a row has something like a date whose first or second number is above 12, but not both: `4/13/`.
pub fn has_late_day(row: &[u8]) -> bool {
    let number = |digits: &[u8]| -> Option<u32> {
        let is_short = (1..=2).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
        is_short.then(|| digits.iter().fold(0, |all, digit| all * 10 + u32::from(digit - b'0')))
    };
    let marks = || memchr::memchr3_iter(b'/', b'-', b'.', row);
    marks().zip(marks().skip(1)).any(|(one, two)| {
        let before = row.get(..one).unwrap_or_default();
        let n = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let first = before.get(before.len() - n..).and_then(number);
        let second = row.get(one + 1..two).and_then(number);
        let is_same_mark = row.get(one) == row.get(two);
        first.zip(second).is_some_and(|(first, second)| is_same_mark && (first > 12) != (second > 12))
    })
}
