//! The other end of a worker that learns: what it is asked, and what it says. Dropping it ends the worker, whatever it does.

use crate::anomalies::Task;
use crate::protocol::anomalies::{AnomalyAnswer, AnomalyQuery};
use crate::protocol::demonstration::DemonstrationChoice;
use crate::protocol::training::TrainingAnswer;
use crate::protocol::{Answer, BUILD};
use crate::training::TrainingTask;
use crate::web::browser::codec;
use crate::web::browser::spawn::{end, post, spawn_extra};
use crate::web::extra::learning::{LearnerReply, LearnerRequest, MARK};
use js_sys::Array;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{Blob, MessageEvent, Worker};

const NOT_LOADED: &str = "The part of Packetloupe that learns could not be loaded. Check that you are online and try again; \
                          if that does not help, reload the page.";
const DIED: &str = "Learning stopped: the browser ran out of memory, or there is a bug in Packetloupe. Try fewer features or \
                    a profile with fewer rows.";

/// A worker that learns.
pub(super) struct Helper {
    worker: Worker,
    state: Rc<RefCell<State>>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

struct State {
    /// Messages that wait for the worker to be ready; none once it is.
    outbox: Option<Vec<(JsValue, Array)>>,
    /// The question whose answer is being learnt, and how it is refused if the worker fails.
    learning: Option<(u32, Refuse)>,
    is_over: bool,
}

/// A sentence to an answer.
pub(super) type Refuse = fn(String) -> Answer;

/// What is heard of a worker that learns.
pub(super) enum Heard {
    /// The answer to the question of this number.
    Answer(u32, Answer),
    /// The file of a model; none if there is no such one, or no room for it.
    Model(Option<Blob>),
}

impl Helper {
    /// Starts one. `hear` is called with all that it says.
    pub(super) fn start(hear: impl Fn(Heard) + 'static) -> Result<Helper, JsValue> {
        let (worker, lifeline) = spawn_extra(MARK)?;
        let state = Rc::new(RefCell::new(State { outbox: Some(Vec::new()), learning: None, is_over: false }));
        let hear: Rc<dyn Fn(Heard)> = Rc::new(hear);
        let on_message = {
            let (worker, state, hear) = (worker.clone(), state.clone(), hear.clone());
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                let answered = |question, answer: Answer| {
                    if answer.is_last() {
                        state.borrow_mut().learning.take_if(|(learning, _)| *learning == question);
                    }
                    hear(Heard::Answer(question, answer));
                };
                match codec::from_js::<LearnerReply>(&event.data()) {
                    Some((LearnerReply::Anomalies(question, answer), _)) => {
                        answered(question, Answer::Anomalies(*answer));
                    }
                    Some((LearnerReply::Training(question, answer), _)) => {
                        answered(question, Answer::Training(*answer));
                    }
                    Some((LearnerReply::Model, mut files)) => hear(Heard::Model(files.pop())),
                    Some((LearnerReply::Demonstration(question, made), _)) => {
                        answered(question, Answer::Demonstration(made));
                    }
                    Some((LearnerReply::Ready(build), _)) if build == BUILD => {
                        // Who dropped the helper does not wait for it.
                        let (state_of_gone, hear) = (Rc::downgrade(&state), hear.clone());
                        lifeline.watch(move || {
                            if let Some(state) = state_of_gone.upgrade() {
                                gone(&state, &*hear);
                            }
                        });
                        let waiting = state.borrow_mut().outbox.take();
                        waiting.into_iter().flatten().for_each(|message| post(&worker, &message));
                    }
                    Some((LearnerReply::Ready(_), _)) | None => gone(&state, &*hear),
                }
            })
        };
        let on_error = {
            let state = state.clone();
            Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
                event.prevent_default();
                gone(&state, &*hear);
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Helper { worker, state, _on_message: on_message, _on_error: on_error })
    }

    /// Gives it a task.
    pub(super) fn learn(&self, question: u32, task: Task) {
        self.state.borrow_mut().learning = Some((question, |why| Answer::Anomalies(AnomalyAnswer::Refused(why))));
        self.send(&LearnerRequest::Learn(question, Box::new(task)));
    }

    /// Lets it train.
    pub(super) fn train(&self, question: u32, task: TrainingTask) {
        self.state.borrow_mut().learning = Some((question, |why| Answer::Training(TrainingAnswer::Refused(why))));
        self.send(&LearnerRequest::Train(question, Box::new(task)));
    }

    /// Lets it show how a method learns.
    pub(super) fn demonstrate(&self, question: u32, choice: DemonstrationChoice) {
        self.state.borrow_mut().learning = Some((question, |why| Answer::Demonstration(Box::new(Err(why)))));
        self.send(&LearnerRequest::Demonstrate(question, choice));
    }

    /// Asks for the file of a model that it trained.
    pub(super) fn model(&self, place: u32) {
        self.send(&LearnerRequest::Model(place));
    }

    /// Asks it about what it learnt; false if it is gone.
    pub(super) fn ask(&self, question: u32, query: &AnomalyQuery) -> bool {
        if self.is_over() {
            return false;
        }
        self.send(&LearnerRequest::Ask(question, query.clone()));
        true
    }

    fn send(&self, request: &LearnerRequest) {
        let message = codec::to_js(request, &[]);
        match &mut self.state.borrow_mut().outbox {
            Some(waiting) => waiting.push(message),
            None => post(&self.worker, &message),
        }
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

/// Nothing more comes.
fn gone(state: &RefCell<State>, hear: &dyn Fn(Heard)) {
    let why = if state.borrow().outbox.is_some() { NOT_LOADED } else { DIED };
    state.borrow_mut().is_over = true;
    let learning = state.borrow_mut().learning.take();
    if let Some((question, refuse)) = learning {
        hear(Heard::Answer(question, refuse(why.to_owned())));
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        end(&self.worker);
    }
}
