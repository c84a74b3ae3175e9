//! One step of the page: a state and an action give the next state and its effects.

mod action;
mod kept;
mod offer;
mod reply;

pub use action::{Action, Effect};

use super::learn::{Learn, LearnAction};
use super::memory::Memory;
use super::route::{LearnRoute, Route};
use super::selection::Selection;
use super::shared::Shared;
use super::state::{Notice, Phase, State, Worker};
use crate::protocol::{Envelope, Progress, Request, Stage};
use crate::settings::{ColumnChoices, OnChange, Settings, file};

impl State {
    /// The next state and the orders that go out.
    pub fn step(&self, action: Action) -> (State, Vec<Effect>) {
        let mut next = self.clone();
        let effects = next.take(action);
        (next, effects)
    }

    pub(super) fn take(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Open(file) => {
                // A worker that is busy with another file is replaced: that is quicker than to let it notice.
                if self.phase == Phase::Reading {
                    self.worker = Worker::Gone;
                }
                // The page was loaded again, and so is its file: then it shows what it did before.
                let is_again = self.file.is_none() && self.last.as_ref() == Some(&file);
                // What an address selects is of the file that it is followed by, not of the next one.
                if self.file.is_some() {
                    self.selection = Selection::default();
                }
                self.note(&file);
                let mut learn = Learn::clone(&self.learn);
                learn.leave_unless(&file.name);
                self.learn = Shared::new(learn);
                self.file = Some(file);
                let mut effects = self.read(self.looks_first);
                if is_again {
                    return effects;
                }
                self.route = Route::Overview;
                effects.push(Effect::Show(Route::Overview));
                effects
            }
            Action::Offer(files) => self.offer(files),
            Action::Detach(id) => self.detach(id),
            Action::ReadAgain if self.file.is_some() => self.read(false),
            Action::Cancel if self.phase == Phase::Reading => {
                let notice = self.file.take().map(|file| Notice::Cancelled { file: file.name });
                self.clear();
                self.notice = notice;
                self.restart()
            }
            Action::Stop if self.phase == Phase::Reading && !self.is_stopping => {
                self.is_stopping = true;
                vec![self.send(Request::Stop)]
            }
            Action::Close => {
                self.file = None;
                self.clear();
                self.restart()
            }
            Action::Received(reply) => self.on_reply(reply),
            Action::Died(text) => self.on_worker_lost(text),
            Action::Set(descriptor, value) => {
                let before = self.settings.get(descriptor);
                self.settings.set(descriptor, value);
                if self.settings.get(descriptor) == before {
                    return Vec::new();
                }
                let mut effects = vec![Effect::KeepSettings];
                effects.extend((descriptor.on_change == OnChange::Evaluate).then_some(Effect::EvaluateSoon));
                effects
            }
            Action::SetNetworks(descriptor, networks) => {
                let before = self.settings.clone();
                // A text that is no list of networks never gets here; it would mean the default.
                let _ = self.settings.set_networks(descriptor, &networks);
                if self.settings.has_same(descriptor, &before) {
                    return Vec::new();
                }
                let mut effects = vec![Effect::KeepSettings];
                effects.extend((descriptor.on_change == OnChange::Evaluate).then_some(Effect::EvaluateSoon));
                effects
            }
            Action::ResetSettings => {
                self.settings.reset();
                vec![Effect::KeepSettings, Effect::EvaluateSoon]
            }
            Action::LoadSettings(file, settings, mut warnings) => {
                warnings.extend(settings.everything_expected());
                self.settings = settings;
                self.notice = Some(Notice::Loaded { file, warnings });
                self.apply();
                vec![Effect::KeepSettings, Effect::EvaluateSoon]
            }
            Action::LoadSession(file, settings, loaded, warnings) => {
                let mut memory = Memory::clone(&self.memory);
                memory.join(loaded);
                self.memory = Shared::new(memory);
                self.recall();
                let mut effects = self.take(Action::LoadSettings(file, settings, warnings));
                effects.push(Effect::KeepMemory);
                effects
            }
            Action::ListRecent(is_wanted) => {
                self.recent = is_wanted.then(|| self.file.iter().chain(&self.last).take(1).cloned().collect());
                Vec::new()
            }
            Action::Learn(action) => {
                let is_opened = matches!(action, LearnAction::Opened(..));
                self.learn = Shared::new(self.learn.step(action));
                if !is_opened {
                    return Vec::new();
                }
                // Its questions come first: the overview would give the answers away.
                self.route =
                    Route::Learn(LearnRoute { lesson: self.learn.open.clone(), is_class: self.learn.is_class });
                vec![Effect::Show(self.route.clone())]
            }
            Action::TakeColumn(heading, None) => {
                self.forget_columns(|name| name == heading);
                self.settings.columns_mut().set(&heading, None);
                vec![Effect::KeepSettings]
            }
            Action::TakeColumn(heading, role) => {
                if !self.settings.columns_mut().set(&heading, role) {
                    let most = ColumnChoices::MOST;
                    self.notice = Some(Notice::Failed(format!(
                        "This cannot be kept: the heading is too long, or {most} columns have been chosen already. Forget those \
                         of other tables first."
                    )));
                    return Vec::new();
                }
                vec![Effect::KeepSettings]
            }
            Action::ForgetColumns => {
                self.forget_columns(|_| true);
                vec![Effect::KeepSettings]
            }
            Action::LoadColumns(name, loaded, warnings) => {
                file::take_columns(&mut self.settings, &loaded);
                self.notice = Some(Notice::Loaded { file: name, warnings });
                vec![Effect::KeepSettings]
            }
            Action::LookFirst(looks_first) => {
                self.looks_first = looks_first;
                vec![Effect::KeepLooksFirst]
            }
            Action::Expect(rule) => self.allow(rule),
            Action::RemoveRule(rule) => {
                self.settings.withdraw(&rule);
                self.notice = None;
                self.apply()
            }
            Action::Annotation(finding, annotation) => {
                let Some(analysis) = &self.analysis else { return Vec::new() };
                let mut memory = Memory::clone(&self.memory);
                memory.set(&analysis.file, &finding, annotation);
                self.memory = Shared::new(memory);
                self.recall();
                vec![Effect::KeepMemory]
            }
            Action::Mark(index, comment) => {
                let Some(analysis) = &self.analysis else { return Vec::new() };
                let mut memory = Memory::clone(&self.memory);
                memory.mark(&analysis.file, index, comment);
                self.memory = Shared::new(memory);
                vec![Effect::KeepMemory]
            }
            Action::Forget => {
                self.settings = Settings::default();
                self.memory = Shared::default();
                (self.last, self.recent) = (None, None);
                self.recall();
                let mut effects = self.apply();
                effects.retain(|order| *order != Effect::KeepSettings);
                effects.extend([Effect::Forget, Effect::EvaluateSoon]);
                effects
            }
            Action::Evaluate if self.phase == Phase::Ready && self.has_tables => {
                self.is_evaluating = true;
                vec![self.send(Request::Evaluate(self.settings.clone()))]
            }
            Action::Anomalies(action) => {
                self.anomalies = Shared::new(self.anomalies.step(action));
                Vec::new()
            }
            Action::Training(action) => {
                self.training = Shared::new(self.training.step(action));
                Vec::new()
            }
            Action::Go(route) => {
                self.route = route;
                self.shows_menu = false;
                Vec::new()
            }
            Action::Select(selection) => {
                self.selection = selection;
                Vec::new()
            }
            Action::ToggleMenu => {
                self.shows_menu = !self.shows_menu;
                Vec::new()
            }
            Action::FoldMenu => {
                self.is_menu_folded = !self.is_menu_folded;
                Vec::new()
            }
            Action::Overlay(overlay) => {
                self.overlay = overlay;
                Vec::new()
            }
            Action::SetClock(clock) => {
                self.clock = clock;
                Vec::new()
            }
            Action::KeptElsewhere(settings, memory) => {
                self.memory = Shared::new(memory);
                self.recall();
                if settings == self.settings {
                    return Vec::new();
                }
                self.settings = settings;
                let mut effects = self.apply();
                effects.retain(|effect| *effect != Effect::KeepSettings);
                effects.push(Effect::EvaluateSoon);
                effects
            }
            Action::NotKept => {
                self.notice = Some(Notice::NotKept);
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
            Action::ReadAgain | Action::Cancel | Action::Stop | Action::Evaluate => Vec::new(),
        }
    }

    /// Begins to read the open file; of a table only the first rows if it `is_look`.
    fn read(&mut self, is_look: bool) -> Vec<Effect> {
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
        let mut effects = if self.worker == Worker::Gone { self.restart() } else { Vec::new() };
        self.is_look = is_look;
        let settings = self.settings.clone();
        effects.push(self.send(if is_look { Request::Look(settings) } else { Request::Open(settings) }));
        effects
    }

    /// A message about the newest job.
    pub(super) fn send(&self, body: Request) -> Effect {
        Effect::Send(Envelope::new(self.job, body))
    }

    pub(super) fn restart(&mut self) -> Vec<Effect> {
        self.worker = Worker::Starting;
        let mut effects = vec![Effect::Restart];
        effects.extend((!self.attached.is_empty()).then(|| self.attaching()));
        effects
    }

    /// Forgets the analysis; replies to its job will be dropped.
    pub(super) fn clear(&mut self) {
        self.job = self.job.wrapping_add(1);
        self.phase = Phase::Empty;
        self.analysis = None;
        self.progress = None;
        self.notice = None;
        self.is_stopping = false;
        self.is_evaluating = false;
        self.is_look = false;
        self.has_tables = false;
        self.anomalies = Shared::default();
        self.training = Shared::default();
        self.forget_what_attached_said();
    }
}

#[cfg(test)]
mod tests;
