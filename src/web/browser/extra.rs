//! A worker that runs the program for what few visits use ([`crate::web::extra`]), from its start to its end: what it is asked waits until
//! it is ready, and its end is noticed.

use super::codec;
use super::spawn::{end, post, spawn_extra};
use crate::protocol::BUILD;
use js_sys::Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{Blob, Event, MessageEvent, Worker};

/// What such a worker says.
#[derive(Serialize, Deserialize)]
pub enum Said<R> {
    /// It is ready, and of this build.
    Ready(String),
    /// A reply.
    Reply(R),
}

/// What is heard of it.
pub enum Heard<R> {
    /// A reply, with the files beside it.
    Reply(R, Vec<Blob>),
    /// Nothing more comes. It may be said more than once.
    Gone {
        /// It had been ready.
        was_ready: bool,
    },
}

/// Messages that wait for the worker to be ready; none once it is.
type Outbox = Rc<RefCell<Option<Vec<(JsValue, Array)>>>>;

/// The worker. Dropping it ends it; not while it is heard, since what listens is in use then.
pub struct Extra {
    worker: Worker,
    outbox: Outbox,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(Event)>,
}

impl Extra {
    /// Starts one under a global name by which it knows what it is for. `hear` is called with all that is heard of it.
    pub fn start<R: DeserializeOwned + 'static>(
        mark: &str,
        hear: impl Fn(Heard<R>) + 'static,
    ) -> Result<Extra, JsValue> {
        let (worker, lifeline) = spawn_extra(mark)?;
        let outbox: Outbox = Rc::new(RefCell::new(Some(Vec::new())));
        let hear: Rc<dyn Fn(Heard<R>)> = Rc::new(hear);
        let gone: Rc<dyn Fn()> = {
            let (worker, outbox, hear) = (worker.clone(), outbox.clone(), hear.clone());
            Rc::new(move || {
                end(&worker);
                let was_ready = outbox.borrow().is_none();
                hear(Heard::Gone { was_ready });
            })
        };
        let on_message = {
            let (worker, outbox, gone) = (worker.clone(), outbox.clone(), gone.clone());
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                match codec::from_js::<Said<R>>(&event.data()) {
                    Some((Said::Reply(reply), files)) => hear(Heard::Reply(reply, files)),
                    Some((Said::Ready(build), _)) if build == BUILD => {
                        // Who dropped the worker does not wait for its end.
                        let gone = Rc::downgrade(&gone);
                        lifeline.watch(move || gone.upgrade().into_iter().for_each(|gone| gone()));
                        let waiting = outbox.take();
                        waiting.into_iter().flatten().for_each(|message| post(&worker, &message));
                    }
                    Some((Said::Ready(_), _)) | None => gone(),
                }
            })
        };
        let on_error = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            event.prevent_default();
            gone();
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Extra { worker, outbox, _on_message: on_message, _on_error: on_error })
    }

    /// Asks it.
    pub fn send<T: Serialize>(&self, request: &T) {
        let message = codec::to_js(request, &[]);
        match self.outbox.borrow_mut().as_mut() {
            Some(waiting) => waiting.push(message),
            None => post(&self.worker, &message),
        }
    }
}

impl Drop for Extra {
    fn drop(&mut self) {
        end(&self.worker);
    }
}
