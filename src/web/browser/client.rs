//! The page's connection to the worker: sends requests, receives replies, and notices if the worker dies.
//!
//! The addresses of the worker's script and wasm, which start.js says, have the hash of their content in them and the build in
//! their query, so that nothing returns those of another release; the first message confirms it.

use super::codec;
use super::lifeline::Lifeline;
use super::spawn::{EXTRA_FILE, OwnScript, end, global, literal, of_this_build, post, spawn_own};
use crate::protocol::{BUILD, Envelope, Reply, Request};
use js_sys::{Array, Object, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{Blob, ErrorEvent, MessageEvent, Worker};

/// What the worker sends to the page.
#[derive(Clone, Debug)]
pub enum Event {
    /// A message, and the file beside it.
    Reply(Envelope<Reply>, Option<Blob>),
    /// It is gone, and why, in words for people. Start another [`Client`].
    Died(String),
}

/// A running worker. Dropping it ends the worker.
pub struct Client {
    worker: Worker,
    outbox: Outbox,
    is_over: Over,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(web_sys::Event)>,
}

/// Messages that wait for the worker's first word; none once it has come.
type Outbox = Rc<RefCell<Option<Vec<(JsValue, Array)>>>>;

/// It has been ended, or it has been said that it is gone.
type Over = Rc<Cell<bool>>;

impl Client {
    /// Starts a worker. `on_event` is called with all that it sends, beginning with [`Reply::Ready`].
    pub fn start(on_event: impl Fn(Event) + 'static) -> Result<Client, String> {
        let (worker, lifeline) =
            begin().map_err(|error| format!("The worker that reads captures cannot start: {}.", words(&error)))?;
        let outbox: Outbox = Rc::new(RefCell::new(Some(Vec::new())));
        let on_event = Rc::new(on_event);
        let is_over = Over::default();
        let gone = {
            let (worker, is_over, on_event) = (worker.clone(), is_over.clone(), on_event.clone());
            move |why: String| {
                end(&worker);
                if !is_over.replace(true) {
                    on_event(Event::Died(why));
                }
            }
        };
        let on_message = on_message(worker.clone(), outbox.clone(), on_event, lifeline, gone.clone());
        let on_error = on_error(gone);
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Client { worker, outbox, is_over, _on_message: on_message, _on_error: on_error })
    }

    /// Sends a request, with the files that it is about. Waits for the worker's first word if need be.
    pub fn send(&self, request: &Envelope<Request>, files: &[Blob]) {
        let message = codec::to_js(request, files);
        match self.outbox.borrow_mut().as_mut() {
            Some(waiting) => waiting.push(message),
            None => post(&self.worker, &message),
        }
    }

    /// Ends the worker at once, whatever it does. Nothing more is heard from it.
    pub fn terminate(&self) {
        self.is_over.set(true);
        end(&self.worker);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.terminate();
    }
}

fn on_message(
    worker: Worker,
    outbox: Outbox,
    on_event: Rc<impl Fn(Event) + 'static>,
    lifeline: Lifeline,
    gone: impl Fn(String) + Clone + 'static,
) -> Closure<dyn Fn(MessageEvent)> {
    Closure::new(move |event: MessageEvent| {
        let (reply, files) = codec::from_js::<Envelope<Reply>>(&event.data()).unzip();
        let is_ours = match reply.as_ref().map(|reply| &reply.body) {
            Some(Reply::Ready { build }) => build == BUILD,
            Some(_) => true,
            None => false,
        };
        let Some(reply) = reply.filter(|_| is_ours) else {
            return gone(OTHER_RELEASE.to_owned());
        };
        if matches!(reply.body, Reply::Ready { .. }) {
            let gone = gone.clone();
            lifeline.watch(move || gone(WITHOUT_A_WORD.to_owned()));
            for message in outbox.take().unwrap_or_default() {
                post(&worker, &message);
            }
        }
        on_event(Event::Reply(reply, files.and_then(|mut files| files.pop())));
    })
}

fn on_error(gone: impl Fn(String) + 'static) -> Closure<dyn Fn(web_sys::Event)> {
    Closure::new(move |event: web_sys::Event| {
        event.prevent_default();
        let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
        gone(cause(&message));
    })
}

const WITHOUT_A_WORD: &str = "The worker that reads captures stopped without a word: the browser probably ran out of memory. \
    Close other tabs, or open a smaller part of the capture.";
const OTHER_RELEASE: &str = "The page and its worker are from different releases: reload the page.";

/// What a browser's error message means for the person in front of it.
fn cause(message: &str) -> String {
    let lower = message.to_lowercase();
    if lower.contains("memory") || lower.contains("allocation") {
        return "The browser ran out of memory while it read the capture. Close other tabs, or open a smaller part of it."
            .to_owned();
    }
    if lower.contains("importscripts") || lower.contains("failed to fetch") || lower.contains("networkerror") {
        return "A part of Packetloupe could not be loaded. Check that you are online and reload the page.".to_owned();
    }
    format!(
        "The worker that reads captures stopped: it ran out of memory or hit a bug in Packetloupe ({message}). Try \
         again with a smaller part of the capture."
    )
}

/// The global name of the worker's compiled module, where the page is one file.
const MODULE: &str = "ownModule";

/// Starts the worker. It loads its script and its wasm by absolute addresses; where the page is one file, it gets the compiled
/// module in its first message.
fn begin() -> Result<(Worker, Lifeline), JsValue> {
    let script = match OwnScript::known()? {
        OwnScript::At(address) => OwnScript::At(of_this_build(&address)?),
        text @ OwnScript::Text(_) => {
            let begin = format!(
                "onmessage = ({{ data }}) => {{ self.{EXTRA_FILE} = data.{EXTRA_FILE}; wasm_bindgen({{ module_or_path: data.{MODULE} }}); }};"
            );
            let begun = spawn_own(&text, "", &begin)?;
            let inside = Object::new();
            for name in [MODULE, EXTRA_FILE] {
                Reflect::set(&inside, &name.into(), &Reflect::get(&js_sys::global(), &name.into())?)?;
            }
            begun.0.post_message(&inside)?;
            return Ok(begun);
        }
    };
    let wasm = literal(&of_this_build(&global("ownWasm").unwrap_or_default())?)?;
    spawn_own(&script, "", &format!("wasm_bindgen({{ module_or_path: {wasm} }});"))
}

fn words(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| "unknown reason".to_owned(), |error| error.message().into())
}
