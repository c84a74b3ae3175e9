//! Slices of files in the browser's memory to bytes in ours.

use js_sys::{ArrayBuffer, Uint8Array};
use std::hint::black_box;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::JsValue;

/// Bytes by which our memory grows.
const ROOM: usize = 4 << 20;

/// Copies a slice into our memory in parts of at most so many bytes, one over the other, and hands each on.
pub(super) fn each_part<E>(
    buffer: &JsValue,
    most: u32,
    bytes: &mut Vec<u8>,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let array = Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>());
    let mut at = 0;
    while at < array.length() {
        let end = at.saturating_add(most).min(array.length());
        bytes.resize((end - at) as usize, 0);
        array.subarray(at, end).copy_to(bytes);
        make_room();
        take(bytes)?;
        at = end;
    }
    Ok(())
}

pub(super) fn length(buffer: &JsValue) -> u32 {
    buffer.unchecked_ref::<ArrayBuffer>().byte_length()
}

/// Sees to it that there is room. Small allocations would make our memory grow by 64 KiB at a time; each time the browser
/// changes how it is mapped, for which all its threads stop.
fn make_room() {
    drop(black_box(Vec::<u8>::with_capacity(ROOM)));
}
