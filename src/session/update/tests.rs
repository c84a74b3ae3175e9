//! Tests of the steps from state to state.

use super::*;
use crate::model::Verdict;
use crate::model::analysis::FileFacts;
use crate::model::finding::tests::made;
use crate::settings::GENERAL;

fn after(state: &State, actions: impl IntoIterator<Item = Action>) -> State {
    actions.into_iter().fold(state.clone(), |state, action| state.step(action).0)
}

fn open(name: &str) -> Action {
    Action::Open(OpenFile { name: name.into(), bytes: 100 })
}

fn heard(job: u32, reply: Reply) -> Action {
    Action::Heard(Envelope::new(job, reply))
}

fn done(job: u32) -> Action {
    heard(job, Reply::Done(Box::default()))
}

fn ready() -> State {
    after(&State::default(), [heard(Envelope::<Reply>::NO_JOB, Reply::Ready { build: String::new() })])
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
fn opening_while_reading_replaces_the_worker() {
    let (_, effects) = after(&State::default(), [open("a.pcap")]).step(open("b.pcap"));
    assert_eq!(effects.first(), Some(&Effect::Restart));
}

#[test]
fn replies_to_an_older_job_are_dropped() {
    let state = after(&State::default(), [open("a.pcap"), Action::Cancel, open("b.pcap")]);
    let late = after(&state, [done(1), heard(1, Reply::Refused("no".into()))]);
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
    let state = after(&state, [heard(1, Reply::Sha256("ab".into())), Action::Evaluate, done(1)]);
    assert_eq!(state.analysis.as_ref().and_then(|a| a.file.sha256.as_deref()), Some("ab"));
    assert!(!state.is_hashing() && !state.is_judging);
    assert_eq!(state.revision, 2);
}

#[test]
fn a_refused_file_leads_back_to_the_start_with_the_reason() {
    let refused = heard(1, Reply::Refused("This is text.".into()));
    let state = after(&State::default(), [open("notes.txt"), refused]);
    assert_eq!(state.phase, Phase::Empty);
    assert_eq!(state.notice, Some(Notice::Refused { file: "notes.txt".into(), text: "This is text.".into() }));
}

#[test]
fn a_dead_worker_keeps_what_is_complete_and_the_file_can_be_read_again() {
    let reading = after(&ready(), [open("a.pcap")]);
    let partial = heard(1, Reply::Partial(Box::default()));
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
    let ready = after(&State::default(), [open("a.pcap"), heard(1, found())]);
    let (state, effects) = ready.step(Action::Expect(beacons()));
    assert_eq!((counts(&ready), counts(&state)), ((2, 0), (1, 1)));
    let told = Envelope::new(1, Request::Expect(state.settings.clone()));
    assert_eq!(effects, [Effect::KeepSettings, Effect::Send(told)]);
    assert_eq!(state.notice, Some(Notice::Expected(beacons())));
    assert_eq!(counts(&after(&state, [heard(1, found())])), (1, 1), "rules that came after the worker was asked");
    let undone = after(&state, [Action::Unexpect(beacons())]);
    assert_eq!((counts(&undone), &undone.notice), ((2, 0), &None));
    assert!(ready.step(Action::Expect(Rule::default())).1.is_empty());
}

#[test]
fn what_is_said_stays_when_judged_again_and_when_the_file_is_opened_again() {
    let annotation = Annotation { verdict: Some(Verdict::False), note: "Ours.".into() };
    let say = Action::Annotation("beacon-1".into(), annotation.clone());
    let ready = after(&State::default(), [open("a.pcap"), heard(1, found())]);
    let (state, effects) = ready.step(say);
    assert_eq!(effects, [Effect::KeepMemory]);
    let says = |state: &State| state.analysis.as_ref().and_then(|a| a.annotations.get("beacon-1").cloned());
    assert_eq!(says(&state), Some(annotation.clone()));
    assert_eq!(says(&after(&state, [Action::Evaluate, heard(1, found())])), Some(annotation.clone()));
    let (hashed, effects) = state.step(heard(1, Reply::Sha256("ab".into())));
    assert_eq!((says(&hashed), effects), (Some(annotation.clone()), vec![Effect::KeepMemory]));
    let again = State { memory: Shared::new(Memory::from_text(&hashed.memory.text())), ..State::default() };
    let again = after(&again, [open("a.pcap"), heard(1, found())]);
    assert_eq!(says(&again), Some(annotation));
    let other = after(&again, [heard(1, Reply::Sha256("cd".into()))]);
    assert_eq!(says(&other), None, "it only had the same name and size");
    let (forgotten, effects) = hashed.step(Action::Forget);
    assert_eq!((says(&forgotten), forgotten.memory.text().as_str()), (None, "[]"));
    assert!(effects.contains(&Effect::Forget) && !effects.contains(&Effect::KeepSettings));
}
