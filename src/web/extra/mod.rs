//! The program that is loaded when it is first needed: learns and trains for the worker ([`learning`]), writes what is saved of an
//! analysis for the page ([`writing`]). Whoever starts it says which of both, and asks once it has said the build that it is of.

pub mod learning;
pub mod writing;

use crate::protocol::BUILD;
use crate::web::browser::codec;
use crate::web::browser::extra::Said;
use crate::web::browser::spawn::is_marked;
use serde::Serialize;
use wasm_bindgen::JsCast;
use web_sys::{Blob, DedicatedWorkerGlobalScope};

/// Takes up what it was started for.
pub fn start() {
    console_error_panic_hook::set_once();
    match is_marked(writing::MARK) {
        true => writing::start(),
        false => learning::start(),
    }
    say::<()>(&Said::Ready(BUILD.to_owned()), &[]);
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn reply<R: Serialize>(reply: R, files: &[Blob]) {
    say(&Said::Reply(reply), files);
}

fn say<R: Serialize>(said: &Said<R>, files: &[Blob]) {
    let (message, transfer) = codec::to_js(said, files);
    // Fails only for values that cannot be cloned; ours are bytes.
    let _ = scope().post_message_with_transfer(&message, &transfer);
}
