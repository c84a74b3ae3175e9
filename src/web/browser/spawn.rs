//! Workers: from a source text to their end.

use super::lifeline::Lifeline;
use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{Blob, BlobPropertyBag, Event, Url, Worker};

/// Starts a worker that runs this script. It starts from a blob: such a worker is held by the page's
/// Content-Security-Policy on any host, while one started from a URL has only what the host sends along.
pub fn spawn(source: &str) -> Result<Worker, JsValue> {
    let bag = BlobPropertyBag::new();
    bag.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&source.into()), &bag)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let worker = Worker::new(&url);
    Url::revoke_object_url(&url)?;
    worker
}

/// The script that our workers run, as whoever starts one knows it: start.js says it to the page, each worker to the next.
pub enum OwnScript {
    /// It is loaded from this address.
    At(String),
    /// It is this text: where the page is one file, there is nothing to load it from.
    Text(String),
}

impl OwnScript {
    /// As it is known here.
    pub fn known() -> Result<OwnScript, JsValue> {
        match (global(SCRIPT), global(TEXT)) {
            (Some(address), _) => Ok(OwnScript::At(address)),
            (None, Some(text)) => Ok(OwnScript::Text(text)),
            (None, None) => Err(js_sys::Error::new("it is not known what a worker runs").into()),
        }
    }

    /// Makes it known to the worker, does what `first` says, and runs it.
    fn code(&self, first: &str) -> Result<String, JsValue> {
        Ok(match self {
            OwnScript::At(address) => {
                let address = literal(address)?;
                format!("self.{SCRIPT} = {address};\n{first}\nimportScripts({address});\n")
            }
            OwnScript::Text(text) => format!("self.{TEXT} = {};\n{first}\n{text}\n", literal(text)?),
        })
    }
}

/// Starts a worker that runs our own script, and does what `first` says before and `then` after that. A failure inside a
/// promise is thrown again outside of it, because only that reaches whoever started the worker as an error event.
pub fn spawn_own(script: &OwnScript, first: &str, then: &str) -> Result<(Worker, Lifeline), JsValue> {
    let lifeline = Lifeline::new();
    let hold = lifeline.script();
    let code = script.code(first)?;
    let worker = spawn(&format!(
        "{hold}\n\
         self.addEventListener('unhandledrejection', ({{ reason }}) => setTimeout(() => {{ throw reason; }}));\n\
         {code}\
         {then}\n"
    ))?;
    Ok((worker, lifeline))
}

/// The global names of the address of our own script, and of its text.
const SCRIPT: &str = "ownScript";
const TEXT: &str = "ownScriptText";

/// The text under a global name.
pub(super) fn global(name: &str) -> Option<String> {
    Reflect::get(&js_sys::global(), &name.into()).ok()?.as_string()
}

/// A text as a literal of JavaScript.
pub(super) fn literal(text: &str) -> Result<String, JsValue> {
    Ok(JSON::stringify(&text.into())?.into())
}

/// Posts a message with what is to be transferred.
pub fn post(worker: &Worker, (message, transfer): &(JsValue, Array)) {
    // Fails only for values that cannot be cloned; ours are bytes and files.
    let _ = worker.post_message_with_transfer(message, transfer);
}

thread_local! {
    /// Takes the error of a worker that is ended while it still loads. Taken by nobody, it would count as one of whoever
    /// started the worker, and end that too.
    static QUIET: Closure<dyn Fn(Event)> = Closure::new(|event: Event| event.prevent_default());
}

/// Ends a worker at once, whatever it does. Nothing more is heard from it.
pub fn end(worker: &Worker) {
    worker.set_onmessage(None);
    QUIET.with(|quiet| worker.set_onerror(Some(quiet.as_ref().unchecked_ref())));
    worker.set_onmessageerror(None);
    worker.terminate();
}
