//! What a reply of the worker, or its end, does to the page.

use super::action::Effect;
use crate::issue::IssueKind;
use crate::model::Analysis;
use crate::protocol::{Envelope, Reply};
use crate::session::memory::Memory;
use crate::session::route::Route;
use crate::session::shared::Shared;
use crate::session::state::{Notice, Phase, State, Worker};
use crate::triage;

impl State {
    pub(super) fn on_reply(&mut self, Envelope { job, body }: Envelope<Reply>) -> Vec<Effect> {
        if job != self.job && !matches!(body, Reply::Ready { .. } | Reply::Recognised { .. }) {
            return Vec::new();
        }
        match body {
            Reply::Progress(progress) => self.progress = Some(progress),
            Reply::Partial(analysis) if self.phase == Phase::Reading => {
                self.analysis = Some(Shared::new(*analysis));
            }
            Reply::Done(analysis) => {
                let was_reading = self.phase == Phase::Reading;
                // What was read to its end is no look any more.
                self.is_look &= analysis.table.is_some()
                    && analysis.issues.iter().any(|issue| issue.id == IssueKind::StoppedEarly.id());
                self.finish(*analysis);
                if self.is_look && was_reading {
                    self.route = Route::Reading;
                    return vec![Effect::Show(Route::Reading)];
                }
            }
            Reply::Sha256(hex) => {
                self.progress = None;
                if let Some(analysis) = &self.analysis {
                    let mut with_hash = Analysis::clone(analysis);
                    with_hash.file.sha256 = Some(hex);
                    let mut memory = Memory::clone(&self.memory);
                    with_hash.annotations = memory.name(&with_hash.file);
                    self.analysis = Some(Shared::new(with_hash));
                    if memory != *self.memory {
                        self.memory = Shared::new(memory);
                        return vec![Effect::KeepMemory];
                    }
                }
            }
            Reply::Refused(text) => {
                let file = self.file.take().map(|file| file.name).unwrap_or_default();
                self.last = None;
                self.clear();
                self.notice = Some(Notice::Refused { file, text });
            }
            Reply::Recognised { offer, files } => return self.recognised(offer, files),
            Reply::Attached(outcomes) => self.attached_said(outcomes),
            Reply::Ready { .. } => self.worker = Worker::Ready,
            Reply::Partial(_) | Reply::Answer { .. } | Reply::Saved(_) => {}
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
        triage::apply(&mut analysis, self.settings.expected());
        analysis.annotations = self.memory.of(&analysis.file);
        self.analysis = Some(Shared::new(analysis));
        self.phase = Phase::Ready;
        self.is_stopping = false;
        self.is_evaluating = false;
        self.has_tables = true;
        self.revision = self.revision.wrapping_add(1);
    }

    /// The worker is gone: what is complete stays on the page, the tables are lost.
    pub(super) fn on_worker_lost(&mut self, text: String) -> Vec<Effect> {
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
