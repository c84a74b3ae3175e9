//! What outlives the page, in the browser's local storage: settings with the allow-list, and remarks on findings.
//!
//! Where storage is forbidden or full, all of it lasts as long as the page.

use crate::pipeline;
use crate::session::Memory;
use crate::settings::{Settings, file};
use gloo::storage::{LocalStorage, Storage};

const SETTINGS_KEY: &str = "packetloupe.settings";
const REMARKS_KEY: &str = "packetloupe.remarks";
/// What begins like this is ours.
const PREFIX: &str = "packetloupe.";

/// The settings that were kept; what makes no sense any more is left out.
pub fn settings() -> Settings {
    let kept = LocalStorage::get::<String>(SETTINGS_KEY).ok();
    let read = kept.and_then(|text| file::read(&text, &pipeline::descriptors()).ok());
    read.map(|(settings, _)| settings).unwrap_or_default()
}

/// Keeps the settings.
pub fn keep_settings(settings: &Settings) {
    if *settings == Settings::default() {
        return LocalStorage::delete(SETTINGS_KEY);
    }
    let _ = LocalStorage::set(SETTINGS_KEY, file::write(settings));
}

/// The remarks that were kept.
pub fn memory() -> Memory {
    LocalStorage::get::<String>(REMARKS_KEY).map(|text| Memory::from_text(&text)).unwrap_or_default()
}

/// Keeps the remarks.
pub fn keep_memory(memory: &Memory) {
    if *memory == Memory::default() {
        return LocalStorage::delete(REMARKS_KEY);
    }
    let _ = LocalStorage::set(REMARKS_KEY, memory.text());
}

/// Forgets everything that the page keeps in this browser, theme and clock too.
pub fn forget() {
    let storage = LocalStorage::raw();
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|place| storage.key(place).ok().flatten());
    for key in keys.filter(|key| key.starts_with(PREFIX)).collect::<Vec<_>>() {
        LocalStorage::delete(&key);
    }
}
