//! Random bytes of the browser, which nobody can guess.

use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::JsCast;

/// Fills an array by `crypto.getRandomValues`; none if the browser has no such thing.
pub fn bytes<const N: usize>() -> Option<[u8; N]> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
    let fill = Reflect::get(&crypto, &"getRandomValues".into()).ok()?.dyn_into::<Function>().ok()?;
    let array = Uint8Array::new_with_length(N as u32);
    fill.call1(&crypto, &array).ok()?;
    let mut bytes = [0; N];
    array.copy_to(&mut bytes);
    Some(bytes)
}
