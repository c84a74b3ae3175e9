//! This worker as one that learns for another of its kind: takes a task, says how far it is, and answers what is asked about what
//! it learnt.

use crate::anomalies::{Learner, Task};
use crate::protocol::anomalies::{AnomalyAnswer, AnomalyQuery};
use crate::web::browser::codec;
use crate::web::worker::scope::{now, scope};
use js_sys::Reflect;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::ops::ControlFlow;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::MessageEvent;

/// How often it says how far it is, ms.
const PROGRESS_MS: f64 = 100.0;

/// What a worker that learns is asked.
#[derive(Serialize, Deserialize)]
pub(super) enum LearnerRequest {
    /// Learn, in place of what was learnt before.
    Learn(u32, Box<Task>),
    /// Answer this.
    Ask(u32, AnomalyQuery),
}

/// What it says: the number of the question and the answer; none when it is ready.
#[derive(Serialize, Deserialize)]
pub(super) struct LearnerReply(pub(super) Option<(u32, AnomalyAnswer)>);

/// The global name that makes a worker one that learns.
pub(super) const MARK: &str = "learns";

/// True if this worker was started to learn.
pub(super) fn is_wanted() -> bool {
    Reflect::has(&js_sys::global(), &MARK.into()).unwrap_or(false)
}

/// Installs the message handler and says that it is ready.
pub(super) fn start() {
    let learner = RefCell::new(None);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match codec::from_js::<LearnerRequest>(&event.data()) {
            Some((LearnerRequest::Learn(question, task), _)) => {
                learner.replace(None);
                let mut said = now();
                let mut report = |share: f32| {
                    if now() - said >= PROGRESS_MS {
                        said = now();
                        post(Some((question, AnomalyAnswer::Progress(share))));
                    }
                    ControlFlow::Continue(())
                };
                let (learnt, answer) = Learner::answer_to(*task, &mut report);
                learner.replace(learnt);
                post(Some((question, answer)));
            }
            Some((LearnerRequest::Ask(question, query), _)) => {
                let answer = learner.borrow().as_ref().map(|learner: &Learner| learner.answer(&query));
                let nothing = || AnomalyAnswer::Refused("Nothing has been learnt yet.".to_owned());
                post(Some((question, answer.unwrap_or_else(nothing))));
            }
            None => {}
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    post(None);
}

fn post(reply: Option<(u32, AnomalyAnswer)>) {
    let (message, transfer) = codec::to_js(&LearnerReply(reply), &[]);
    // Fails only for values that cannot be cloned; ours are bytes.
    let _ = scope().post_message_with_transfer(&message, &transfer);
}
