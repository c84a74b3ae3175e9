//! The main function of the helper worker: slices of a table in, the kept rows of it out, as blocks, at the end.

use crate::pipeline::{RowBlock, RowKeeper};
use crate::protocol::encode;
use crate::settings::Settings;
use crate::web::browser::codec;
use crate::web::worker::PART_BYTES;
use crate::web::worker::scope::scope;
use crate::web::worker::slices::each_part;
use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::convert::Infallible;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::MessageEvent;

/// What a helper is asked; between the first two come the bytes of the file, slice by slice.
#[derive(Serialize, Deserialize)]
pub(super) enum HelperRequest {
    /// Slices of this file follow.
    Begin { settings: Settings, file_name: String },
    /// The last slice was sent: hand back what is to be said of the rows. If stopped, the rest of the file will not come.
    End { is_stopped: bool },
    /// Hand back the rows themselves.
    Rows,
}

/// The global name that makes a worker a helper.
pub(super) const MARK: &str = "keepsRows";

/// True if this worker was started as a helper.
pub(super) fn is_wanted() -> bool {
    Reflect::has(&js_sys::global(), &MARK.into()).unwrap_or(false)
}

/// Installs the helper's message handler and says that it is ready: null, as for each slice that it has taken.
pub(super) fn start() {
    let keeper = RefCell::new(None);
    let blocks = RefCell::new(None);
    let bytes = RefCell::new(Vec::new());
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let data = event.data();
        if data.has_type::<ArrayBuffer>() {
            if let Some(keeper) = keeper.borrow_mut().as_mut() {
                feed(keeper, &data, &mut bytes.borrow_mut());
            }
            post(&JsValue::NULL, &Array::new());
            return;
        }
        match codec::from_js::<HelperRequest>(&data) {
            Some((HelperRequest::Begin { settings, file_name }, _)) => {
                *keeper.borrow_mut() = Some(RowKeeper::for_file(&settings, &file_name));
            }
            Some((HelperRequest::End { is_stopped }, _)) => {
                *blocks.borrow_mut() = keeper.take().map(|keeper| keeper.end(is_stopped));
                hand_back(blocks.borrow_mut().iter_mut().flatten().take(1));
            }
            Some((HelperRequest::Rows, _)) => hand_back(blocks.take().into_iter().flatten()),
            None => {}
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    post(&JsValue::NULL, &Array::new());
}

/// Feeds a slice.
pub(super) fn feed(keeper: &mut RowKeeper, slice: &JsValue, bytes: &mut Vec<u8>) {
    let _: Result<(), Infallible> = each_part(slice, PART_BYTES, bytes, |part| {
        keeper.feed(part);
        Ok(())
    });
}

fn hand_back(blocks: impl Iterator<Item = RowBlock>) {
    for block in blocks {
        let bytes = Uint8Array::from(encode(&block).as_slice());
        post(&bytes, &Array::of1(&bytes.buffer()));
    }
}

fn post(message: &JsValue, transfer: &Array) {
    // Fails only for values that cannot be cloned; ours are bytes.
    let _ = scope().post_message_with_transfer(message, transfer);
}
