//! The other end of a worker that learns: what it is asked, and what it says. Dropping it ends the worker, whatever it does.

use crate::anomalies::Task;
use crate::protocol::Answer;
use crate::protocol::anomalies::{AnomalyAnswer, AnomalyQuery};
use crate::protocol::demonstration::DemonstrationChoice;
use crate::protocol::training::TrainingAnswer;
use crate::training::TrainingTask;
use crate::web::browser::extra::{self, Extra};
use crate::web::extra::learning::{LearnerReply, LearnerRequest, MARK};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::JsValue;
use web_sys::Blob;

const NOT_LOADED: &str = "The part of Packetloupe that learns could not be loaded. Check that you are online and try again; \
                          if that does not help, reload the page.";
const DIED: &str = "Learning stopped: the browser ran out of memory, or there is a bug in Packetloupe. Try fewer features or \
                    a profile with fewer rows.";

/// A worker that learns.
pub(super) struct Helper {
    extra: Extra,
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    /// The question whose answer is being learnt, and how it is refused if the worker fails.
    learning: Option<(u32, Refuse)>,
    is_over: bool,
}

/// A sentence to an answer.
pub(super) type Refuse = fn(String) -> Answer;

/// What is heard of a worker that learns.
pub(super) enum HeardOfLearner {
    /// The answer to the question of this number.
    Answer(u32, Answer),
    /// The file of a model; none if there is no such one, or no room for it.
    Model(Option<Blob>),
}

impl Helper {
    /// Starts one. `hear` is called with all that it says.
    pub(super) fn start(hear: impl Fn(HeardOfLearner) + 'static) -> Result<Helper, JsValue> {
        let state = Rc::new(RefCell::new(State::default()));
        let heard = {
            let state = state.clone();
            move |heard: extra::Heard<LearnerReply>| {
                let answered = |question, answer: Answer| {
                    if answer.is_last() {
                        state.borrow_mut().learning.take_if(|(learning, _)| *learning == question);
                    }
                    hear(HeardOfLearner::Answer(question, answer));
                };
                match heard {
                    extra::Heard::Reply(LearnerReply::Anomalies(question, answer), _) => {
                        answered(question, Answer::Anomalies(*answer));
                    }
                    extra::Heard::Reply(LearnerReply::Training(question, answer), _) => {
                        answered(question, Answer::Training(*answer));
                    }
                    extra::Heard::Reply(LearnerReply::Model, mut files) => hear(HeardOfLearner::Model(files.pop())),
                    extra::Heard::Reply(LearnerReply::Demonstration(question, made), _) => {
                        answered(question, Answer::Demonstration(made));
                    }
                    extra::Heard::Gone { was_ready } => {
                        state.borrow_mut().is_over = true;
                        let learning = state.borrow_mut().learning.take();
                        if let Some((question, refuse)) = learning {
                            let why = if was_ready { DIED } else { NOT_LOADED };
                            hear(HeardOfLearner::Answer(question, refuse(why.to_owned())));
                        }
                    }
                }
            }
        };
        Ok(Helper { extra: Extra::start(MARK, heard)?, state })
    }

    /// Gives it a task.
    pub(super) fn learn(&self, question: u32, task: Task) {
        self.state.borrow_mut().learning = Some((question, |why| Answer::Anomalies(AnomalyAnswer::Refused(why))));
        self.extra.send(&LearnerRequest::Learn(question, Box::new(task)));
    }

    /// Lets it train.
    pub(super) fn train(&self, question: u32, task: TrainingTask) {
        self.state.borrow_mut().learning = Some((question, |why| Answer::Training(TrainingAnswer::Refused(why))));
        self.extra.send(&LearnerRequest::Train(question, Box::new(task)));
    }

    /// Lets it show how a method learns.
    pub(super) fn demonstrate(&self, question: u32, choice: DemonstrationChoice) {
        self.state.borrow_mut().learning = Some((question, |why| Answer::Demonstration(Box::new(Err(why)))));
        self.extra.send(&LearnerRequest::Demonstrate(question, choice));
    }

    /// Asks for the file of a model that it trained.
    pub(super) fn model(&self, place: u32) {
        self.extra.send(&LearnerRequest::Model(place));
    }

    /// Asks it about what it learnt; false if it is gone.
    pub(super) fn ask(&self, question: u32, query: &AnomalyQuery) -> bool {
        if self.is_over() {
            return false;
        }
        self.extra.send(&LearnerRequest::Ask(question, query.clone()));
        true
    }

    /// True while it learns.
    pub(super) fn is_learning(&self) -> bool {
        self.state.borrow().learning.is_some()
    }

    /// The question whose answer it is learning.
    pub(super) fn waiting(&self) -> Option<u32> {
        self.state.borrow().learning.map(|(question, _)| question)
    }

    /// True if it has failed.
    pub(super) fn is_over(&self) -> bool {
        self.state.borrow().is_over
    }
}
