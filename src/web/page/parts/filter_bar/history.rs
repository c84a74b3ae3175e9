//! The last filters of this tab, in memory only: they name hosts.

use std::cell::RefCell;

/// Most filters remembered.
const MOST: usize = 10;

thread_local! {
    static RECENT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Puts a filter before the others. What was typed on the way to it goes.
pub fn remember(text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    RECENT.with_borrow_mut(|recent| {
        recent.retain(|other| other != text && !text.starts_with(other.as_str()));
        recent.insert(0, text.to_owned());
        recent.truncate(MOST);
    });
}

/// The last filters, the latest first.
pub fn recent() -> Vec<String> {
    RECENT.with_borrow(Clone::clone)
}
