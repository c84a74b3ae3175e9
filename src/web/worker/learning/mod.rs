//! Learning in a worker of its own, so that this one goes on answering meanwhile, and so that learning ends at once when it is
//! cancelled: it runs the same compiled program ([`learner_main`]), gets a task and keeps what it learnt of it.
//!
//! Where it cannot be started, learning is done here, and cannot be cancelled.

mod helper;
mod learner_main;
mod train;

pub(super) use train::{ask as ask_training, save_model};

use super::scope::{post, post_with};
use super::{Shared, with};
use crate::protocol::anomalies::{AnomalyAnswer, AnomalyQuery};
use crate::protocol::{Answer, Reply, SaveError};
use helper::{Heard, Helper};
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

/// Makes this worker one that learns, if it was started as such; true then.
pub(super) fn is_learner() -> bool {
    let is_wanted = learner_main::is_wanted();
    if is_wanted {
        learner_main::start();
    }
    is_wanted
}

/// The worker that learns for the job in hand, if one was started.
#[derive(Clone, Default)]
pub(super) struct Learning(Rc<RefCell<Option<Helper>>>);

impl Learning {
    /// Ends it: there is another job.
    pub(super) fn end(&self) {
        self.0.take();
    }
}

/// Answers a question about anomalies, or has it answered.
pub(super) fn ask(shared: &Shared, number: u32, question: u32, query: AnomalyQuery) {
    let reply = |answer| post(number, Reply::Answer { question, answer: Answer::Anomalies(answer) });
    let known = with(shared, number, |job| job.views.anomalies.answer(&job.pipeline, &query)).flatten();
    match (&query, known) {
        (AnomalyQuery::Cancel, _) => {
            let ended = shared.learning.0.borrow_mut().take_if(|helper| helper.is_learning());
            if let Some(waiting) = ended.and_then(|helper| helper.waiting()) {
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
                        ask_here(shared, number, question, query);
                    }
                }
                Some(Err(why)) => reply(AnomalyAnswer::Refused(why)),
                None => {}
            }
        }
        (_, None) => {
            let is_sent = shared.learning.0.borrow().as_ref().is_some_and(|helper| helper.ask(question, &query));
            if !is_sent {
                ask_here(shared, number, question, query);
            }
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
    let hear = move |heard: Heard| match heard {
        Heard::Answer(question, Answer::Anomalies(answer)) => {
            let named = with(&shared, number, |job| {
                let findings = job.analysis.as_ref().map_or(&[][..], |analysis| &analysis.findings);
                job.views.anomalies.named(&job.pipeline, findings, answer)
            });
            if let Some(answer) = named {
                post(number, Reply::Answer { question, answer: Answer::Anomalies(answer) });
            }
        }
        Heard::Answer(question, answer) => post(number, Reply::Answer { question, answer }),
        Heard::Model(Some(file)) => post_with(number, Reply::Saved(Ok(0)), &[file]),
        Heard::Model(None) => post(number, Reply::Saved(Err(SaveError::NoRoom))),
    };
    Helper::start(hear).ok()
}

fn ask_here(shared: &Shared, number: u32, question: u32, query: AnomalyQuery) {
    let answer = with(shared, number, |job| {
        let findings = job.analysis.as_ref().map_or(&[][..], |analysis| &analysis.findings);
        job.views.anomalies.ask(&job.pipeline, findings, &query, &mut |_| ControlFlow::Continue(()))
    });
    if let Some(answer) = answer {
        post(number, Reply::Answer { question, answer: Answer::Anomalies(answer) });
    }
}
