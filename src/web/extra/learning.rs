//! A task to what is learnt of it: says how far that is, and answers what is asked about it then.

use super::{reply, scope};
use crate::anomalies::{Learner, Task, demonstration};
use crate::learn::trained::TrainedModel;
use crate::protocol::anomalies::{AnomalyAnswer, AnomalyQuery};
use crate::protocol::demonstration::{Demonstration, DemonstrationChoice};
use crate::protocol::training::TrainingAnswer;
use crate::training::{self, TrainingTask};
use crate::web::browser::blob_writer::BlobWriter;
use crate::web::browser::codec;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::io::Write;
use std::ops::ControlFlow;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::MessageEvent;

/// How often it says how far it is, ms.
const PROGRESS_MS: f64 = 100.0;

/// What a worker that learns is asked.
#[derive(Serialize, Deserialize)]
pub enum LearnerRequest {
    /// Learn, in place of what was learnt before.
    Learn(u32, Box<Task>),
    /// Train, in place of what was trained before.
    Train(u32, Box<TrainingTask>),
    /// Answer this.
    Ask(u32, AnomalyQuery),
    /// Give the file of the model at this place among those that were trained.
    Model(u32),
    /// Show how a method learns.
    Demonstrate(u32, DemonstrationChoice),
}

/// What it says.
#[derive(Serialize, Deserialize)]
pub enum LearnerReply {
    /// The answer to the question of this number about anomalies.
    Anomalies(u32, Box<AnomalyAnswer>),
    /// The answer to the question of this number about training.
    Training(u32, Box<TrainingAnswer>),
    /// A model, which rides beside this message; nothing if there is no such one, or no room for it.
    Model,
    /// How a method learns, to the question of this number.
    Demonstration(u32, Box<Result<Demonstration, String>>),
}

/// The global name that makes it one that learns.
pub const MARK: &str = "learns";

/// Installs the message handler.
pub fn start() {
    let learner = RefCell::new(None);
    let models: RefCell<Vec<TrainedModel>> = RefCell::default();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match codec::from_js::<LearnerRequest>(&event.data()) {
            Some((LearnerRequest::Learn(question, task), _)) => {
                learner.replace(None);
                let mut report = reporter(move |share| anomalies(question, AnomalyAnswer::Progress(share)));
                let (learnt, answer) = Learner::answer_to(*task, &mut report);
                learner.replace(learnt);
                anomalies(question, answer);
            }
            Some((LearnerRequest::Train(question, task), _)) => {
                models.borrow_mut().clear();
                let say = |answer| reply(LearnerReply::Training(question, Box::new(answer)), &[]);
                let mut report = reporter(move |share| say(TrainingAnswer::Progress(share)));
                let (trained, answer) = training::queries::train(&task, &mut report);
                models.replace(trained);
                say(answer);
            }
            Some((LearnerRequest::Ask(question, query), _)) => {
                let answer = learner.borrow().as_ref().map(|learner: &Learner| learner.answer(&query));
                let nothing = || AnomalyAnswer::Refused("Nothing has been learnt yet.".to_owned());
                anomalies(question, answer.unwrap_or_else(nothing));
            }
            Some((LearnerRequest::Model(place), _)) => {
                let text = models.borrow().get(place as usize).map(TrainedModel::text);
                let file = text.and_then(|text| {
                    let mut writer = BlobWriter::default();
                    writer.write_all(text.as_bytes()).ok()?;
                    writer.finish().ok()
                });
                reply(LearnerReply::Model, file.as_slice());
            }
            Some((LearnerRequest::Demonstrate(question, choice), _)) => {
                reply(LearnerReply::Demonstration(question, Box::new(demonstration(&choice))), &[]);
            }
            None => {}
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
}

/// Says how far it is, now and then.
fn reporter(say: impl Fn(f32)) -> impl FnMut(f32) -> ControlFlow<()> {
    let mut said = js_sys::Date::now();
    move |share| {
        if js_sys::Date::now() - said >= PROGRESS_MS {
            said = js_sys::Date::now();
            say(share);
        }
        ControlFlow::Continue(())
    }
}

fn anomalies(question: u32, answer: AnomalyAnswer) {
    reply(LearnerReply::Anomalies(question, Box::new(answer)), &[]);
}
