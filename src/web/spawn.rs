//! A source text to a worker. It starts from a blob: such a worker is held by the page's Content-Security-Policy on any
//! host, while one started from a URL has only what the host sends along.

use js_sys::Array;
use wasm_bindgen::prelude::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url, Worker};

/// Starts a worker that runs this script.
pub fn spawn(source: &str) -> Result<Worker, JsValue> {
    let bag = BlobPropertyBag::new();
    bag.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&source.into()), &bag)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let worker = Worker::new(&url);
    Url::revoke_object_url(&url)?;
    worker
}
