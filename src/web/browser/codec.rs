//! Turns a message into a JS object that `postMessage` carries, and back: `{bytes: Uint8Array, files: Blob[]}`.
//!
//! The bytes are transferred, not copied; a file is a handle, and only its handle crosses.

use crate::protocol::{decode, encode};
use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

const BYTES: &str = "bytes";
const FILES: &str = "files";

/// A message as a JS object, and the list of what is to be transferred with it.
pub fn to_js<T: Serialize>(message: &T, files: &[Blob]) -> (JsValue, Array) {
    let bytes = Uint8Array::from(encode(message).as_slice());
    let object = Object::new();
    let transfer = Array::of1(&bytes.buffer());
    set(&object, BYTES, &bytes);
    set(&object, FILES, &files.iter().collect::<Array>());
    (object.into(), transfer)
}

/// The message in a JS object, and the files beside it; none if the object is not one of ours or of another release.
pub fn from_js<T: DeserializeOwned>(value: &JsValue) -> Option<(T, Vec<Blob>)> {
    let bytes = Reflect::get(value, &BYTES.into()).ok()?.dyn_into::<Uint8Array>().ok()?.to_vec();
    let files = Reflect::get(value, &FILES.into()).ok()?.dyn_into::<Array>().ok()?;
    Some((decode(&bytes)?, files.iter().filter_map(|file| file.dyn_into::<Blob>().ok()).collect()))
}

/// Setting a property of a fresh plain object cannot fail.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}
