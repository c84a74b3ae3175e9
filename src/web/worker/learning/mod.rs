//! Learning in a worker of its own, so that this one goes on answering meanwhile, and so that learning ends at once when it is
//! cancelled: that one loads the program for it ([`crate::web::extra`]), gets a task and keeps what it learnt of it.

mod helper;
mod train;

pub(super) use train::{ask as ask_training, save_model};

use super::scope::{post, post_with};
use super::{Shared, with};
use crate::protocol::anomalies::{AnomalyAnswer, AnomalyQuery};
use crate::protocol::demonstration::DemonstrationChoice;
use crate::protocol::{Answer, Reply, SaveError};
use helper::{HeardOfLearner, Helper};
use std::cell::RefCell;
use std::rc::Rc;

const NO_WORKER: &str = "Learning needs a worker of its own, which this browser does not start within another one. Learn with \
                         the command: packetloupe score.";

/// The worker that learns for the job in hand, if one was started.
#[derive(Clone, Default)]
pub(super) struct Learning(Rc<RefCell<Option<Helper>>>);

impl Learning {
    /// Ends it: there is another job.
    pub(super) fn end(&self) {
        self.0.take();
    }

    /// Ends the worker if it is learning; the question that nobody will answer now.
    fn cancel(&self) -> Option<u32> {
        let ended = self.0.borrow_mut().take_if(|helper| helper.is_learning());
        ended.and_then(|helper| helper.waiting())
    }
}

/// Answers a question about anomalies, or has it answered.
pub(super) fn ask(shared: &Shared, number: u32, question: u32, query: AnomalyQuery) {
    let reply = |answer| post(number, Reply::Answer { question, answer: Answer::Anomalies(answer) });
    let known = with(shared, number, |job| job.views.anomalies.answer(&job.pipeline, &query)).flatten();
    match (&query, known) {
        (AnomalyQuery::Cancel, _) => {
            if let Some(waiting) = shared.learning.cancel() {
                let answer = Answer::Anomalies(AnomalyAnswer::Cancelled);
                post(number, Reply::Answer { question: waiting, answer });
            }
            reply(AnomalyAnswer::Cancelled);
        }
        (_, Some(answer)) => reply(answer),
        (AnomalyQuery::Learn(choice), None) => {
            match with(shared, number, |job| job.views.anomalies.task(&job.pipeline, choice)) {
                Some(Ok(task)) => {
                    if let Some(helper) = fresh(shared, number, &shared.learning) {
                        helper.learn(question, task);
                        shared.learning.0.replace(Some(helper));
                    } else {
                        reply(AnomalyAnswer::Refused(NO_WORKER.to_owned()));
                    }
                }
                Some(Err(why)) => reply(AnomalyAnswer::Refused(why)),
                None => {}
            }
        }
        (_, None) => {
            let is_sent = shared.learning.0.borrow().as_ref().is_some_and(|helper| helper.ask(question, &query));
            if !is_sent {
                reply(AnomalyAnswer::Refused("Nothing has been learnt yet.".to_owned()));
            }
        }
    }
}

/// Has a demonstration made, behind one that is not made yet.
pub(super) fn demonstrate(shared: &Shared, number: u32, question: u32, choice: DemonstrationChoice) {
    let kept = shared.showing.0.take().filter(|helper| !helper.is_over());
    match kept.or_else(|| fresh(shared, number, &shared.showing)) {
        Some(helper) => {
            helper.demonstrate(question, choice);
            shared.showing.0.replace(Some(helper));
        }
        None => {
            let answer = Answer::Demonstration(Box::new(Err(NO_WORKER.to_owned())));
            post(number, Reply::Answer { question, answer });
        }
    }
}

/// A worker that has nothing to do yet: the one that is there if it is idle, or else another.
fn fresh(shared: &Shared, number: u32, learning: &Learning) -> Option<Helper> {
    let idle = learning.0.borrow_mut().take().filter(|helper| !helper.is_learning() && !helper.is_over());
    if idle.is_some() {
        return idle;
    }
    let shared = shared.clone();
    let hear = move |heard: HeardOfLearner| match heard {
        HeardOfLearner::Answer(question, Answer::Anomalies(answer)) => {
            let named = with(&shared, number, |job| {
                let findings = job.analysis.as_ref().map_or(&[][..], |analysis| &analysis.findings);
                job.views.anomalies.named(&job.pipeline, findings, answer)
            });
            if let Some(answer) = named {
                post(number, Reply::Answer { question, answer: Answer::Anomalies(answer) });
            }
        }
        HeardOfLearner::Answer(question, answer) => post(number, Reply::Answer { question, answer }),
        HeardOfLearner::Model(Some(file)) => post_with(number, Reply::Saved(Ok(0)), &[file]),
        HeardOfLearner::Model(None) => post(number, Reply::Saved(Err(SaveError::NoRoom))),
    };
    Helper::start(hear).ok()
}
