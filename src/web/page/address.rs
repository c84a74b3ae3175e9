//! The address bar: reads and writes the hash, and reports when the user goes back or forward.

use crate::session::Route;
use gloo::events::EventListener;
use wasm_bindgen::JsValue;

/// The view that the address names.
pub fn route() -> Route {
    // Unreadable only in frames of other origins; then the page begins at the overview.
    Route::from_hash(&gloo::utils::window().location().hash().unwrap_or_default())
}

/// Puts a view into the address as a new entry of the history.
pub fn push(route: &Route) {
    write(route, false);
}

/// Puts a view into the address in place of the one there.
pub fn replace(route: &Route) {
    write(route, true);
}

/// Calls back with the view whenever the address changes by back, forward, a link or typing, until it is dropped.
pub fn listen(on_change: impl Fn(Route) + 'static) -> EventListener {
    EventListener::new(&gloo::utils::window(), "hashchange", move |_| on_change(route()))
}

fn write(route: &Route, is_replacing: bool) {
    let hash = route.hash();
    let window = gloo::utils::window();
    if window.location().hash().is_ok_and(|now| now == hash) {
        return;
    }
    if let Ok(history) = window.history() {
        // Refused only when called hundreds of times a second; the view then still changes.
        let _ = match is_replacing {
            true => history.replace_state_with_url(&JsValue::NULL, "", Some(&hash)),
            false => history.push_state_with_url(&JsValue::NULL, "", Some(&hash)),
        };
    }
}
