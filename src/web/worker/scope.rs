//! The worker's global scope: the time, replies to the page, and a pause in which messages from it are taken.

use crate::protocol::{Envelope, Reply};
use crate::web::browser::codec;
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DedicatedWorkerGlobalScope};

pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since 1970.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

pub(super) fn post(job: u32, reply: Reply) {
    post_with(job, reply, &[]);
}

pub(super) fn post_with(job: u32, reply: Reply, files: &[Blob]) {
    let (message, transfer) = codec::to_js(&Envelope::new(job, reply), files);
    // Fails only for values that cannot be cloned; ours are bytes.
    let _ = scope().post_message_with_transfer(&message, &transfer);
}

/// Lets waiting messages in: a zero time-out is a task of its own, a ready promise is not.
pub(super) async fn pause() {
    let promise = Promise::new(&mut |resolve, _| {
        gloo::timers::callback::Timeout::new(0, move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        })
        .forget();
    });
    let _ = JsFuture::from(promise).await;
}
