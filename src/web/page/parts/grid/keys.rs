//! What keys do in a grid, and where they lead.

use crate::session::window::Scroll;
use std::ops::Range;
use yew::prelude::*;

/// A grid as keys find it.
pub struct Keyboard {
    /// Its element.
    pub node: NodeRef,
    /// Its heights.
    pub scroll: Scroll,
    /// Offset into the rows, px.
    pub top_px: f64,
    /// Sets that offset.
    pub scroll_to: Callback<f64>,
    /// The row that keys have reached.
    pub cursor: Option<u64>,
    /// Reaches another row and chooses it.
    pub reach: Callback<u64>,
    /// Opens a row.
    pub open: Callback<u64, bool>,
    /// Copies rows.
    pub copy: Callback<Range<u64>>,
    /// Called with a key that means nothing here, and the row that keys have reached; true if it did something.
    pub on_other: Option<Callback<(String, u64), bool>>,
}

impl Keyboard {
    /// Does what a key means.
    pub fn press(&self, event: &KeyboardEvent) {
        // Keys on the header's buttons are theirs.
        let is_ours = self.node.get().is_some_and(|node| event.target().is_some_and(|target| *target == **node));
        if !is_ours {
            return;
        }
        let has_command_key = event.ctrl_key() || event.meta_key();
        if has_command_key && !event.alt_key() && event.key().eq_ignore_ascii_case("c") {
            if let Some(at) = self.cursor {
                event.prevent_default();
                self.copy.emit(at..at + 1);
            }
            return;
        }
        let is_end = matches!(event.key().as_str(), "Home" | "End");
        if !event.alt_key() && (!has_command_key || is_end) && self.go(&event.key()) {
            event.prevent_default();
        }
    }

    /// Goes to a row or opens one; true if a key meant something.
    fn go(&self, key: &str) -> bool {
        let at = self.cursor.filter(|at| *at < self.scroll.n_rows);
        if let Some(next) = target_row(key, at, &self.scroll, self.top_px) {
            self.scroll_to.emit(self.scroll.reveal(self.top_px, next));
            self.reach.emit(next);
            return true;
        }
        let Some(at) = at else { return false };
        if key == "Enter" {
            self.open.emit(at);
            return true;
        }
        self.on_other.as_ref().is_some_and(|on_other| on_other.emit((key.to_owned(), at)))
    }
}

/// The row that a key leads to from the row `at`; none for other keys and for empty grids. Without a row to start
/// from, the first one in sight is reached.
fn target_row(key: &str, at: Option<u64>, scroll: &Scroll, top_px: f64) -> Option<u64> {
    let last = scroll.n_rows.checked_sub(1)?;
    let page = scroll.rows_per_view();
    let Some(at) = at else {
        return match key {
            "End" => Some(last),
            "Home" => Some(0),
            "ArrowDown" | "ArrowUp" | "PageDown" | "PageUp" | " " => Some(scroll.visible(top_px).start.min(last)),
            _ => None,
        };
    };
    let next = match key {
        "ArrowDown" => at + 1,
        "ArrowUp" => at.saturating_sub(1),
        "PageDown" => at + page,
        "PageUp" => at.saturating_sub(page),
        "Home" => 0,
        "End" => last,
        " " => at,
        _ => return None,
    };
    Some(next.min(last))
}
