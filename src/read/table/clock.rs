//! Derives the time of a row from its time columns where no single cell has all of it: times of day, dates without a
//! year, times since the previous row, date and time in two columns.

use super::roles::Places;
use super::time::numeric::Scale;
use crate::issue::IssueKind;
use crate::model::rows::{CellValue, Role};

const DAY: f64 = 86_400.0;
/// Times past this are dates, s: 3 March 1973; before it they count from a start.
const EARLIEST: f64 = 1e8;
/// Moments of captures, s since 1970: to 2100.
const RANGE: std::ops::Range<f64> = 0.0..4_102_444_800.0;
/// Rows around midnight that are out of order by less than this part of a day (around New Year, of a year).
const MOST_LATE: f64 = 24.0;

/// How the moments of rows follow from their cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Rule {
    /// Each cell says all.
    #[default]
    Whole,
    /// Times of day: past midnight a day is added.
    TimeOfDay,
    /// Dates without a year: past its end a year is added.
    NoYear,
    /// Times since the row before: they are added up.
    SinceRowBefore,
    /// The column says when a flow ended; its duration is taken away.
    End,
}

/// Turns the cells of time columns to moments, row by row.
#[derive(Clone, Debug, Default)]
pub struct RowClock {
    rule: Rule,
    start: Scale,
    end: Scale,
    /// Seconds in one of the table's durations.
    duration_unit: f64,
    previous: Option<f64>,
    /// What was added so far for days or years that went by.
    shift: f64,
}

/// The cells that stood where moments stand now.
pub struct Replaced {
    start: Option<(usize, CellValue)>,
    end: Option<(usize, CellValue)>,
    /// What has to be said of the time of the row.
    pub issue: Option<IssueKind>,
}

impl Replaced {
    /// Puts the cells back.
    pub fn restore(self, values: &mut [CellValue]) {
        for (place, value) in [self.start, self.end].into_iter().flatten() {
            if let Some(slot) = values.get_mut(place) {
                *slot = value;
            }
        }
    }
}

impl RowClock {
    /// One before the first row; numbers count in these scales, durations in units of so many seconds.
    pub fn new(rule: Rule, start: Scale, end: Scale, duration_unit: f64) -> RowClock {
        RowClock { rule, start, end, duration_unit, previous: None, shift: 0.0 }
    }

    /// True if a note says already that times have no date.
    pub fn lacks_date(&self) -> bool {
        matches!(self.rule, Rule::TimeOfDay | Rule::NoYear)
    }

    /// Puts moments in the place of the cells that say when a row began and ended.
    pub fn replace(&mut self, values: &mut [CellValue], places: &Places) -> Replaced {
        let mut replaced = Replaced { start: None, end: None, issue: None };
        let Some(start_at) = places.get(Role::Start) else { return replaced };
        let cell = |role| places.get(role).and_then(|place| values.get(place)).copied().unwrap_or(CellValue::Missing);
        let written = cell(Role::Start);
        let (clock, duration) = (cell(Role::Clock).number(), cell(Role::Duration).number());
        let end = places.get(Role::End).and_then(|place| Some((place, *values.get(place)?)));
        let moment = seconds(written, self.start).map(|start| self.follow(start + clock.unwrap_or(0.0), duration));
        let is_zero = self.rule == Rule::Whole && moment == Some(0.0);
        let is_among_dates = self.previous.is_some_and(|previous| previous > EARLIEST && RANGE.contains(&previous));
        let is_stray = is_among_dates && moment.is_some_and(|moment| !RANGE.contains(&moment));
        let moment = match (moment, written) {
            // Among dates a zero is no time.
            (Some(_), _) if is_zero && self.previous.is_some_and(|previous| previous > EARLIEST) => {
                replaced.issue = Some(IssueKind::TimeUnreadable);
                self.previous
            }
            (Some(_), _) if is_stray => {
                replaced.issue = Some(IssueKind::TimeOutOfRange);
                self.previous
            }
            (None, CellValue::Text(..)) => {
                replaced.issue = self.previous.map(|_| IssueKind::TimeUnreadable);
                self.previous
            }
            (moment, _) => {
                replaced.issue = moment.filter(|moment| *moment >= RANGE.end).map(|_| IssueKind::TimeOutOfRange);
                moment
            }
        };
        let Some(moment) = moment else { return replaced };
        self.previous = Some(moment);
        if let Some(slot) = values.get_mut(start_at) {
            replaced.start = Some((start_at, *slot));
            *slot = CellValue::Time(moment);
        }
        if let Some((end_at, written)) = end
            && let Some(end) = seconds(written, self.end)
            && let Some(slot) = values.get_mut(end_at)
        {
            replaced.end = Some((end_at, written));
            *slot = CellValue::Time(self.end(end, moment));
        }
        replaced
    }

    /// The moment of a row by what its cell says and by the rows before.
    fn follow(&mut self, start: f64, duration: Option<f64>) -> f64 {
        let period = match self.rule {
            Rule::Whole => return start,
            Rule::End => return start - duration.filter(|d| d.is_finite()).unwrap_or(0.0) * self.duration_unit,
            Rule::SinceRowBefore => return self.previous.unwrap_or(0.0) + start,
            Rule::TimeOfDay => DAY,
            Rule::NoYear => 365.0 * DAY,
        };
        // What goes back by more than half a day or year has passed midnight or New Year; rows a little out of order
        // have not, also around it.
        if let Some(previous) = self.previous {
            let ahead = start + self.shift - previous;
            if ahead < -period / 2.0 {
                self.shift += period;
            } else if ahead > period - period / MOST_LATE && self.shift > 0.0 {
                return start + self.shift - period;
            }
        }
        start + self.shift
    }

    /// The moment of an end behind this start.
    fn end(&self, end: f64, start: f64) -> f64 {
        let period = match self.rule {
            Rule::TimeOfDay => DAY,
            Rule::NoYear => 365.0 * DAY,
            _ => return end,
        };
        let end = end + self.shift;
        if end < start - period / 2.0 { end + period } else { end }
    }
}

fn seconds(value: CellValue, scale: Scale) -> Option<f64> {
    match value {
        CellValue::Time(seconds) => Some(seconds),
        CellValue::Number(number) if number.is_finite() => Some(scale.seconds(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(rule: Rule, starts: &[f64]) -> Vec<f64> {
        let mut places = Places::default();
        places.add(Role::Start, 0, 0);
        let mut clock = RowClock::new(rule, Scale::Second, Scale::Second, 1.0);
        let moment = |start: &f64| {
            let mut values = [CellValue::Number(*start)];
            let replaced = clock.replace(&mut values, &places);
            let moment = values[0].number().unwrap();
            replaced.restore(&mut values);
            assert_eq!(values[0], CellValue::Number(*start));
            moment
        };
        starts.iter().map(moment).collect()
    }

    #[test]
    fn rows_go_on_past_midnight_and_new_year() {
        let around = [86_390.0, 86_399.0, 2.0, 86_399.5, 3.0, 40_000.0, 86_000.0, 1.0];
        assert_eq!(
            run(Rule::TimeOfDay, &around),
            [86_390.0, 86_399.0, 86_402.0, 86_399.5, 86_403.0, 126_400.0, 172_400.0, 172_801.0]
        );
        let year = 365.0 * DAY;
        assert_eq!(run(Rule::NoYear, &[year - 5.0, 5.0, 9.0]), [year - 5.0, year + 5.0, year + 9.0]);
    }

    #[test]
    fn times_since_the_row_before_are_added_up() {
        assert_eq!(run(Rule::SinceRowBefore, &[0.0, 3.0, 0.5, 3.0]), [0.0, 3.0, 3.5, 6.5]);
    }

    #[test]
    fn a_date_and_a_time_of_day_are_one_moment_and_an_end_stands_behind_its_duration() {
        let mut places = Places::default();
        places.add(Role::Start, 0, 0);
        places.add(Role::Clock, 1, 0);
        let mut values = [CellValue::Time(10.0 * DAY), CellValue::Time(60.0)];
        RowClock::new(Rule::Whole, Scale::Second, Scale::Second, 1.0).replace(&mut values, &places);
        assert_eq!(values[0], CellValue::Time(10.0 * DAY + 60.0));

        places.add(Role::Duration, 2, 0);
        let mut values = [CellValue::Number(1e12), CellValue::Missing, CellValue::Number(2e6)];
        RowClock::new(Rule::End, Scale::Milli, Scale::Second, 1e-6).replace(&mut values, &places);
        assert_eq!(values[0], CellValue::Time(999_999_998.0));
    }

    #[test]
    fn a_time_that_cannot_be_read_is_that_of_the_row_before() {
        let mut places = Places::default();
        places.add(Role::Start, 0, 0);
        let mut clock = RowClock::default();
        clock.replace(&mut [CellValue::Time(7.0)], &places);
        let mut values = [CellValue::Text(0, 3)];
        assert!(clock.replace(&mut values, &places).issue.is_some());
        assert_eq!(values[0], CellValue::Time(7.0));
        // Zero is a time among those that count from a start, and none among dates.
        let mut zero = [CellValue::Number(0.0)];
        assert!(clock.replace(&mut zero, &places).issue.is_none());
        clock.replace(&mut [CellValue::Time(1.7e9)], &places);
        let mut zero = [CellValue::Number(0.0)];
        assert!(clock.replace(&mut zero, &places).issue.is_some());
        assert_eq!(zero[0], CellValue::Time(1.7e9));
    }

    #[test]
    fn a_time_that_no_capture_is_from_is_said_and_among_others_it_is_that_of_the_row_before() {
        let mut places = Places::default();
        places.add(Role::Start, 0, 0);
        let mut clock = RowClock::default();
        for (written, moment, is_out) in
            [(2e10, 2e10, true), (1.7e9, 1.7e9, false), (2e10, 1.7e9, true), (-5.0, 1.7e9, true), (1.8e9, 1.8e9, false)]
        {
            let mut values = [CellValue::Number(written)];
            let replaced = clock.replace(&mut values, &places);
            assert_eq!((values[0], replaced.issue.is_some()), (CellValue::Time(moment), is_out), "{written}");
        }
    }
}
