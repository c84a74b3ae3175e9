//! The browser's local storage, which may be forbidden, absent or full: then nothing is kept, and the page goes on.

use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::Storage;

/// The storage, where the browser allows it.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// The value of a key; none if there is none, or it makes no sense.
pub fn get<T: DeserializeOwned>(key: &str) -> Option<T> {
    serde_json::from_str(&storage()?.get_item(key).ok()??).ok()
}

/// Sets the value of a key. False if it cannot be kept.
pub fn set(key: &str, value: &impl Serialize) -> bool {
    let text = serde_json::to_string(value).ok();
    text.zip(storage()).is_some_and(|(text, storage)| storage.set_item(key, &text).is_ok())
}

/// Removes a key. False if there is no storage.
pub fn delete(key: &str) -> bool {
    storage().is_some_and(|storage| storage.remove_item(key).is_ok())
}

/// The value of a key that is kept as long as this tab, also when its page is loaded again.
pub fn get_of_tab<T: DeserializeOwned>(key: &str) -> Option<T> {
    serde_json::from_str(&of_tab()?.get_item(key).ok()??).ok()
}

/// Sets such a value, or removes it.
pub fn set_of_tab(key: &str, value: Option<&impl Serialize>) {
    let Some(storage) = of_tab() else { return };
    // Where it cannot be kept, the page just does not know it again.
    let _ = match value.and_then(|value| serde_json::to_string(value).ok()) {
        Some(text) => storage.set_item(key, &text),
        None => storage.remove_item(key),
    };
}

fn of_tab() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

/// All keys.
pub fn keys() -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    (0..storage.length().unwrap_or(0)).filter_map(|place| storage.key(place).ok().flatten()).collect()
}
