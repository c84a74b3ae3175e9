//! Who keeps the rows of a table, and what goes to a helper that does.

use super::row_helper::{RowTask, Watch};
use js_sys::ArrayBuffer;
use wasm_bindgen::{JsCast, prelude::JsValue};

/// Who keeps the rows of a table.
#[derive(Default)]
pub(in crate::web::worker) enum Rows {
    /// It is not known yet whether the file is a large table of flows or packets.
    #[default]
    Open,
    /// The pipeline, if the file is a table at all.
    Here,
    /// A helper, until they are back.
    Helper(Box<RowTask>),
}

impl Rows {
    pub(super) fn task(&mut self) -> Option<&mut RowTask> {
        if let Rows::Helper(task) = self { Some(task) } else { None }
    }

    /// True while a helper keeps them.
    pub(in crate::web::worker) fn are_away(&self) -> bool {
        matches!(self, Rows::Helper(_))
    }

    /// Hands a slice of the file over to the helper, if there is one: what to wait for before the next.
    pub(in crate::web::worker) fn feed(&mut self, slice: &JsValue) -> Option<Watch> {
        let n_bytes = slice.unchecked_ref::<ArrayBuffer>().byte_length();
        let task = self.task()?;
        task.feed(slice, n_bytes);
        Some(task.watch())
    }

    /// No more slices come.
    pub(in crate::web::worker) fn end(&mut self, is_stopped: bool) {
        if let Some(task) = self.task() {
            task.end(is_stopped);
        }
    }
}
