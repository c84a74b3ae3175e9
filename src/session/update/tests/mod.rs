//! Tests of the steps from state to state.

mod offer;

use super::*;
use crate::model::analysis::{FileFacts, Issue, IssueSeverity};
use crate::model::finding::tests::made;
use crate::model::rows::{Column, Layout, Role, TableFacts};
use crate::model::{Analysis, Annotation, Rule, Verdict};
use crate::protocol::Reply;
use crate::protocol::attached::{AttachedFile, AttachedKind, AttachedOutcome, Offered};
use crate::session::lesson::Course;
use crate::session::memory::Memory;
use crate::session::route::{LearnRoute, Route};
use crate::session::state::{OpenFile, Worker};
use crate::settings::{Descriptor, GENERAL, OnChange, Settings};

fn after(state: &State, actions: impl IntoIterator<Item = Action>) -> State {
    actions.into_iter().fold(state.clone(), |state, action| state.step(action).0)
}

fn open(name: &str) -> Action {
    Action::Open(OpenFile { name: name.into(), bytes: 100 })
}

fn received(job: u32, reply: Reply) -> Action {
    Action::Received(Envelope::new(job, reply))
}

fn done(job: u32) -> Action {
    received(job, Reply::Done(Box::default()))
}

fn ready() -> State {
    after(&State::default(), [received(Envelope::<Reply>::NO_JOB, Reply::Ready { build: String::new() })])
}

#[test]
fn a_worker_that_dies_before_it_speaks_is_replaced_only_when_there_is_something_to_read() {
    let (state, effects) = State::default().step(Action::Died("No network.".into()));
    assert!(effects.is_empty());
    assert!(matches!(state.notice, Some(Notice::Died { is_replaced: false, can_read_again: false, .. })));
    let (state, effects) = state.step(open("a.pcap"));
    assert_eq!(effects.first(), Some(&Effect::Restart));
    assert_eq!(state.worker, Worker::Starting);
}

#[test]
fn opening_reads_with_the_settings_in_force_and_shows_the_overview() {
    let start = State { route: Route::Issues, ..State::default() };
    let (state, effects) = start.step(open("a.pcap"));
    assert_eq!((state.phase, state.job, &state.route), (Phase::Reading, 1, &Route::Overview));
    let request = Envelope::new(1, Request::Open(Settings::default()));
    assert_eq!(effects, [Effect::Send(request), Effect::Show(Route::Overview)]);
}

#[test]
fn a_lesson_that_is_opened_stays_at_its_questions() {
    let opened = Action::Learn(LearnAction::Opened("a".into(), true));
    let (state, effects) = after(&State::default(), [open("a.pcap")]).step(opened);
    let lesson = Route::Learn(LearnRoute { lesson: Some("a".into()), is_class: true });
    assert_eq!((&state.route, effects), (&lesson, vec![Effect::Show(lesson.clone())]));
    let hint = Action::Learn(LearnAction::Hint("a".into(), 0));
    let elsewhere = State { route: Route::Issues, ..state };
    assert_eq!(after(&elsewhere, [hint]).route, Route::Issues);
    // Its file may come after that; another file is no lesson.
    let course = r#"{"packetloupe": "lessons", "version": 1, "title": "T", "lessons": [{"id": "a", "title": "T", "file": "a.pcap",
        "minutes": 5, "story": "S", "questions": [{"ask": "Q", "answer": "A"}]}]}"#;
    let loaded = LearnAction::Loaded(Course::read(course).ok());
    let opened = [loaded, LearnAction::Opened("a".into(), true)].map(Action::Learn);
    let state = after(&after(&State::default(), opened), [open("a.pcap")]);
    assert_eq!(state.route, lesson);
    assert_eq!(after(&state, [open("b.pcap")]).route, Route::Overview);
}

#[test]
fn the_file_that_was_open_before_a_reload_comes_back_as_it_was_shown() {
    let last = Some(OpenFile { name: "a.pcap".into(), bytes: 100 });
    let start = State { route: Route::Issues, last, recent: Some(Vec::new()), ..State::default() };
    let (again, effects) = start.step(open("a.pcap"));
    assert_eq!((&again.route, effects.len()), (&Route::Issues, 1));
    let (other, effects) = start.step(open("b.pcap"));
    assert_eq!((&other.route, effects.len()), (&Route::Overview, 2));
    let names = |state: &State| state.recent.iter().flatten().map(|file| file.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&after(&other, [open("a.pcap"), open("b.pcap")])), ["b.pcap", "a.pcap"]);
    let refused = after(&again, [received(1, Reply::Refused("no".into()))]);
    assert_eq!(refused.last, None);
    assert_eq!(after(&other, [Action::ListRecent(false), open("c.pcap")]).recent, None);
}

#[test]
fn opening_while_reading_replaces_the_worker() {
    let (_, effects) = after(&State::default(), [open("a.pcap")]).step(open("b.pcap"));
    assert_eq!(effects.first(), Some(&Effect::Restart));
}

#[test]
fn replies_to_an_older_job_are_dropped() {
    let state = after(&State::default(), [open("a.pcap"), Action::Cancel, open("b.pcap")]);
    let late = after(&state, [done(1), received(1, Reply::Refused("no".into()))]);
    assert_eq!(late, state);
    assert_eq!(after(&state, [done(state.job)]).phase, Phase::Ready);
}

#[test]
fn cancel_forgets_the_file_and_restarts_the_worker() {
    let (state, effects) = after(&State::default(), [open("a.pcap")]).step(Action::Cancel);
    assert_eq!((state.phase, state.file), (Phase::Empty, None));
    assert_eq!(state.notice, Some(Notice::Cancelled { file: "a.pcap".into() }));
    assert_eq!(effects, [Effect::Restart]);
}

#[test]
fn stop_is_asked_for_once() {
    let state = after(&State::default(), [open("a.pcap")]);
    let (state, effects) = state.step(Action::Stop);
    assert_eq!(effects, [Effect::Send(Envelope::new(1, Request::Stop))]);
    assert!(state.step(Action::Stop).1.is_empty());
}

#[test]
fn the_hash_comes_later_and_survives_judging_again() {
    let state = after(&State::default(), [open("a.pcap"), done(1)]);
    assert!(state.is_hashing());
    let state = after(&state, [received(1, Reply::Sha256("ab".into())), Action::Evaluate, done(1)]);
    assert_eq!(state.analysis.as_ref().and_then(|a| a.file.sha256.as_deref()), Some("ab"));
    assert!(!state.is_hashing() && !state.is_evaluating);
    assert_eq!(state.revision, 2);
}

#[test]
fn a_refused_file_leads_back_to_the_start_with_the_reason() {
    let refused = received(1, Reply::Refused("This is text.".into()));
    let state = after(&State::default(), [open("notes.txt"), refused]);
    assert_eq!(state.phase, Phase::Empty);
    assert_eq!(state.notice, Some(Notice::Refused { file: "notes.txt".into(), text: "This is text.".into() }));
}

#[test]
fn a_dead_worker_keeps_what_is_complete_and_the_file_can_be_read_again() {
    let reading = after(&ready(), [open("a.pcap")]);
    let partial = received(1, Reply::Partial(Box::default()));
    let (died, effects) = after(&reading, [partial]).step(Action::Died("Out of memory.".into()));
    assert_eq!((died.phase, died.analysis.is_none()), (Phase::Empty, true));
    assert_eq!(effects, [Effect::Restart]);
    let ready = after(&reading, [done(1), Action::Died("Bug.".into())]);
    assert_eq!((ready.phase, ready.has_tables, ready.analysis.is_some()), (Phase::Ready, false, true));
    assert!(matches!(ready.notice, Some(Notice::Died { can_read_again: true, .. })));
    let again = after(&ready, [Action::ReadAgain, done(3)]);
    assert!(again.has_tables && again.notice.is_none());
}

#[test]
fn settings_that_judge_are_judged_and_those_that_read_ask_for_reading() {
    let ready = after(&State::default(), [open("a.pcap"), done(1)]);
    let seed = GENERAL.iter().find(|d| d.on_change == OnChange::Evaluate).unwrap();
    let idle = GENERAL.iter().find(|d| d.on_change == OnChange::Read).unwrap();
    let all: Vec<&Descriptor> = GENERAL.iter().collect();
    let (state, effects) = ready.step(Action::Set(seed, 7.0));
    assert_eq!(effects, [Effect::KeepSettings, Effect::EvaluateSoon]);
    assert!(!state.needs_reading(&all));
    assert!(state.step(Action::Set(seed, 7.0)).1.is_empty());
    let (state, effects) = ready.step(Action::Set(idle, 60.0));
    assert_eq!(effects, [Effect::KeepSettings]);
    assert!(state.needs_reading(&all));
    assert!(!after(&state, [Action::ReadAgain, done(2)]).needs_reading(&all));
}

fn found() -> Reply {
    let findings = vec![made("beacon", &[[10, 0, 0, 1]], &[]), made("port_scan", &[[10, 0, 0, 2]], &[])];
    let file = FileFacts { name: "a.pcap".into(), bytes: 100, ..FileFacts::default() };
    Reply::Done(Box::new(Analysis { file, findings, ..Analysis::default() }))
}

fn beacons() -> Rule {
    Rule { detector: Some("beacon".into()), ..Rule::default() }
}

fn counts(state: &State) -> (usize, usize) {
    state.analysis.as_ref().map_or((0, 0), |analysis| (analysis.findings.len(), analysis.expected.len()))
}

#[test]
fn what_is_expected_goes_at_once_and_comes_back() {
    let ready = after(&State::default(), [open("a.pcap"), received(1, found())]);
    let (state, effects) = ready.step(Action::Expect(beacons()));
    assert_eq!((counts(&ready), counts(&state)), ((2, 0), (1, 1)));
    let told = Envelope::new(1, Request::Expect(state.settings.clone()));
    assert_eq!(effects, [Effect::KeepSettings, Effect::Send(told)]);
    assert_eq!(state.notice, Some(Notice::Expected(beacons())));
    assert_eq!(counts(&after(&state, [received(1, found())])), (1, 1), "rules that came after the worker was asked");
    let undone = after(&state, [Action::RemoveRule(beacons())]);
    assert_eq!((counts(&undone), &undone.notice), ((2, 0), &None));
    assert!(ready.step(Action::Expect(Rule::default())).1.is_empty());
}

#[test]
fn what_is_said_stays_when_judged_again_and_when_the_file_is_opened_again() {
    let annotation = Annotation { verdict: Some(Verdict::False), note: "Ours.".into() };
    let say = Action::Annotation("beacon-1".into(), annotation.clone());
    let ready = after(&State::default(), [open("a.pcap"), received(1, found())]);
    let (state, effects) = ready.step(say);
    assert_eq!(effects, [Effect::KeepMemory]);
    let says = |state: &State| state.analysis.as_ref().and_then(|a| a.annotations.get("beacon-1").cloned());
    assert_eq!(says(&state), Some(annotation.clone()));
    assert_eq!(says(&after(&state, [Action::Evaluate, received(1, found())])), Some(annotation.clone()));
    let (hashed, effects) = state.step(received(1, Reply::Sha256("ab".into())));
    assert_eq!((says(&hashed), effects), (Some(annotation.clone()), vec![Effect::KeepMemory]));
    let again = State { memory: Shared::new(Memory::from_text(&hashed.memory.text())), ..State::default() };
    let again = after(&again, [open("a.pcap"), received(1, found())]);
    assert_eq!(says(&again), Some(annotation));
    let other = after(&again, [received(1, Reply::Sha256("cd".into()))]);
    assert_eq!(says(&other), None, "it only had the same name and size");
    let (forgotten, effects) = hashed.step(Action::Forget);
    assert_eq!((says(&forgotten), forgotten.memory.text().as_str()), (None, "[]"));
    assert!(effects.contains(&Effect::Forget) && !effects.contains(&Effect::KeepSettings));
}

/// A table of one column, read with the settings in force.
fn table_done(job: u32, issues: &[&str]) -> Action {
    let layout = Layout { columns: vec![Column::named("Src"), Column::named("column 2")], ..Layout::default() };
    let issue = |id: &&str| Issue {
        id: (*id).to_owned(),
        severity: IssueSeverity::Warning,
        count: 1,
        first_packet: None,
        first_offset: None,
        text: String::new(),
    };
    let analysis = Analysis {
        table: Some(TableFacts { layout, ..TableFacts::default() }),
        issues: issues.iter().map(issue).collect(),
        ..Analysis::default()
    };
    received(job, Reply::Done(Box::new(analysis)))
}

fn take(heading: &str, role: Option<Role>) -> Action {
    Action::TakeColumn(heading.to_owned(), role)
}

#[test]
fn what_is_chosen_for_columns_is_kept_and_asks_for_another_reading_of_this_table_only() {
    let state = after(&ready(), [open("a.csv"), table_done(1, &[])]);
    let (other, effects) = state.step(take("no column of this table", Some(Role::Bytes)));
    assert_eq!((effects, other.reads_table_otherwise()), (vec![Effect::KeepSettings], false));
    let chosen = after(&other, [take("Src", Some(Role::Source)), take("column 2 of 2", Some(Role::Ignored))]);
    assert!(chosen.reads_table_otherwise() && chosen.needs_reading(&[]));
    assert_eq!(chosen.chosen_headings().collect::<Vec<_>>(), ["Src", "column 2 of 2"]);
    let (again, effects) = chosen.step(Action::ReadAgain);
    assert_eq!(effects, [Effect::Send(Envelope::new(2, Request::Open(chosen.settings.clone())))]);
    let again = after(&again, [table_done(2, &[])]);
    assert!(!again.reads_table_otherwise());
    let forgot = after(&again, [Action::ForgetColumns]);
    assert!(forgot.reads_table_otherwise() && forgot.chosen_headings().next().is_none());
    let left: Vec<&str> = forgot.settings.columns().iter().map(|(heading, _)| heading).collect();
    assert_eq!(left, ["no column of this table"]);
    assert_eq!(after(&again, [take("Src", None)]).chosen_headings().collect::<Vec<_>>(), ["column 2 of 2"]);
}

#[test]
fn a_choice_by_place_alone_is_known_and_forgotten_where_the_width_is_not_named() {
    let state = after(&ready(), [take("column 2", Some(Role::Ignored)), open("a.csv"), table_done(1, &[])]);
    assert_eq!(state.chosen_headings().collect::<Vec<_>>(), ["column 2"]);
    for forget in [Action::ForgetColumns, take("column 2 of 2", None)] {
        let forgot = after(&state, [forget]);
        assert!(forgot.settings.columns().is_empty() && forgot.reads_table_otherwise());
    }
    let chosen = after(&state, [take("column 2 of 2", Some(Role::Label))]);
    assert_eq!(chosen.chosen_headings().collect::<Vec<_>>(), ["column 2 of 2"]);
    assert!(after(&chosen, [Action::ForgetColumns]).settings.columns().is_empty());
}

#[test]
fn what_another_tab_keeps_holds_here_too_and_is_not_kept_again() {
    let mut settings = Settings::default();
    settings.set(&GENERAL[0], 30.0);
    let (state, effects) = ready().step(Action::KeptElsewhere(settings.clone(), Memory::default()));
    assert_eq!((&state.settings, effects), (&settings, vec![Effect::EvaluateSoon]));
    let (_, effects) = state.step(Action::KeptElsewhere(settings, Memory::default()));
    assert!(effects.is_empty(), "only the remarks may differ");
    assert_eq!(after(&state, [Action::NotKept]).notice, Some(Notice::NotKept));
}

#[test]
fn a_file_of_columns_changes_nothing_but_them() {
    let state = after(&ready(), [Action::Set(&GENERAL[0], 60.0), take("a", Some(Role::Label))]);
    let mut loaded = Settings::default();
    loaded.set(&GENERAL[0], 30.0);
    loaded.columns_mut().set("b", Some(Role::Bytes));
    let state = after(&state, [Action::LoadColumns("c.json".into(), loaded, vec!["w".into()])]);
    assert_eq!((state.settings.get(&GENERAL[0]), state.settings.columns().iter().count()), (60.0, 2));
    assert!(matches!(&state.notice, Some(Notice::Loaded { warnings, .. }) if *warnings == ["w"]));
    assert!(after(&state, [Action::Forget]).settings.columns().is_empty());
}

#[test]
fn a_look_reads_little_shows_the_columns_and_then_reads_all() {
    let (state, effects) = ready().step(Action::LookFirst(true));
    assert_eq!(effects, [Effect::KeepLooksFirst]);
    let (state, effects) = state.step(open("a.csv"));
    assert_eq!(effects[0], Effect::Send(Envelope::new(1, Request::Look(Settings::default()))));
    let (looked, effects) = state.step(table_done(1, &["stopped-early"]));
    assert!(looked.is_look && effects == [Effect::Show(Route::Reading)] && looked.route == Route::Reading);
    let (all, effects) = looked.step(Action::ReadAgain);
    assert_eq!(effects, [Effect::Send(Envelope::new(2, Request::Open(Settings::default())))]);
    assert!(!all.is_look);
    // What was read to its end, or is no table, needs no second reading.
    let (whole, effects) = state.step(table_done(1, &[]));
    assert!(!whole.is_look && effects.is_empty() && whole.route == Route::Overview);
    assert!(!after(&state, [done(1)]).is_look);
}
