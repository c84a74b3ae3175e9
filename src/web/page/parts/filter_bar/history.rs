//! The last filters of this tab, in memory only: they name hosts.

use std::cell::RefCell;

/// Most filters remembered.
const MOST: usize = 10;
/// Whoever goes on typing within this time had not come to the end; ms.
const STILL_TYPING_MS: f64 = 5_000.0;

struct Recent {
    /// The latest first.
    filters: Vec<String>,
    /// When the latest was used.
    latest_ms: f64,
    /// It had not been used before.
    is_new: bool,
}

thread_local! {
    static RECENT: RefCell<Recent> = const { RefCell::new(Recent { filters: Vec::new(), latest_ms: 0.0, is_new: false }) };
}

/// Puts a filter before the others, in place of what was typed on the way to it just now.
pub fn remember(text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let now_ms = js_sys::Date::now();
    RECENT.with_borrow_mut(|recent| {
        let is_still_typing = recent.is_new && (now_ms - recent.latest_ms).abs() < STILL_TYPING_MS;
        if is_still_typing && recent.filters.first().is_some_and(|latest| text.starts_with(latest.as_str())) {
            recent.filters.remove(0);
        }
        let n_before = recent.filters.len();
        recent.filters.retain(|other| other != text);
        recent.is_new = recent.filters.len() == n_before;
        recent.filters.insert(0, text.to_owned());
        recent.filters.truncate(MOST);
        recent.latest_ms = now_ms;
    });
}

/// The last filters, the latest first.
pub fn recent() -> Vec<String> {
    RECENT.with_borrow(|recent| recent.filters.clone())
}
