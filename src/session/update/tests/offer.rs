//! Tests of what is done with files that are dropped.

use super::*;

fn file(name: &str) -> OpenFile {
    OpenFile { name: name.into(), bytes: 100 }
}

fn offer(names: &[&str]) -> Action {
    Action::Offer(names.iter().map(|name| file(name)).collect())
}

fn known(state: &State, files: Vec<Offered>) -> Action {
    received(state.job, Reply::Recognised { offer: state.offer.number, files })
}

/// Offers files and says what they are.
fn dropped(state: &State, names: &[&str], files: Vec<Offered>) -> (State, Vec<Effect>) {
    let asked = after(state, [offer(names)]);
    asked.step(known(&asked, files))
}

const CAPTURE: Offered = Offered::Input { is_table: false };
const TABLE: Offered = Offered::Input { is_table: true };

#[test]
fn a_capture_is_opened_once_it_is_known_to_be_one() {
    let (asked, effects) = ready().step(offer(&["a.pcap", "b.pcap"]));
    let request = Request::Recognise { offer: 1, settings: Settings::default() };
    assert_eq!((effects, asked.phase), (vec![Effect::Send(Envelope::new(0, request))], Phase::Empty));
    let (state, effects) = asked.step(known(&asked, vec![CAPTURE, CAPTURE]));
    assert_eq!(state.file.as_ref().map(|file| (file.name.as_str(), file.bytes)), Some(("a.pcap and b.pcap", 200)));
    assert_eq!(effects[0], Effect::Take { inputs: vec![0, 1], attached: Vec::new() });
    assert_eq!(effects[1], Effect::Send(Envelope::new(1, Request::Open(Settings::default()))));
    // An answer to an older question, or one that is no answer, opens nothing.
    assert_eq!(asked.step(received(0, Reply::Recognised { offer: 0, files: vec![CAPTURE, CAPTURE] })).0, asked);
    assert_eq!(asked.step(known(&asked, vec![CAPTURE])).0.file, None);
}

#[test]
fn what_is_no_capture_never_throws_an_open_analysis_away() {
    let open = after(&ready(), [open("a.pcap"), received(1, found())]);
    let is_open = |state: &State| state.phase == Phase::Ready && state.file == open.file && counts(state) == (2, 0);
    let (state, effects) = dropped(&open, &["x.png"], vec![Offered::Unknown("A picture.".into())]);
    assert!(is_open(&state) && effects.is_empty());
    assert_eq!(state.notice, Some(Notice::Refused { file: "x.png".into(), text: "A picture.".into() }));
    let (state, effects) = dropped(&open, &["a.csv", "b.pcap"], vec![TABLE, CAPTURE]);
    assert!(is_open(&state) && effects.is_empty() && matches!(state.notice, Some(Notice::Refused { .. })));
    let mut settings = Settings::default();
    settings.set(&GENERAL[0], 30.0);
    let given = Offered::Settings(Box::new(settings.clone()), vec!["w".into()]);
    let (state, effects) = dropped(&open, &["s.json"], vec![given]);
    assert!(is_open(&state) && effects.contains(&Effect::EvaluateSoon));
    assert_eq!((&state.settings, matches!(state.notice, Some(Notice::Loaded { .. }))), (&settings, true));
    let (state, effects) = dropped(&open, &["session.json"], vec![Offered::Session]);
    assert!(is_open(&state) && effects == [Effect::ReadSession(0)]);
    let unknown = || Offered::Unknown("A picture.".into());
    let (state, _) = dropped(&open, &["x.png", "y.png", "z.pdf"], vec![unknown(), unknown(), unknown()]);
    let Some(Notice::Refused { text, .. }) = state.notice else { panic!("refused") };
    assert_eq!(text, "A picture. Not opened either: y.png, z.pdf.");
    let (state, effects) = dropped(&open, &["c.pcap", "c.pcap"], vec![CAPTURE, CAPTURE]);
    assert!(effects.contains(&Effect::Take { inputs: vec![0], attached: vec![] }));
    assert!(matches!(state.notice, Some(Notice::Refused { text, .. }) if text.contains("twice")));
    // What can be opened of a mixed drop is.
    let (state, _) = dropped(&open, &["x.png", "c.pcap"], vec![Offered::Unknown("A picture.".into()), CAPTURE]);
    assert_eq!((state.file.unwrap().name.as_str(), state.phase), ("c.pcap", Phase::Reading));
    assert!(matches!(state.notice, Some(Notice::Refused { file, .. }) if file == "x.png"));
}

#[test]
fn models_baselines_and_lists_are_applied_to_what_is_open_and_to_what_comes() {
    let open = after(&ready(), [open("a.pcap"), received(1, found())]);
    let model = Offered::Attached(AttachedKind::Model);
    let list = Offered::Attached(AttachedKind::Indicators);
    let (state, effects) = dropped(&open, &["m.json", "feed.txt"], vec![model.clone(), list.clone()]);
    let files: Vec<AttachedFile> = state.attached.iter().map(|of| of.file.clone()).collect();
    let names: Vec<(u32, &str)> = files.iter().map(|of| (of.id, of.name.as_str())).collect();
    assert_eq!(names, [(1, "m.json"), (2, "feed.txt")]);
    let take = Effect::Take { inputs: Vec::new(), attached: vec![(1, 0), (2, 1)] };
    assert_eq!(effects, [take, Effect::Attach(files)]);
    assert!(state.phase == Phase::Ready && state.file == open.file);
    assert!(matches!(&state.notice, Some(Notice::Attached { file, is_waiting: false, .. }) if file == "feed.txt"));
    // One model at a time, any number of lists; what does not fit says why, once.
    let (state, _) = dropped(&state, &["n.json", "more.txt"], vec![model, list]);
    let names: Vec<&str> = state.attached.iter().map(|of| of.file.name.as_str()).collect();
    assert_eq!(names, ["feed.txt", "n.json", "more.txt"]);
    let outcome = |id, said| AttachedOutcome { id, about: "x".into(), said: Some(said) };
    let said = || received(1, Reply::Attached(vec![outcome(3, Err("it lacks a".into())), outcome(2, Ok(4))]));
    let heard = after(&state, [said()]);
    assert_eq!(heard.notice, Some(Notice::NotApplied { file: "n.json".into(), text: "it lacks a".into() }));
    assert_eq!(heard.attached[0].said, Some(Ok(4)));
    assert_eq!(after(&heard, [Action::Dismiss, said()]).notice, None);
    let (removed, effects) = heard.step(Action::Detach(3));
    assert!(matches!(&effects[..], [Effect::Attach(list)] if list.len() == 2));
    // They outlive the file and the worker; what they gave does not.
    let (closed, effects) = removed.step(Action::Close);
    assert!(matches!(&effects[..], [Effect::Restart, Effect::Attach(list)] if list.len() == 2));
    assert!(closed.attached.iter().all(|of| of.said.is_none()));
}
