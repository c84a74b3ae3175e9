//! One step of the page: a state and an action give the next state and its effects.

mod action;
mod adjust;
mod columns;
mod kept;
mod offer;
mod reading;
mod reply;

pub use action::{Action, Effect};

use super::learn::LearnAction;
use super::shared::Shared;
use super::state::{Notice, Phase, State};
use crate::protocol::{Envelope, Request};

impl State {
    /// The next state and the orders that go out.
    pub fn step(&self, action: Action) -> (State, Vec<Effect>) {
        let mut next = self.clone();
        let effects = next.take(action);
        (next, effects)
    }

    pub(super) fn take(&mut self, action: Action) -> Vec<Effect> {
        match action {
            // The open file and its worker.
            Action::Open(file) => return self.open(file),
            Action::Offer(files) => return self.offer(files),
            Action::Detach(id) => return self.detach(id),
            Action::ReadAgain if self.file.is_some() => return self.read(false),
            Action::Cancel if self.phase == Phase::Reading => return self.cancel(),
            Action::Stop if self.phase == Phase::Reading && !self.is_stopping => return self.stop(),
            Action::Close => return self.close(),
            Action::Received(reply) => return self.on_reply(reply),
            Action::Died(text) => return self.on_worker_lost(text),
            // Settings.
            Action::Set(descriptor, value) => return self.set(descriptor, value),
            Action::SetNetworks(descriptor, networks) => return self.set_networks(descriptor, &networks),
            Action::ResetSettings => return self.reset_settings(),
            Action::LoadSettings(file, settings, warnings) => return self.load_settings(file, settings, warnings),
            Action::Evaluate if self.phase == Phase::Ready && self.has_tables => return self.evaluate(),
            Action::LookFirst(looks_first) => {
                self.looks_first = looks_first;
                return vec![Effect::KeepLooksFirst];
            }
            // What columns mean.
            Action::TakeColumn(heading, role) => return self.take_column(&heading, role),
            Action::ForgetColumns => return self.forget_all_columns(),
            Action::LoadColumns(name, loaded, warnings) => return self.load_columns(name, &loaded, warnings),
            // What is kept beyond the file.
            Action::Expect(rule) => return self.allow(rule),
            Action::RemoveRule(rule) => return self.withdraw(&rule),
            Action::Annotation(finding, annotation) => return self.annotate(&finding, annotation),
            Action::Mark(index, comment) => return self.mark(index, comment),
            Action::LoadSession(file, settings, loaded, warnings) => {
                return self.load_session(file, settings, loaded, warnings);
            }
            Action::KeptElsewhere(settings, memory) => return self.kept_elsewhere(settings, memory),
            Action::Forget => return self.forget(),
            // The page.
            Action::Learn(action) => return self.learn(action),
            Action::Anomalies(action) => self.anomalies = Shared::new(self.anomalies.step(action)),
            Action::Training(action) => self.training = Shared::new(self.training.step(action)),
            Action::Go(route) => {
                self.route = route;
                self.shows_menu = false;
            }
            Action::Select(selection) => self.selection = selection,
            Action::ToggleMenu => self.shows_menu = !self.shows_menu,
            Action::FoldMenu => self.is_menu_folded = !self.is_menu_folded,
            Action::Overlay(overlay) => self.overlay = overlay,
            Action::SetClock(clock) => self.clock = clock,
            Action::ListRecent(is_wanted) => self.list_recent(is_wanted),
            Action::NotKept => self.notice = Some(Notice::NotKept),
            Action::Fail(text) => self.notice = Some(Notice::Failed(text)),
            Action::Dismiss => self.notice = None,
            // What came too late: there is nothing to cancel, stop, read or judge any more.
            Action::ReadAgain | Action::Cancel | Action::Stop | Action::Evaluate => {}
        }
        Vec::new()
    }

    /// An action in the view of lessons; a lesson that is opened is shown.
    fn learn(&mut self, action: LearnAction) -> Vec<Effect> {
        let is_opened = matches!(action, LearnAction::Opened(..));
        self.learn = Shared::new(self.learn.step(action));
        if !is_opened {
            return Vec::new();
        }
        self.route = self.first_view();
        vec![Effect::Show(self.route.clone())]
    }

    fn list_recent(&mut self, is_wanted: bool) {
        self.recent = is_wanted.then(|| self.file.iter().chain(&self.last).take(1).cloned().collect());
    }

    /// A message about the newest job.
    pub(super) fn send(&self, body: Request) -> Effect {
        Effect::Send(Envelope::new(self.job, body))
    }
}

#[cfg(test)]
mod tests;
