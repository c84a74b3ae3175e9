//! Reads a small file that the user chose as text.

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File};

/// Larger files are none that people write by hand, bytes.
const MOST_BYTES: f64 = 4.0 * 1024.0 * 1024.0;

/// Reads a file as UTF-8 and hands its text over, or why that cannot be done.
pub fn read(file: &File, then: impl FnOnce(Result<String, String>) + 'static) {
    let name = file.name();
    if file.size() > MOST_BYTES {
        return then(Err(format!("{name} is too large for a settings file.")));
    }
    let text = JsFuture::from(file.text());
    spawn_local(async move {
        let text = text.await.ok().and_then(|text| text.as_string());
        then(text.ok_or_else(|| format!("{name} cannot be read.")));
    });
}

/// The text of a blob; none if it cannot be read.
pub fn of_blob(blob: &Blob, then: impl FnOnce(Option<String>) + 'static) {
    let text = JsFuture::from(blob.text());
    spawn_local(async move { then(text.await.ok().and_then(|text| text.as_string())) });
}
