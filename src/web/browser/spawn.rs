//! Workers: from a source text to their end.

use super::lifeline::Lifeline;
use js_sys::Array;
use wasm_bindgen::prelude::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url, Worker};

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

/// Starts a worker that loads our own script from this address, a string literal, and does what `first` says before and
/// `then` after that. It knows the address too, to start another of its kind. A failure inside a promise is thrown again outside of it, because
/// only that reaches whoever started the worker as an error event.
pub fn spawn_own(script: &str, first: &str, then: &str) -> Result<(Worker, Lifeline), JsValue> {
    let lifeline = Lifeline::new();
    let hold = lifeline.script();
    let worker = spawn(&format!(
        "{hold}\n\
         self.addEventListener('unhandledrejection', ({{ reason }}) => setTimeout(() => {{ throw reason; }}));\n\
         self.{OWN_SCRIPT} = {script};\n\
         {first}\n\
         importScripts({script});\n\
         {then}\n"
    ))?;
    Ok((worker, lifeline))
}

/// The global name of the address of our own script.
pub const OWN_SCRIPT: &str = "ownScript";

/// Posts a message with what is to be transferred.
pub fn post(worker: &Worker, (message, transfer): &(JsValue, Array)) {
    // Fails only for values that cannot be cloned; ours are bytes and files.
    let _ = worker.post_message_with_transfer(message, transfer);
}

/// Ends a worker at once, whatever it does. Nothing more is heard from it.
pub fn end(worker: &Worker) {
    worker.set_onmessage(None);
    worker.set_onerror(None);
    worker.set_onmessageerror(None);
    worker.terminate();
}
