//! One step of the page: a state and what happened give the next state and the orders that go out.

use super::memory::Memory;
use super::route::Route;
use super::state::{Clock, Notice, OpenFile, Phase, Shared, State, Worker};
use crate::model::{Analysis, Remark, Rule};
use crate::protocol::{Progress, Reply, Request, Stage};
use crate::settings::{Descriptor, Effect, Settings};
use crate::triage;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Action {
    /// A file was chosen.
    Open(OpenFile),
    /// The open file is to be read again.
    ReadAgain,
    /// Reading is to end, with no result.
    Cancel,
    /// Reading is to end, with what was read so far.
    Stop,
    /// The file is to be closed.
    Close,
    /// The worker said something.
    Heard(Reply),
    /// The worker is gone.
    Died(String),
    /// A setting was changed.
    Set(&'static Descriptor, f64),
    /// All settings go back to their defaults; the allow-list stays.
    ResetSettings,
    /// Settings were loaded from the file of this name, with what of it was not usable.
    LoadSettings(String, Settings, Vec<String>),
    /// What fits this rule is expected here.
    Expect(Rule),
    /// It is not expected any more.
    Unexpect(Rule),
    /// Somebody says something about the finding of this id.
    Remark(String, Remark),
    /// All that is kept in the browser is to be forgotten, and what it said goes from the page too.
    Forget,
    /// Changed settings are to be judged now.
    Judge,
    /// The address changed.
    Go(Route),
    /// Another zone for times.
    SetClock(Clock),
    /// Something could not be done.
    Fail(String),
    /// The notice was read.
    Dismiss,
}

/// Something that the page must do outside of its state.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Send this to the worker; the open file rides beside a [`Request::Open`].
    Send(Request),
    /// End the worker at once and start another.
    Restart,
    /// Put this view's hash into the address.
    Show(Route),
    /// Judge soon, once changes have paused.
    JudgeSoon,
    /// Keep the settings in the browser.
    KeepSettings,
    /// Keep the remarks in the browser.
    KeepMemory,
    /// Forget all that is kept in the browser.
    Forget,
}

impl State {
    /// The next state and the orders that go out.
    pub fn step(&self, action: Action) -> (State, Vec<Order>) {
        let mut next = self.clone();
        let orders = next.take(action);
        (next, orders)
    }

    fn take(&mut self, action: Action) -> Vec<Order> {
        match action {
            Action::Open(file) => {
                // A worker that is busy with another file is replaced: that is quicker than to let it notice.
                if self.phase == Phase::Reading {
                    self.worker = Worker::Gone;
                }
                self.file = Some(file);
                let mut orders = self.read();
                self.route = Route::Overview;
                orders.push(Order::Show(Route::Overview));
                orders
            }
            Action::ReadAgain if self.file.is_some() => self.read(),
            Action::Cancel if self.phase == Phase::Reading => {
                let notice = self.file.take().map(|file| Notice::Cancelled { file: file.name });
                self.clear();
                self.notice = notice;
                self.restart()
            }
            Action::Stop if self.phase == Phase::Reading && !self.is_stopping => {
                self.is_stopping = true;
                vec![Order::Send(Request::Stop { job: self.job })]
            }
            Action::Close => {
                self.file = None;
                self.clear();
                self.restart()
            }
            Action::Heard(reply) => self.hear(reply),
            Action::Died(text) => self.die(text),
            Action::Set(descriptor, value) => {
                let before = self.settings.get(descriptor);
                self.settings.set(descriptor, value);
                if self.settings.get(descriptor) == before {
                    return Vec::new();
                }
                let mut orders = vec![Order::KeepSettings];
                orders.extend((descriptor.effect == Effect::Judge).then_some(Order::JudgeSoon));
                orders
            }
            Action::ResetSettings => {
                self.settings.reset();
                vec![Order::KeepSettings, Order::JudgeSoon]
            }
            Action::LoadSettings(file, settings, warnings) => {
                self.settings = settings;
                self.notice = Some(Notice::Loaded { file, warnings });
                self.settle();
                vec![Order::KeepSettings, Order::JudgeSoon]
            }
            Action::Expect(rule) => self.allow(rule),
            Action::Unexpect(rule) => {
                self.settings.withdraw(&rule);
                self.notice = None;
                self.settle()
            }
            Action::Remark(finding, remark) => {
                let Some(analysis) = &self.analysis else { return Vec::new() };
                let mut memory = Memory::clone(&self.memory);
                memory.set(&analysis.file, &finding, remark);
                self.memory = Shared::new(memory);
                self.recall();
                vec![Order::KeepMemory]
            }
            Action::Forget => {
                self.settings = Settings::default();
                self.memory = Shared::default();
                self.recall();
                let mut orders = self.settle();
                orders.retain(|order| *order != Order::KeepSettings);
                orders.extend([Order::Forget, Order::JudgeSoon]);
                orders
            }
            Action::Judge if self.phase == Phase::Ready && self.has_tables => {
                self.is_judging = true;
                vec![Order::Send(Request::Judge { job: self.job, settings: self.settings.clone() })]
            }
            Action::Go(route) => {
                self.route = route;
                Vec::new()
            }
            Action::SetClock(clock) => {
                self.clock = clock;
                Vec::new()
            }
            Action::Fail(text) => {
                self.notice = Some(Notice::Failed(text));
                Vec::new()
            }
            Action::Dismiss => {
                self.notice = None;
                Vec::new()
            }
            // What came too late: there is nothing to cancel, stop, read or judge any more.
            Action::ReadAgain | Action::Cancel | Action::Stop | Action::Judge => Vec::new(),
        }
    }

    /// Begins to read the open file.
    fn read(&mut self) -> Vec<Order> {
        let bytes_total = self.file.as_ref().map_or(0, |file| file.bytes);
        self.clear();
        self.phase = Phase::Reading;
        self.read_settings = self.settings.clone();
        self.progress = Some(Progress {
            stage: Stage::Reading,
            bytes_done: 0,
            bytes_total,
            packets: 0,
            packets_per_second: 0.0,
            seconds_left: None,
            detector: String::new(),
        });
        let mut orders = if self.worker == Worker::Gone { self.restart() } else { Vec::new() };
        orders.push(Order::Send(Request::Open { job: self.job, settings: self.settings.clone() }));
        orders
    }

    fn restart(&mut self) -> Vec<Order> {
        self.worker = Worker::Starting;
        vec![Order::Restart]
    }

    /// Forgets the analysis; replies to its job will be dropped.
    fn clear(&mut self) {
        self.job = self.job.wrapping_add(1);
        self.phase = Phase::Empty;
        self.analysis = None;
        self.progress = None;
        self.notice = None;
        self.is_stopping = false;
        self.is_judging = false;
        self.has_tables = false;
    }

    fn hear(&mut self, reply: Reply) -> Vec<Order> {
        if job_of(&reply).is_some_and(|job| job != self.job) {
            return Vec::new();
        }
        match reply {
            Reply::Progress { progress, .. } => self.progress = Some(progress),
            Reply::Partial { analysis, .. } if self.phase == Phase::Reading => {
                self.analysis = Some(Shared::new(*analysis));
            }
            Reply::Done { analysis, .. } => self.finish(*analysis),
            Reply::Sha256 { hex, .. } => {
                self.progress = None;
                if let Some(analysis) = &self.analysis {
                    let mut with_hash = Analysis::clone(analysis);
                    with_hash.file.sha256 = Some(hex);
                    let mut memory = Memory::clone(&self.memory);
                    with_hash.remarks = memory.name(&with_hash.file);
                    self.analysis = Some(Shared::new(with_hash));
                    if memory != *self.memory {
                        self.memory = Shared::new(memory);
                        return vec![Order::KeepMemory];
                    }
                }
            }
            Reply::Refused { text, .. } => {
                let file = self.file.take().map(|file| file.name).unwrap_or_default();
                self.clear();
                self.notice = Some(Notice::Refused { file, text });
            }
            Reply::Ready { .. } => self.worker = Worker::Ready,
            Reply::Partial { .. } | Reply::Answer { .. } | Reply::FlowsSaved { .. } => {}
        }
        Vec::new()
    }

    fn finish(&mut self, mut analysis: Analysis) {
        if let Some(known) = &self.analysis
            && analysis.file.sha256.is_none()
        {
            analysis.file.sha256.clone_from(&known.file.sha256);
        }
        if self.phase == Phase::Reading {
            self.progress = None;
        }
        // Rules may have come after the worker was asked.
        triage::settle(&mut analysis, self.settings.expected());
        analysis.remarks = self.memory.of(&analysis.file);
        self.analysis = Some(Shared::new(analysis));
        self.phase = Phase::Ready;
        self.is_stopping = false;
        self.is_judging = false;
        self.has_tables = true;
        self.revision = self.revision.wrapping_add(1);
    }

    /// Adds a rule and says so.
    fn allow(&mut self, rule: Rule) -> Vec<Order> {
        let Some(rule) = rule.tidy() else { return Vec::new() };
        if !self.settings.allow(rule.clone()) {
            self.notice = Some(Notice::Failed(format!("The allow-list is full: it has {} rules.", Rule::MOST)));
            return Vec::new();
        }
        self.notice = Some(Notice::Expected(rule));
        self.settle()
    }

    /// Applies the allow-list here and in the worker, whose flow table says what was found of each flow.
    fn settle(&mut self) -> Vec<Order> {
        let mut orders = vec![Order::KeepSettings];
        if let Some(analysis) = &self.analysis {
            let mut settled = Analysis::clone(analysis);
            triage::settle(&mut settled, self.settings.expected());
            self.analysis = Some(Shared::new(settled));
            if self.has_tables {
                orders.push(Order::Send(Request::Expect { job: self.job, settings: self.settings.clone() }));
            }
        }
        orders
    }

    /// Puts what is remembered of the open file into its analysis.
    fn recall(&mut self) {
        if let Some(analysis) = &self.analysis {
            let mut recalled = Analysis::clone(analysis);
            recalled.remarks = self.memory.of(&recalled.file);
            self.analysis = Some(Shared::new(recalled));
        }
    }

    /// The worker is gone: what is complete stays on the page, the tables are lost.
    fn die(&mut self, text: String) -> Vec<Order> {
        let is_replaced = self.worker == Worker::Ready;
        let is_complete = self.phase == Phase::Ready;
        let analysis = self.analysis.take().filter(|_| is_complete);
        self.clear();
        self.notice = Some(Notice::Died { text, can_read_again: self.file.is_some(), is_replaced });
        if analysis.is_some() {
            self.phase = Phase::Ready;
            self.analysis = analysis;
        }
        if is_replaced {
            return self.restart();
        }
        self.worker = Worker::Gone;
        Vec::new()
    }
}

fn job_of(reply: &Reply) -> Option<u32> {
    match reply {
        Reply::Ready { .. } => None,
        Reply::Progress { job, .. }
        | Reply::Partial { job, .. }
        | Reply::Done { job, .. }
        | Reply::Sha256 { job, .. }
        | Reply::Refused { job, .. }
        | Reply::Answer { job, .. }
        | Reply::FlowsSaved { job } => Some(*job),
    }
}

#[cfg(test)]
mod tests {
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

    fn done(job: u32) -> Action {
        Action::Heard(Reply::Done { job, analysis: Box::default() })
    }

    fn ready() -> State {
        after(&State::default(), [Action::Heard(Reply::Ready { build: String::new() })])
    }

    #[test]
    fn a_worker_that_dies_before_it_speaks_is_replaced_only_when_there_is_something_to_read() {
        let (state, orders) = State::default().step(Action::Died("No network.".into()));
        assert!(orders.is_empty());
        assert!(matches!(state.notice, Some(Notice::Died { is_replaced: false, can_read_again: false, .. })));
        let (state, orders) = state.step(open("a.pcap"));
        assert_eq!(orders.first(), Some(&Order::Restart));
        assert_eq!(state.worker, Worker::Starting);
    }

    #[test]
    fn opening_reads_with_the_settings_in_force_and_shows_the_overview() {
        let start = State { route: Route::Issues, ..State::default() };
        let (state, orders) = start.step(open("a.pcap"));
        assert_eq!((state.phase, state.job, &state.route), (Phase::Reading, 1, &Route::Overview));
        let request = Request::Open { job: 1, settings: Settings::default() };
        assert_eq!(orders, [Order::Send(request), Order::Show(Route::Overview)]);
    }

    #[test]
    fn opening_while_reading_replaces_the_worker() {
        let (_, orders) = after(&State::default(), [open("a.pcap")]).step(open("b.pcap"));
        assert_eq!(orders.first(), Some(&Order::Restart));
    }

    #[test]
    fn replies_to_an_older_job_are_dropped() {
        let state = after(&State::default(), [open("a.pcap"), Action::Cancel, open("b.pcap")]);
        let late = after(&state, [done(1), Action::Heard(Reply::Refused { job: 1, text: "no".into() })]);
        assert_eq!(late, state);
        assert_eq!(after(&state, [done(state.job)]).phase, Phase::Ready);
    }

    #[test]
    fn cancel_forgets_the_file_and_restarts_the_worker() {
        let (state, orders) = after(&State::default(), [open("a.pcap")]).step(Action::Cancel);
        assert_eq!((state.phase, state.file), (Phase::Empty, None));
        assert_eq!(state.notice, Some(Notice::Cancelled { file: "a.pcap".into() }));
        assert_eq!(orders, [Order::Restart]);
    }

    #[test]
    fn stop_is_asked_for_once() {
        let state = after(&State::default(), [open("a.pcap")]);
        let (state, orders) = state.step(Action::Stop);
        assert_eq!(orders, [Order::Send(Request::Stop { job: 1 })]);
        assert!(state.step(Action::Stop).1.is_empty());
    }

    #[test]
    fn the_hash_comes_later_and_survives_judging_again() {
        let state = after(&State::default(), [open("a.pcap"), done(1)]);
        assert!(state.is_hashing());
        let state = after(&state, [Action::Heard(Reply::Sha256 { job: 1, hex: "ab".into() }), Action::Judge, done(1)]);
        assert_eq!(state.analysis.as_ref().and_then(|a| a.file.sha256.as_deref()), Some("ab"));
        assert!(!state.is_hashing() && !state.is_judging);
        assert_eq!(state.revision, 2);
    }

    #[test]
    fn a_refused_file_leads_back_to_the_start_with_the_reason() {
        let refused = Action::Heard(Reply::Refused { job: 1, text: "This is text.".into() });
        let state = after(&State::default(), [open("notes.txt"), refused]);
        assert_eq!(state.phase, Phase::Empty);
        assert_eq!(state.notice, Some(Notice::Refused { file: "notes.txt".into(), text: "This is text.".into() }));
    }

    #[test]
    fn a_dead_worker_keeps_what_is_complete_and_the_file_can_be_read_again() {
        let reading = after(&ready(), [open("a.pcap")]);
        let partial = Action::Heard(Reply::Partial { job: 1, analysis: Box::default() });
        let (died, orders) = after(&reading, [partial]).step(Action::Died("Out of memory.".into()));
        assert_eq!((died.phase, died.analysis.is_none()), (Phase::Empty, true));
        assert_eq!(orders, [Order::Restart]);
        let ready = after(&reading, [done(1), Action::Died("Bug.".into())]);
        assert_eq!((ready.phase, ready.has_tables, ready.analysis.is_some()), (Phase::Ready, false, true));
        assert!(matches!(ready.notice, Some(Notice::Died { can_read_again: true, .. })));
        let again = after(&ready, [Action::ReadAgain, done(3)]);
        assert!(again.has_tables && again.notice.is_none());
    }

    #[test]
    fn settings_that_judge_are_judged_and_those_that_read_ask_for_reading() {
        let ready = after(&State::default(), [open("a.pcap"), done(1)]);
        let seed = GENERAL.iter().find(|d| d.effect == Effect::Judge).unwrap();
        let idle = GENERAL.iter().find(|d| d.effect == Effect::Read).unwrap();
        let all: Vec<&Descriptor> = GENERAL.iter().collect();
        let (state, orders) = ready.step(Action::Set(seed, 7.0));
        assert_eq!(orders, [Order::KeepSettings, Order::JudgeSoon]);
        assert!(!state.needs_reading(&all));
        assert!(state.step(Action::Set(seed, 7.0)).1.is_empty());
        let (state, orders) = ready.step(Action::Set(idle, 60.0));
        assert_eq!(orders, [Order::KeepSettings]);
        assert!(state.needs_reading(&all));
        assert!(!after(&state, [Action::ReadAgain, done(2)]).needs_reading(&all));
    }

    fn found() -> Reply {
        let findings = vec![made("beacon", &[[10, 0, 0, 1]], &[]), made("port_scan", &[[10, 0, 0, 2]], &[])];
        let file = FileFacts { name: "a.pcap".into(), bytes: 100, ..FileFacts::default() };
        Reply::Done { job: 1, analysis: Box::new(Analysis { file, findings, ..Analysis::default() }) }
    }

    fn beacons() -> Rule {
        Rule { detector: Some("beacon".into()), ..Rule::default() }
    }

    fn counts(state: &State) -> (usize, usize) {
        state.analysis.as_ref().map_or((0, 0), |analysis| (analysis.findings.len(), analysis.expected.len()))
    }

    #[test]
    fn what_is_expected_goes_at_once_and_comes_back() {
        let ready = after(&State::default(), [open("a.pcap"), Action::Heard(found())]);
        let (state, orders) = ready.step(Action::Expect(beacons()));
        assert_eq!((counts(&ready), counts(&state)), ((2, 0), (1, 1)));
        let told = Request::Expect { job: 1, settings: state.settings.clone() };
        assert_eq!(orders, [Order::KeepSettings, Order::Send(told)]);
        assert_eq!(state.notice, Some(Notice::Expected(beacons())));
        assert_eq!(
            counts(&after(&state, [Action::Heard(found())])),
            (1, 1),
            "rules that came after the worker was asked"
        );
        let undone = after(&state, [Action::Unexpect(beacons())]);
        assert_eq!((counts(&undone), &undone.notice), ((2, 0), &None));
        assert!(ready.step(Action::Expect(Rule::default())).1.is_empty());
    }

    #[test]
    fn what_is_said_stays_when_judged_again_and_when_the_file_is_opened_again() {
        let remark = Remark { verdict: Some(Verdict::False), note: "Ours.".into() };
        let say = Action::Remark("beacon-1".into(), remark.clone());
        let ready = after(&State::default(), [open("a.pcap"), Action::Heard(found())]);
        let (state, orders) = ready.step(say);
        assert_eq!(orders, [Order::KeepMemory]);
        let says = |state: &State| state.analysis.as_ref().and_then(|a| a.remarks.get("beacon-1").cloned());
        assert_eq!(says(&state), Some(remark.clone()));
        assert_eq!(says(&after(&state, [Action::Judge, Action::Heard(found())])), Some(remark.clone()));
        let (hashed, orders) = state.step(Action::Heard(Reply::Sha256 { job: 1, hex: "ab".into() }));
        assert_eq!((says(&hashed), orders), (Some(remark.clone()), vec![Order::KeepMemory]));
        let again = State { memory: Shared::new(Memory::from_text(&hashed.memory.text())), ..State::default() };
        let again = after(&again, [open("a.pcap"), Action::Heard(found())]);
        assert_eq!(says(&again), Some(remark));
        let other = after(&again, [Action::Heard(Reply::Sha256 { job: 1, hex: "cd".into() })]);
        assert_eq!(says(&other), None, "it only had the same name and size");
        let (forgotten, orders) = hashed.step(Action::Forget);
        assert_eq!((says(&forgotten), forgotten.memory.text().as_str()), (None, "[]"));
        assert!(orders.contains(&Order::Forget) && !orders.contains(&Order::KeepSettings));
    }
}
