//! What outlives the page, in the browser's local storage: settings with the allow-list, and remarks on findings; for as long as the
//! tab, which file is open; and, if people want it, which files were open.
//!
//! Where storage is forbidden or full, all of it lasts as long as the page. Two tabs keep in the same place: what is written is
//! what changed in this tab, put into what is there by now.

use super::storage;
use crate::pipeline;
use crate::session::{Memory, OpenFile, merged};
use crate::settings::{Settings, file};
use crate::web::browser::scripts;
use gloo::events::EventListener;
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast;
use web_sys::StorageEvent;

const SETTINGS_KEY: &str = "packetloupe.settings";
const REMARKS_KEY: &str = "packetloupe.remarks";
const RECENT_KEY: &str = "packetloupe.recent";
const LAST_KEY: &str = "packetloupe.last";
/// What begins like this is ours.
const PREFIX: &str = "packetloupe.";

thread_local! {
    /// The documents that this tab has, by key, as far as it knows them to be kept.
    static KNOWN: RefCell<BTreeMap<&'static str, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// Reads a document and remembers it as known; empty if there is none.
fn read(key: &'static str) -> String {
    let document = storage::get::<String>(key).unwrap_or_default();
    KNOWN.with_borrow_mut(|known| known.insert(key, document.clone()));
    document
}

/// Puts what this tab changed into what is kept by now. False if that cannot be kept.
fn keep(key: &'static str, ours: String) -> bool {
    let known = KNOWN.with_borrow(|known| known.get(key).cloned().unwrap_or_default());
    let all = merged(&known, &ours, &storage::get::<String>(key).unwrap_or_default());
    // The next change is told from what this tab has, not from what it never saw.
    KNOWN.with_borrow_mut(|known| known.insert(key, ours));
    match all {
        None => storage::delete(key),
        Some(document) => storage::set(key, &document),
    }
}

/// The settings that were kept; what makes no sense any more is left out.
pub fn settings() -> Settings {
    let read = file::read(&read(SETTINGS_KEY), &pipeline::descriptors()).ok();
    read.map(|(settings, _)| settings).unwrap_or_default()
}

/// Keeps the settings. False if they last only as long as the page.
pub fn keep_settings(settings: &Settings) -> bool {
    keep(SETTINGS_KEY, file::write(settings))
}

/// The remarks that were kept.
pub fn memory() -> Memory {
    Memory::from_text(&read(REMARKS_KEY))
}

/// Keeps the remarks. False if they last only as long as the page.
pub fn keep_memory(memory: &Memory) -> bool {
    keep(REMARKS_KEY, memory.text())
}

/// Keeps which file is open, as long as this tab, and its path if it is one of the page's own.
pub fn keep_last(last: Option<(&OpenFile, Option<&str>)>) {
    storage::set_of_tab(LAST_KEY, last.as_ref());
}

/// The file that was open before the page was loaded again, and its path if it is one of the page's own.
pub fn last() -> Option<(OpenFile, Option<String>)> {
    storage::get_of_tab(LAST_KEY)
}

/// Keeps the list of recent files, or that there is none.
pub fn keep_recent(recent: Option<&Vec<OpenFile>>) {
    // Where it cannot be kept, it lasts as long as the page.
    match recent {
        Some(files) => storage::set(RECENT_KEY, files),
        None => storage::delete(RECENT_KEY),
    };
}

/// The list of recent files; none unless people wanted one.
pub fn recent() -> Option<Vec<OpenFile>> {
    storage::get(RECENT_KEY)
}

/// Calls when another tab has changed what is kept here, with the settings and remarks as they are then.
pub fn listen(on_change: impl Fn(Settings, Memory) + 'static) -> EventListener {
    EventListener::new(&gloo::utils::window(), "storage", move |event| {
        let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
        // Without a key, everything was removed.
        if key.is_none_or(|key| key == SETTINGS_KEY || key == REMARKS_KEY) {
            on_change(settings(), memory());
        }
    })
}

/// Forgets everything that the page keeps in this browser, theme and clock too.
pub fn forget() {
    for key in storage::keys().iter().filter(|key| key.starts_with(PREFIX)) {
        storage::delete(key);
    }
    keep_last(None);
    scripts::forget();
    KNOWN.with_borrow_mut(BTreeMap::clear);
}
