//! Turns a message into a JS object that `postMessage` carries, and back: `{bytes: Uint8Array, file?: Blob}`.
//!
//! The bytes are transferred, not copied; the file is a handle, and only its handle crosses.

use crate::protocol::{decode, encode};
use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

const BYTES: &str = "bytes";
const FILE: &str = "file";

/// A message as a JS object, and the list of what is to be transferred with it.
pub fn to_js<T: Serialize>(message: &T, file: Option<&Blob>) -> (JsValue, Array) {
    let bytes = Uint8Array::from(encode(message).as_slice());
    let object = Object::new();
    let transfer = Array::of1(&bytes.buffer());
    set(&object, BYTES, &bytes);
    if let Some(file) = file {
        set(&object, FILE, file);
    }
    (object.into(), transfer)
}

/// The message in a JS object, and the file beside it; none if the object is not one of ours or of another release.
pub fn from_js<T: DeserializeOwned>(value: &JsValue) -> Option<(T, Option<Blob>)> {
    let bytes = Reflect::get(value, &BYTES.into()).ok()?.dyn_into::<Uint8Array>().ok()?.to_vec();
    let file = Reflect::get(value, &FILE.into()).ok().and_then(|file| file.dyn_into::<Blob>().ok());
    Some((decode(&bytes)?, file))
}

/// Setting a property of a fresh plain object cannot fail.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}
