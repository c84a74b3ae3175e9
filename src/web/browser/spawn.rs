//! Workers: from a source text to their end.

use super::lifeline::Lifeline;
use crate::protocol::BUILD;
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
        let passed_on = [EXTRA, EXTRA_WASM, EXTRA_TEXT].into_iter().filter_map(|name| Some((name, global(name)?)));
        let mut code = String::new();
        for (name, value) in passed_on {
            code.push_str(&format!("self.{name} = {};\n", literal(&value)?));
        }
        code.push_str(&match self {
            OwnScript::At(address) => {
                let address = literal(address)?;
                format!("self.{SCRIPT} = {address};\n{first}\nimportScripts({address});\n")
            }
            OwnScript::Text(text) => format!("self.{TEXT} = {};\n{first}\n{text}\n", literal(text)?),
        });
        Ok(code)
    }
}

/// Starts a worker that runs our own script, and does what `first` says before and `then` after that.
pub fn spawn_own(script: &OwnScript, first: &str, then: &str) -> Result<(Worker, Lifeline), JsValue> {
    spawn_held(&format!("{}{then}", script.code(first)?))
}

/// Starts a worker that loads the program for what few visits use, under a global name by which it knows what it is for. Where the
/// page is one file the program rides in the first message, deflated.
pub fn spawn_extra(mark: &str) -> Result<(Worker, Lifeline), JsValue> {
    let mark = format!("self.{mark} = true;\n");
    if let Some(text) = global(EXTRA_TEXT) {
        let begin = "onmessage = async ({ data }) => { await self.held; return wasm_bindgen({ module_or_path: await new Response(data.stream()\
                     .pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer() }); };";
        let begun = spawn_held(&format!("{mark}{text}\n{begin}"))?;
        begun.0.post_message(&Reflect::get(&js_sys::global(), &EXTRA_FILE.into())?)?;
        return Ok(begun);
    }
    let address = |name| literal(&of_this_build(&global(name).unwrap_or_default())?);
    let (script, wasm) = (address(EXTRA)?, address(EXTRA_WASM)?);
    spawn_held(&format!(
        "{mark}importScripts({script});\nself.held.then(() => wasm_bindgen({{ module_or_path: {wasm} }}));"
    ))
}

/// A failure inside a promise is thrown again outside of it, because only that reaches whoever started the worker as an error event.
fn spawn_held(code: &str) -> Result<(Worker, Lifeline), JsValue> {
    let lifeline = Lifeline::new();
    let hold = lifeline.script();
    let worker = spawn(&format!(
        "{hold}\n\
         self.addEventListener('unhandledrejection', ({{ reason }}) => setTimeout(() => {{ throw reason; }}));\n\
         {code}\n"
    ))?;
    Ok((worker, lifeline))
}

/// An address with this build in its query.
pub(super) fn of_this_build(address: &str) -> Result<String, JsValue> {
    let url = Url::new(address)?;
    url.set_search(&format!("?b={BUILD}"));
    Ok(url.href())
}

/// The global names of the address of our own script, and of its text.
const SCRIPT: &str = "ownScript";
const TEXT: &str = "ownScriptText";
/// Those of the program that is loaded on demand: the addresses of its script and wasm; or its script's text and a blob of its wasm,
/// deflated.
const EXTRA: &str = "ownExtra";
const EXTRA_WASM: &str = "ownExtraWasm";
const EXTRA_TEXT: &str = "ownExtraText";
pub(super) const EXTRA_FILE: &str = "ownExtraFile";

/// True if this worker was started under this global name.
pub fn is_marked(mark: &str) -> bool {
    Reflect::has(&js_sys::global(), &mark.into()).unwrap_or(false)
}

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
