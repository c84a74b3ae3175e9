//! The open file: what opens it, reads it, ends the reading and closes it.

use super::action::Effect;
use crate::protocol::{Progress, Request, Stage};
use crate::session::learn::Learn;
use crate::session::route::{LearnRoute, Route};
use crate::session::selection::Selection;
use crate::session::shared::Shared;
use crate::session::state::{Notice, OpenFile, Phase, State, Worker};

impl State {
    /// Reads another file, or the one that was open before the page was loaded again.
    pub(super) fn open(&mut self, file: OpenFile) -> Vec<Effect> {
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
        self.route = self.first_view();
        effects.push(Effect::Show(self.route.clone()));
        effects
    }

    /// What a file that is opened shows first. Of a lesson's file that is its questions: the overview would give the answers away.
    pub(super) fn first_view(&self) -> Route {
        let is_class = self.learn.is_class;
        match &self.learn.open {
            Some(id) => Route::Learn(LearnRoute { lesson: Some(id.clone()), is_class }),
            None => Route::Overview,
        }
    }

    /// Begins to read the open file; of a table only the first rows if it `is_look`.
    pub(super) fn read(&mut self, is_look: bool) -> Vec<Effect> {
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

    /// Ends the reading, with what was read so far.
    pub(super) fn stop(&mut self) -> Vec<Effect> {
        self.is_stopping = true;
        vec![self.send(Request::Stop)]
    }

    /// Ends the reading, with no result.
    pub(super) fn cancel(&mut self) -> Vec<Effect> {
        let notice = self.file.take().map(|file| Notice::Cancelled { file: file.name });
        self.clear();
        self.notice = notice;
        self.restart()
    }

    /// Closes the file.
    pub(super) fn close(&mut self) -> Vec<Effect> {
        self.file = None;
        self.clear();
        self.restart()
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
