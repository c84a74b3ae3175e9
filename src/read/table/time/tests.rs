//! Texts of many tools, with the moments that Python's datetime makes of them.

use super::*;
use crate::model::format::time as format;
use proptest::prelude::*;

#[test]
fn the_forms_of_many_tools() {
    for (text, order, expected) in [
        ("2018-12-25", Order::DayFirst, 1_545_696_000.0),
        ("20:49:10 25/12/2018", Order::DayFirst, 1_545_770_950.0),
        ("20:49:10.5 2018-12-25 UTC", Order::DayFirst, 1_545_770_950.5),
        ("May 13, 2024 @ 10:00:30.123", Order::DayFirst, 1_715_594_430.123),
        ("05/13/24.10:00:30.5", Order::MonthFirst, 1_715_594_430.5),
        ("25DEC18:20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("25-DEC-18 08.49.10.000000 PM", Order::DayFirst, 1_545_770_950.0),
        ("25/12/2018 20h49m10s", Order::DayFirst, 1_545_770_950.0),
        ("2018年12月25日 20時49分10秒", Order::DayFirst, 1_545_770_950.0),
        ("2018. 12. 25. 오후 8:49:10", Order::DayFirst, 1_545_770_950.0),
        ("ISODate(\"2018-12-25T20:49:10Z\")", Order::DayFirst, 1_545_770_950.0),
        ("2018-359T20:49:10Z", Order::DayFirst, 1_545_770_950.0),
        ("2018/12/25", Order::DayFirst, 1_545_696_000.0),
        ("25.12.2018", Order::DayFirst, 1_545_696_000.0),
        ("25-12-2018", Order::DayFirst, 1_545_696_000.0),
        ("12/25/2018", Order::MonthFirst, 1_545_696_000.0),
        ("12/25/18", Order::MonthFirst, 1_545_696_000.0),
        ("25/12/98", Order::DayFirst, 914_544_000.0),
        ("2/3/2018 4:05", Order::DayFirst, 1_519_963_500.0),
        ("2/3/2018 4:05", Order::MonthFirst, 1_517_630_700.0),
        ("02/03/2018", Order::MonthFirst, 1_517_616_000.0),
        ("28/02/2018 08:22:13", Order::MonthFirst, 1_519_806_133.0),
        ("02/28/2018 08:22:13", Order::DayFirst, 1_519_806_133.0),
        ("7/7/2017 3:30", Order::DayFirst, 1_499_398_200.0),
        ("07/07/2017 03:30:01 PM", Order::DayFirst, 1_499_441_401.0),
        ("07/07/2017 12:00:00 AM", Order::DayFirst, 1_499_385_600.0),
        ("07/07/2017 12:00:00 PM", Order::DayFirst, 1_499_428_800.0),
        ("7/7/2017 3:30 p.m.", Order::DayFirst, 1_499_441_400.0),
        ("2017/07/07 00:00:00.250000", Order::DayFirst, 1_499_385_600.25),
        ("2017-07-07T02:00:00.5+0200", Order::DayFirst, 1_499_385_600.5),
        ("2017-07-06T22:00:00-02:00", Order::DayFirst, 1_499_385_600.0),
        ("2017-07-07 00:00:00 UTC", Order::DayFirst, 1_499_385_600.0),
        ("2018-12-25T20:49:10Z", Order::DayFirst, 1_545_770_950.0),
        ("2018-12-25T20:49:10,5Z", Order::DayFirst, 1_545_770_950.5),
        ("2018-12-25T21:49:10+0100", Order::DayFirst, 1_545_770_950.0),
        ("2018-12-25T21:49:10+01:00", Order::DayFirst, 1_545_770_950.0),
        ("2018-12-25T21:49:10+01", Order::DayFirst, 1_545_770_950.0),
        ("2018-12-26T02:19:10+0530", Order::DayFirst, 1_545_770_950.0),
        ("2018-12-25 20:49:10 +0000 UTC", Order::DayFirst, 1_545_770_950.0),
        ("2018-12-25 22:49:10.25 +0200 CEST m=+0.0123", Order::DayFirst, 1_545_770_950.25),
        ("2018-12-25T21:49:10+01:00[Europe/Berlin]", Order::DayFirst, 1_545_770_950.0),
        ("20181225T204910Z", Order::DayFirst, 1_545_770_950.0),
        ("20181225 204910", Order::DayFirst, 1_545_770_950.0),
        ("20181225T204910.500", Order::DayFirst, 1_545_770_950.5),
        ("2018-12-25_20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("2018-12-25-20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("2018/12/25:20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("Dec 25, 2018 20:49:10.500000000 UTC", Order::DayFirst, 1_545_770_950.5),
        ("Dec 25, 2018 21:49:10.000000000 CET", Order::DayFirst, 1_545_770_950.0),
        ("Dec 25, 2018 15:49:10.000000000 Eastern Standard Time", Order::DayFirst, 1_545_770_950.0),
        ("Jul  4, 2018 22:00:00.0 CEST", Order::DayFirst, 1_530_734_400.0),
        ("Dez 25, 2018 21:49:10.000000000 CET", Order::DayFirst, 1_545_770_950.0),
        ("Dec 25, 2018 21:49:10.000000000 W. Europe Standard Time", Order::DayFirst, 1_545_770_950.0),
        ("déc. 25, 2018 20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("Dec  5 2018 01:02:03", Order::DayFirst, 1_543_971_723.0),
        ("Tue Dec 25 20:49:10 2018", Order::DayFirst, 1_545_770_950.0),
        ("Tue Dec 25 21:49:10 CET 2018", Order::DayFirst, 1_545_770_950.0),
        ("Tue, 25 Dec 2018 20:49:10 GMT", Order::DayFirst, 1_545_770_950.0),
        ("Tue, 25 Dec 2018 21:49:10 +0100", Order::DayFirst, 1_545_770_950.0),
        ("Tuesday, December 25, 2018 8:49:10 PM", Order::DayFirst, 1_545_770_950.0),
        ("Tue Dec 25 2018 21:49:10 GMT+0100 (Central European Standard Time)", Order::DayFirst, 1_545_770_950.0),
        ("25/Dec/2018:21:49:10 +0100", Order::DayFirst, 1_545_770_950.0),
        ("[25/Dec/2018:21:49:10 +0100]", Order::DayFirst, 1_545_770_950.0),
        ("15/Apr/2011 07:56:25", Order::DayFirst, 1_302_854_185.0),
        ("25-Dec-2018 20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("25-Dec-18 20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("25 December 2018 at 20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("2018-Dec-25 20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("2018 Dec 25 20:49:10", Order::DayFirst, 1_545_770_950.0),
        ("December 25th, 2018 8:49:10 pm", Order::DayFirst, 1_545_770_950.0),
        ("/Date(1545770950000)/", Order::DayFirst, 1_545_770_950.0),
        ("/Date(1545770950000+0100)/", Order::DayFirst, 1_545_770_950.0),
        ("\\/Date(1545770950250)\\/", Order::DayFirst, 1_545_770_950.25),
        ("29/02/2016 00:00:00", Order::DayFirst, 1_456_704_000.0),
        ("2000-02-29 23:59:59.999", Order::DayFirst, 951_868_799.999),
        ("20:49:10.520001", Order::DayFirst, 74_950.520_001),
        ("8:49:10 PM", Order::DayFirst, 74_950.0),
        ("00:00", Order::DayFirst, 0.0),
        ("Dec 25 20:49:10", Order::DayFirst, 31_006_150.0),
        ("Feb  3 01:02:03.5", Order::DayFirst, 2_854_923.5),
    ] {
        let stamp = read(text.as_bytes(), DateFormat { order, ..DateFormat::default() });
        assert_eq!(stamp.map(|stamp| stamp.seconds), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_moment_is_none() {
    for text in [
        "10.0.0.1",
        "80-443-9999",
        "1-2-3",
        "2017-13-01",
        "2017-07-07 25:00",
        "2017-07-07 1",
        "99/99/2017",
        "a",
        "",
        "31/02/2018",
        "29/02/2017 10:00:00",
        "1.2.3",
        "1.12.18",
        "192.168.10.5",
        "20:49:10:aa:bb:cc",
        "fe80::1",
        "12:60",
        "TCP",
        "Dec",
        "Dec 25",
        "2018-12-25 20:49:10 5",
        "March of the penguins",
        "00:0c:29:1a:2b:3c",
        "12:34:56:78",
    ] {
        assert_eq!(read(text.as_bytes(), DateFormat::default()), None, "{text}");
    }
}

#[test]
fn hours_without_am_or_pm_are_shifted_where_the_tool_is_known_for_it() {
    let format = DateFormat { is_afternoon: true, ..DateFormat::default() };
    let hour = |text: &str| read(text.as_bytes(), format).map(|stamp| stamp.seconds % 86_400.0 / 3600.0);
    assert_eq!(hour("7/7/2017 3:00"), Some(15.0));
    assert_eq!(hour("7/7/2017 8:00"), Some(8.0));
    assert_eq!(hour("7/7/2017 3:00 AM"), Some(3.0));
    assert_eq!(hour("2017-07-07 03:00:00"), Some(3.0), "ISO has 24 hours");
}

#[test]
fn what_a_text_says_of_itself() {
    let stamp = |text: &str| read(text.as_bytes(), DateFormat { year: 2021, ..DateFormat::default() }).unwrap();
    assert_eq!(stamp("4/7/2012 3:13").pair, Some(Pair { first: 4, second: 7, mark: b'/', is_short: true }));
    assert_eq!((stamp("2012-04-07").pair, stamp("2012-04-07").parts), (None, Parts::Date));
    assert_eq!((stamp("3:13 PM").parts, stamp("3:13 PM").hour), (Parts::Clock, Some((3, true))));
    assert_eq!((stamp("Jan  1 00:00:00").parts, stamp("Jan  1 00:00:00").seconds), (Parts::NoYear, 1_609_459_200.0));
    assert!(stamp("Dec 25, 2018 20:49:10 Somewhere Time").has_unknown_zone);
}

proptest! {
    #[test]
    fn a_moment_that_was_written_is_read_again(seconds in 0i64..7_000_000_000, zone in -12i64..=14, form in 0usize..9) {
        let text = format::to_second((seconds + zone * 3600) * format::SECOND);
        let (date, clock) = text.split_once(' ').unwrap();
        let parts: Vec<&str> = date.split('-').collect();
        let (year, month, day) = (parts[0], parts[1], parts[2]);
        let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            [month.parse::<usize>().unwrap() - 1];
        let zone_text = format!("{}{:02}", if zone < 0 { '-' } else { '+' }, zone.abs());
        let order = if form == 2 { Order::MonthFirst } else { Order::DayFirst };
        let written = match form {
            0 => format!("{date}T{clock}{zone_text}:00"),
            1 => format!("{day}/{month}/{year} {clock} {zone_text}00"),
            2 => format!("{month}/{day}/{year} {clock} {zone_text}00"),
            3 => format!("{day}.{month}.{year} {clock} {zone_text}00"),
            4 => format!("[{day}/{name}/{year}:{clock} {zone_text}00]"),
            5 => format!("{name} {day}, {year} {clock}.000000000 UTC{zone_text}"),
            6 => format!("{day}-{name}-{year} {clock} {zone_text}"),
            7 => format!("{} {}{zone_text}00", date.replace('-', ""), clock.replace(':', "")),
            _ => format!("{date} {clock} {zone_text}00 XYZ"),
        };
        let stamp = read(written.as_bytes(), DateFormat { order, ..DateFormat::default() });
        prop_assert_eq!(stamp.map(|stamp| stamp.seconds), Some(seconds as f64), "{}", written);
    }

    #[test]
    fn no_text_panics(text in "[ -~]{0,40}|[0-9/:. TZapmD+-]{0,40}", year in 0u16..2100) {
        let _ = read(text.as_bytes(), DateFormat { year, ..DateFormat::default() });
        let _ = numeric::of_digits(text.as_bytes());
    }
}
