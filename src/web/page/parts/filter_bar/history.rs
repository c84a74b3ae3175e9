//! The last filters of this tab, in memory only: they name hosts.

use std::cell::RefCell;

/// Most filters remembered.
const MOST: usize = 10;
/// Whoever goes on typing within this time had not come to the end; ms.
const STILL_TYPING_MS: f64 = 5_000.0;

thread_local! {
    /// The filters, the latest first, and when that one was put there.
    static RECENT: RefCell<(Vec<String>, f64)> = const { RefCell::new((Vec::new(), 0.0)) };
}

/// Puts a filter before the others, in place of what was typed on the way to it just now.
pub fn remember(text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let now_ms = js_sys::Date::now();
    RECENT.with_borrow_mut(|(recent, latest_ms)| {
        let is_still_typing = now_ms - *latest_ms < STILL_TYPING_MS;
        if is_still_typing && recent.first().is_some_and(|latest| text.starts_with(latest.as_str())) {
            recent.remove(0);
        }
        recent.retain(|other| other != text);
        recent.insert(0, text.to_owned());
        recent.truncate(MOST);
        *latest_ms = now_ms;
    });
}

/// The last filters, the latest first.
pub fn recent() -> Vec<String> {
    RECENT.with_borrow(|(recent, _)| recent.clone())
}
