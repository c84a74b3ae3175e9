//! Columns of tables are taken for what people say: the same findings as by plain headings, nothing changed by what was so
//! anyway, and what cannot be followed is said.

use packetloupe::export::json::json;
use packetloupe::model::Analysis;
use packetloupe::model::rows::{Layout, Role, RoleReason, RowKind};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::{ColumnChoices, Settings, TABLE_DATE_ORDER};
use proptest::prelude::*;
use std::path::Path;

/// Headings that are known, with what they mean; a table of them is a scan, a login that is guessed, and ordinary web traffic.
const HEADINGS: [(&str, Role); 12] = [
    ("source ip", Role::Source),
    ("source port", Role::SourcePort),
    ("destination ip", Role::Target),
    ("destination port", Role::TargetPort),
    ("protocol", Role::Protocol),
    ("start time", Role::Start),
    ("duration", Role::Duration),
    ("fwd packets", Role::FwdPackets),
    ("bwd packets", Role::BwdPackets),
    ("fwd bytes", Role::FwdBytes),
    ("bwd bytes", Role::BwdBytes),
    ("label", Role::Label),
];
/// Headings that mean nothing to anybody.
const STRANGE: [&str; 12] = ["lähde", "lp", "kohde", "kp", "käytäntö", "alku", "kesto", "ma", "mb", "ta", "tb", "laji"];

fn rows() -> Vec<String> {
    let mut rows = Vec::new();
    for port in 1..=400_u32 {
        rows.push(format!(
            "203.0.113.9,{},10.0.0.5,{port},tcp,{},0,1,0,60,0,scan",
            40_000 + port,
            1_500_000_000 + port
        ));
    }
    for n in 0..60_u32 {
        let (at, port) = (1_500_000_100 + 7 * n, 50_000 + n);
        rows.push(format!("10.0.0.{},{port},198.51.100.7,443,tcp,{at},0.5,12,14,1800,22000,benign", 20 + n % 5));
    }
    rows
}

fn table(headings: &[&str]) -> String {
    let head = if headings.is_empty() { String::new() } else { headings.join(",") + "\n" };
    head + &rows().join("\n") + "\n"
}

fn read_in(bytes: &[u8], size: usize, settings: &Settings) -> Analysis {
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(settings, "a.csv", bytes.len() as u64));
    for slice in bytes.chunks(size) {
        pipeline.feed(slice).unwrap();
    }
    pipeline.end().unwrap();
    pipeline.evaluate(settings)
}

fn read(text: &str, settings: &Settings) -> Analysis {
    read_in(text.as_bytes(), usize::MAX, settings)
}

fn with(choices: &[(&str, Role)]) -> Settings {
    let mut settings = Settings::default();
    choices.iter().for_each(|(heading, role)| assert!(settings.columns_mut().set(heading, Some(*role))));
    settings
}

fn layout(analysis: &Analysis) -> &Layout {
    &analysis.table.as_ref().unwrap().layout
}

fn roles(analysis: &Analysis) -> Vec<Role> {
    layout(analysis).columns.iter().map(|column| column.role).collect()
}

/// What was found, without how the table was read.
fn findings(analysis: &Analysis) -> String {
    let text = json(&Analysis { table: None, issues: Vec::new(), ..analysis.clone() });
    let (found, _) = text.split_once("\"settings\"").unwrap();
    found[found.find("\"summary\"").unwrap()..].to_owned()
}

fn has_issue(analysis: &Analysis, id: &str, words: &str) -> bool {
    analysis.issues.iter().any(|issue| issue.id == id && issue.text.contains(words))
}

#[test]
fn a_table_in_an_unknown_language_or_without_headings_gives_by_choice_what_plain_headings_give() {
    let plain = read(&table(&HEADINGS.map(|(heading, _)| heading)), &Settings::default());
    assert_eq!(roles(&plain), HEADINGS.map(|(_, role)| role));
    assert!(plain.findings.iter().any(|finding| finding.detector == "port_scan"), "{}", findings(&plain));

    let choices: Vec<(&str, Role)> = STRANGE.into_iter().zip(HEADINGS.map(|(_, role)| role)).collect();
    let strange = read(&table(&STRANGE), &with(&choices));
    assert_eq!((roles(&strange), findings(&strange)), (roles(&plain), findings(&plain)));
    assert!(layout(&strange).columns.iter().all(|column| column.reason == RoleReason::Chosen));

    let places: Vec<String> = (1..=12).map(|place| format!("column {place} of 12")).collect();
    let choices: Vec<(&str, Role)> = places.iter().map(String::as_str).zip(HEADINGS.map(|(_, role)| role)).collect();
    let bare = read(&table(&[]), &with(&choices));
    assert_eq!((roles(&bare), findings(&bare)), (roles(&plain), findings(&plain)));
    assert_eq!(layout(&bare).choice_name(2).unwrap(), "column 3 of 12");

    // As objects, whose names come with their values.
    let object = |row: &String| {
        let cells = row.split(',').zip(STRANGE).map(|(cell, name)| format!("{name:?}:{cell:?}"));
        format!("{{{}}}\n", cells.collect::<Vec<_>>().join(","))
    };
    let choices: Vec<(&str, Role)> = STRANGE.into_iter().zip(HEADINGS.map(|(_, role)| role)).collect();
    let objects = read(&rows().iter().map(object).collect::<String>(), &with(&choices));
    assert_eq!((roles(&objects), findings(&objects)), (roles(&plain), findings(&plain)));
}

#[test]
fn values_tell_what_headings_do_not() {
    let strange = read(&table(&STRANGE), &Settings::default());
    let found = roles(&strange);
    let expected = [Role::Source, Role::SourcePort, Role::Target, Role::TargetPort, Role::Protocol, Role::Start];
    assert_eq!(found[..6], expected, "{found:?}");
    let columns = &layout(&strange).columns;
    assert!(columns[..6].iter().all(|column| column.reason == RoleReason::Values));
    assert_eq!(columns[3].examples, ["1", "2", "3"]);
    assert_eq!(columns[6].reason, RoleReason::NothingSaid);
}

#[test]
fn a_choice_beats_heading_and_values() {
    let settings = with(&[("source ip", Role::Target), ("destination ip", Role::Source), ("duration", Role::Ignored)]);
    let swapped = read(&table(&HEADINGS.map(|(heading, _)| heading)), &settings);
    let found = roles(&swapped);
    assert_eq!((found[0], found[2], found[6]), (Role::Target, Role::Source, Role::Ignored));
    assert!(!swapped.findings.iter().any(|finding| {
        finding.detector == "port_scan" && finding.sources.iter().any(|source| source.to_string() == "203.0.113.9")
    }));
}

#[test]
fn the_label_and_the_times_are_those_that_were_chosen() {
    let text = "ip_a,ip_b,first,second,kind,label\n\
                10.0.0.1,10.0.0.2,2017-07-05 10:00:00,2018-01-02 11:00:00,attack,x\n\
                10.0.0.1,10.0.0.3,2017-07-05 10:00:01,2018-01-02 11:00:07,normal,y\n";
    let by_heading = read(text, &Settings::default());
    assert_eq!(layout(&by_heading).label_name(), Some("label"));
    let chosen = read(text, &with(&[("kind", Role::Label), ("second", Role::Start)]));
    assert_eq!(layout(&chosen).label_name(), Some("kind"));
    let label = layout(&chosen).label.unwrap() as usize;
    assert!(layout(&chosen).columns[label].is_chosen());
    assert_eq!(chosen.summary.first_ns, Some(1_514_890_800_000_000_000));
    let none = read(text, &with(&[("first", Role::Ignored), ("second", Role::Ignored)]));
    assert_eq!((layout(&none).kind, layout(&none).lacks.join(" ")), (RowKind::Rows, "times".to_owned()));
}

#[test]
fn what_cannot_be_followed_is_said_and_not_used() {
    let headings = HEADINGS.map(|(heading, _)| heading);
    let plain = read(&table(&headings), &Settings::default());
    let settings = with(&[("label", Role::SourcePort), ("protocol", Role::Start), ("source ip", Role::Bytes)]);
    let read_so = read(&table(&headings), &settings);
    assert_eq!((roles(&read_so), findings(&read_so)), (roles(&plain), findings(&plain)));
    assert!(has_issue(&read_so, "column-unfit", "\"label\" as source port"), "{:?}", read_so.issues);
    assert_eq!(layout(&read_so).unused_choices.len(), 3);

    // What was kept for other tables is no matter here; what was said of this one is.
    let mut settings = with(&[("no such", Role::Bytes)]);
    assert!(!has_issue(&read(&table(&headings), &settings), "column-absent", ""));
    *settings.columns_mut() = settings.columns().clone().about_this();
    let said = read(&table(&headings), &settings);
    assert!(has_issue(&said, "column-absent", "Not used: \"no such\" as bytes."), "{:?}", said.issues);
    assert_eq!(findings(&said), findings(&plain));

    // Both at once: only what was said of this table is told.
    let mut settings = with(&[("of another", Role::Bytes)]);
    settings.columns_mut().extend(&with(&[("no such", Role::Bytes)]).columns().clone().about_this());
    let said = read(&table(&headings), &settings);
    assert!(has_issue(&said, "column-absent", "Not used: \"no such\" as bytes."), "{:?}", said.issues);
}

#[test]
fn times_that_begin_late_are_times() {
    let mut text = "source ip,destination ip,start time,duration\n".to_owned();
    (0..400).for_each(|_| text += "10.0.0.1,10.0.0.2,,1\n");
    (0..50).for_each(|n| text += &format!("10.0.0.1,10.0.0.2,2017-07-05 10:00:{n:02},1\n"));
    let late = read(&text, &Settings::default());
    assert!(layout(&late).lacks.is_empty(), "{:?}", layout(&late).lacks);
    assert_eq!((layout(&late).kind, late.summary.flows), (RowKind::Flows, 50));
}

#[test]
fn a_table_whose_times_cannot_be_read_is_not_said_to_have_none() {
    let of = |time: &str| {
        let text = format!("source ip,destination ip,start time\n10.0.0.1,10.0.0.2,{time}\n10.0.0.1,10.0.0.3,{time}\n");
        layout(&read(&text, &Settings::default())).lacks.clone()
    };
    assert_eq!((of("the day after"), of("")), (vec!["times that can be read".to_owned()], vec!["times".to_owned()]));
    assert!(of("2017-07-05 10:00:00").is_empty());
}

#[test]
fn the_order_of_dates_is_said_and_can_be_changed() {
    let text = "source ip,destination ip,start time\n10.0.0.1,10.0.0.2,04/07/2017 10:00:00\n\
                10.0.0.1,10.0.0.2,04/07/2017 10:00:05\n";
    let first = |settings: &Settings| read(text, settings).summary.first_ns.unwrap() / 1_000_000_000;
    assert_eq!(layout(&read(text, &Settings::default())).date_order, "day first");
    let mut settings = Settings::default();
    assert_eq!(first(&settings), 1_499_162_400);
    settings.set(&TABLE_DATE_ORDER.descriptor, TABLE_DATE_ORDER.number("month_first").unwrap());
    assert_eq!((first(&settings), layout(&read(text, &settings)).date_order.as_str()), (1_491_559_200, "month first"));
}

#[test]
fn the_day_in_a_files_name_tells_day_from_month_where_no_row_does() {
    let text = "source ip,destination ip,start time\n10.0.0.1,10.0.0.2,04/07/2017 10:00:00\n\
                10.0.0.1,10.0.0.2,04/07/2017 10:00:05\n";
    let of = |name: &str, text: &str| {
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, name, text.len() as u64));
        pipeline.feed(text.as_bytes()).unwrap();
        pipeline.end().unwrap();
        let analysis = pipeline.evaluate(&settings);
        let is_guess = analysis.issues.iter().any(|issue| issue.id.starts_with("dates-"));
        (layout(&analysis).date_order.clone(), is_guess)
    };
    assert_eq!(of("flows.csv", text), ("day first".to_owned(), true));
    assert_eq!(of("flows-2017-04-07.csv", text), ("month first".to_owned(), false));
    assert_eq!(of("20170704.csv", text), ("day first".to_owned(), false));
    assert_eq!(of("flows-2012-01-01.csv", text), ("day first".to_owned(), true));
    // A row that shows it is stronger than any name.
    assert_eq!(
        of("flows-2017-04-07.csv", &(text.to_owned() + "10.0.0.1,10.0.0.2,13/07/2017 10:00:05\n")).0,
        "day first"
    );
}

/// The tables of the fixtures.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tables");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// What a reader makes of a table, without the reasons for it.
fn reading(analysis: &Analysis) -> (Layout, String) {
    let mut layout = layout(analysis).clone();
    layout.columns.iter_mut().for_each(|column| column.reason = RoleReason::NothingSaid);
    (layout, findings(analysis))
}

/// The choices that say of all columns what they are taken for.
fn as_read(layout: &Layout) -> ColumnChoices {
    let mut choices = ColumnChoices::default();
    for (place, column) in layout.columns.iter().enumerate() {
        choices.set(&layout.choice_name(place).unwrap(), Some(column.role));
    }
    choices
}

#[test]
fn choosing_what_was_read_anyway_changes_nothing() {
    let mut n = 0;
    for (name, bytes) in fixtures() {
        let analysis = read_in(&bytes, usize::MAX, &Settings::default());
        if analysis.table.is_none() {
            continue;
        }
        n += 1;
        let mut settings = Settings::default();
        *settings.columns_mut() = as_read(layout(&analysis));
        let again = read_in(&bytes, usize::MAX, &settings);
        assert_eq!(reading(&again), reading(&analysis), "{name}");
    }
    assert!(n > 30, "{n}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    /// Any part of what was read, said by people, changes nothing, with known headings, unknown ones and none, and
    /// whatever the slices.
    #[test]
    fn choosing_a_part_of_what_was_read_changes_nothing(
        kind in 0..3usize, parts in proptest::collection::vec(any::<bool>(), 12), size in 1..5_000usize,
    ) {
        let text = match kind {
            0 => table(&HEADINGS.map(|(heading, _)| heading)),
            1 => table(&STRANGE),
            _ => table(&[]),
        };
        let analysis = read(&text, &Settings::default());
        let mut settings = Settings::default();
        for ((heading, role), is_part) in as_read(layout(&analysis)).iter().zip(parts) {
            if is_part {
                settings.columns_mut().set(heading, Some(role));
            }
        }
        let again = read_in(text.as_bytes(), size, &settings);
        prop_assert!(reading(&again) == reading(&analysis), "{:?}", (reading(&again).0, reading(&analysis).0));
    }

    /// Any choices at all are taken without harm, and the same in any slices.
    #[test]
    fn any_choice_is_taken_the_same_in_any_slices(
        picked in proptest::collection::vec(proptest::option::of(0..Role::N), 12), size in 1..5_000usize, is_bare: bool,
    ) {
        let text = if is_bare { table(&[]) } else { table(&STRANGE) };
        let mut settings = Settings::default();
        for (place, role) in picked.iter().enumerate().filter_map(|(place, role)| Some((place, (*role)?))) {
            let heading = if is_bare { format!("column {} of 12", place + 1) } else { STRANGE[place].to_owned() };
            settings.columns_mut().set(&heading, Some(Role::ALL[role].0));
        }
        let (one, other) = (read(&text, &settings), read_in(text.as_bytes(), size, &settings));
        prop_assert_eq!(layout(&one), layout(&other));
        prop_assert!(findings(&one) == findings(&other));
        for column in layout(&one).columns.iter().filter(|column| column.is_chosen()) {
            let place = layout(&one).columns.iter().position(|other| other.name == column.name).unwrap();
            prop_assert_eq!(settings.columns().of(&column.name, place, layout(&one).columns.len()), Some(column.role));
        }
    }
}
