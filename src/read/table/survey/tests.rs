//! Small tables to how they are read.

use super::*;
use crate::read::table::dialect::{ALL, Unit, find};
use crate::read::table::names;

/// Surveys a table of lines, cells parted by bars.
fn look(lines: &[&str], options: &Options) -> Survey {
    let cells = |line: &&str| line.split('|').map(|cell| cell.trim().as_bytes().to_vec()).collect::<Vec<_>>();
    let (entry, columns) = columns(lines);
    survey(&columns, &lines[1..].iter().map(cells).collect(), entry, options)
}

/// The dialect and the columns of a table by its headings.
fn columns(lines: &[&str]) -> (&'static Entry, Vec<Column>) {
    let headings: Vec<String> = lines[0].split('|').map(|name| name.trim().to_lowercase()).collect();
    let entry = find(Some(&headings), &[]);
    let column = |name: &str| Column { role: names::role(name, entry).0, ..Column::named(name.trim()) };
    (entry, lines[0].split('|').map(column).collect())
}

/// What the columns of a table mean in the end: what their headings say, unless their values say something else.
fn roles(lines: &[&str]) -> Vec<Role> {
    let mut roles: Vec<Role> = columns(lines).1.iter().map(|column| column.role).collect();
    auto(lines).roles.into_iter().for_each(|(place, role)| roles[place] = role);
    roles
}

fn auto(lines: &[&str]) -> Survey {
    look(lines, &Options::default())
}

fn order(dates: &[&str]) -> (Option<Order>, bool) {
    let lines: Vec<&str> = std::iter::once("time").chain(dates.iter().copied()).collect();
    let survey = auto(&lines);
    (survey.order, survey.is_order_open)
}

#[test]
fn day_and_month_are_told_by_rows_by_their_sequence_and_by_dots() {
    let (day, month) = (Some(Order::DayFirst), Some(Order::MonthFirst));
    assert_eq!(order(&["4/7/2012", "4/13/2012"]), (month, false), "no 13th month");
    assert_eq!(order(&["4/7/2012", "13/7/2012"]), (day, false));
    assert_eq!(
        order(&["4/7/2012 1:00", "4/8/2012 1:00", "4/9/2012 1:00"]),
        (month, false),
        "days in a row, not months"
    );
    assert_eq!(order(&["04/07/2012", "05/07/2012", "06/07/2012"]), (day, false));
    assert_eq!(order(&["04/30/2012", "05/01/2012"]), (month, false));
    assert_eq!(order(&["4.7.2012", "4.7.2012"]), (day, false), "dots stand behind days");
    assert_eq!(order(&["4/7/2012 3:13", "4/7/2012 3:14"]), (month, true), "a guess");
    assert_eq!(order(&["04/07/2012", "04/07/2012"]), (day, true), "a guess");
    assert_eq!(order(&["2012-04-07", "2012-04-08"]), (None, false), "says itself");
    let wanted = Options { order: day, ..Options::default() };
    assert_eq!(look(&["time", "4/7/2012 3:13"], &wanted).order, day);
    assert!(auto(&["time", "4/7/2012 3:13"]).notes.contains(&IssueKind::DatesMonthFirst));
    assert!(look(&["time", "4/7/2012 3:13"], &wanted).notes.is_empty());
}

#[test]
fn another_column_tells_the_order() {
    let survey = auto(&["time|logged", "4/7/2012 3:13|2012-07-04 03:15:00", "4/7/2012 3:14|2012-07-04 03:16:00"]);
    assert_eq!((survey.order, survey.is_order_open), (Some(Order::DayFirst), false));
}

#[test]
fn hours_are_shifted_in_files_of_the_data_set_alone() {
    let rows = |date: &str| {
        let row = format!("x|10.0.0.1|5|{date}");
        let lines = ["flow id|source ip|source port|timestamp".to_owned(), row.clone(), row];
        let survey = auto(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        survey.formats.of(3).dates.is_afternoon
    };
    assert!(rows("7/7/2017 3:30"));
    assert!(!rows("7/7/2017 13:30"), "24 hours");
    assert!(!rows("7/7/2017 3:30 AM"));
    assert!(!rows("2017-07-07 03:30:00"));
    assert!(!rows("7/7/2019 3:30"), "another capture");
}

#[test]
fn columns_of_time_are_found_by_their_values() {
    let start =
        |lines: &[&str]| auto(lines).roles.iter().find(|(_, role)| *role == Role::Start).map(|(place, _)| *place);
    assert_eq!(start(&["x|wann", "1|2018-12-25 20:49:10", "2|2018-12-25 20:49:11"]), Some(1));
    assert_eq!(start(&["x|z", "1|1545770950.25", "2|1545770951.5"]), Some(1));
    assert_eq!(start(&["x|z", "1|1545770950250", "2|1545770951500"]), Some(1));
    assert_eq!(start(&["x|z", "1|Dec 25, 2018 20:49:10 UTC", "2|Dec 25, 2018 20:49:11 UTC"]), Some(1));
    assert_eq!(start(&["end time|x", "2018-12-25 20:49:10|2018-12-25 20:49:09"]), Some(1));
    assert_eq!(roles(&["end time|begin", "2018-12-25 20:49:10|2018-12-25 20:49:09"]), [Role::End, Role::Start]);
    assert_eq!(start(&["bytes|z", "1545770950|7", "1545770951|8"]), None, "a meaning that is known stays");
    assert_eq!(start(&["x|z", "10.0.0.1|7", "10.0.0.2|8"]), None);
    let two = roles(&["date|time|x", "2018-12-25|20:49:10|1", "2018-12-25|20:49:11|2"]);
    assert_eq!(two, [Role::Start, Role::Clock, Role::Plain]);
}

#[test]
fn numbers_are_read_by_column() {
    let survey = auto(&["bytes|packets|duration|x", "1.234|12|0,5|10.0.0.1", "12.345.678|1.200|1,25|10.0.0.2"]);
    let marks = |place: usize| survey.formats.of(place).marks;
    assert!(marks(0).has_point_groups && marks(1).has_point_groups && marks(2).has_decimal_comma);
    assert_eq!(survey.formats.of(0).reading, Reading::Figure);
    assert_eq!(survey.formats.of(3).reading, Reading::Any);
    let survey = auto(&["bytes|duration", "1,234|0.5", "12,345|1.250"]);
    assert!(!survey.formats.of(0).marks.has_decimal_comma && !survey.formats.of(1).marks.has_point_groups);
    assert_eq!(auto(&["x|duration", "1|00:00:01.5", "2|00:01:00"]).formats.of(1).reading, Reading::Span);
}

#[test]
fn rates_ends_gaps_and_headings_tell_the_unit() {
    let durations = |lines: &[&str]| auto(lines).units.durations;
    assert_eq!(durations(&["duration|packets|Packets/s", "2000000|10|5", "1000000|7|7"]), Unit::Micro);
    assert_eq!(durations(&["start|end|duration", "100|100.5|500", "101|102|1000"]), Unit::Milli);
    assert_eq!(durations(&["start|duration_ms", "100|500"]), Unit::Milli);
    assert_eq!(durations(&["start|Elapsed Time (sec)", "100|500"]), Unit::Second);
    assert_eq!(
        durations(&["duration|packets|Packets/s", "2|10|5", "3|10|0.1"]),
        Unit::Second,
        "one row is no majority"
    );
    let known = "flow id|src ip|src port|flow duration|total fwd packet|total bwd packets|flow packets/s|flow iat mean";
    let corrected = auto(&[known, "x|10.0.0.1|5|2.0|6|4|5.0|0.2222", "x|10.0.0.1|5|4.0|6|4|2.5|0.4444"]);
    assert_eq!((corrected.units.durations, corrected.units.gaps), (Unit::Second, Unit::Second));
    assert!(corrected.notes.contains(&IssueKind::UnitCorrected));
    let right = auto(&[known, "x|10.0.0.1|5|2000000|6|4|5.0|222222", "x|10.0.0.1|5|4000000|6|4|2.5|444444"]);
    assert_eq!((right.units.durations, right.notes.len()), (Unit::Micro, 0));
    assert!(ALL.iter().any(|entry| entry.durations == Unit::Micro));
}

#[test]
fn rows_with_a_late_day_are_told_from_others() {
    for (row, expected) in [
        ("x,4/13/2012 3:13,y", true),
        ("13.4.2012", true),
        ("4/7/2012", false),
        ("2012-04-13", false),
        ("13/14/2012", false),
        ("a-b-c", false),
    ] {
        assert_eq!(has_late_day(row.as_bytes()), expected, "{row}");
    }
}
