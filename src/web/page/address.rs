//! The address bar: reads and writes the hash, and reports when the user goes back or forward.
//!
//! Entries of the history that were written here say all that is chosen. Those that a link makes name a view only: what
//! all views are narrowed to stays.

use crate::session::{Route, Selection};
use gloo::events::EventListener;
use wasm_bindgen::JsValue;

/// The view that the address names.
pub fn route() -> Route {
    Route::from_hash(&hash())
}

/// What the address narrows all views to.
pub fn selection() -> Selection {
    Selection::from_hash(&hash())
}

/// Puts a view and a selection into the address as a new entry of the history.
pub fn push(route: &Route, selection: &Selection) {
    write(&selection.hash(route), false);
}

/// Puts a view and a selection into the address in place of those there.
pub fn replace(route: &Route, selection: &Selection) {
    write(&selection.hash(route), true);
}

/// Calls back with the view and the selection whenever the address changes by back, forward, a link or typing, until it
/// is dropped. There is no selection if the address is of a link without one.
pub fn listen(on_change: impl Fn(Route, Option<Selection>) + 'static) -> EventListener {
    EventListener::new(&gloo::utils::window(), "hashchange", move |_| {
        let is_ours = gloo::utils::window().history().and_then(|history| history.state()).is_ok_and(|s| s.is_truthy());
        on_change(route(), Some(selection()).filter(|selection| is_ours || !selection.is_empty()));
    })
}

fn hash() -> String {
    // Unreadable only in frames of other origins; then the page begins at the overview.
    gloo::utils::window().location().hash().unwrap_or_default()
}

fn write(hash: &str, is_replacing: bool) {
    let window = gloo::utils::window();
    if !is_replacing && window.location().hash().is_ok_and(|now| now == hash) {
        return;
    }
    if let Ok(history) = window.history() {
        // Refused only when called hundreds of times a second; the view then still changes.
        let _ = match is_replacing {
            true => history.replace_state_with_url(&JsValue::TRUE, "", Some(hash)),
            false => history.push_state_with_url(&JsValue::TRUE, "", Some(hash)),
        };
    }
}
