//! Text or a blob to a file that the browser saves, without leaving the page.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the browser may take to begin saving before the blob is let go, ms.
const KEEP_MS: u32 = 60_000;

/// Saves a text as a file of this name and media type.
pub fn save_text(name: &str, media_type: &str, text: &str) -> Result<(), String> {
    let bag = BlobPropertyBag::new();
    bag.set_type(media_type);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &bag);
    save_blob(name, &blob.map_err(|_| failed(name))?)
}

/// Saves a blob as a file of this name.
pub fn save_blob(name: &str, blob: &Blob) -> Result<(), String> {
    click(name, blob).map_err(|_| failed(name))
}

/// The same bytes under this media type.
pub fn typed(blob: &Blob, media_type: &str) -> Blob {
    let typed = blob.slice_with_f64_and_f64_and_content_type(0.0, blob.size(), media_type);
    typed.unwrap_or_else(|_| blob.clone())
}

fn click(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let anchor: HtmlAnchorElement = gloo::utils::document().create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    gloo::timers::callback::Timeout::new(KEEP_MS, move || {
        // Fails only for an address that is not a blob's.
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

fn failed(name: &str) -> String {
    format!("The browser could not save {name}.")
}

/// The name of a file saved about a capture: `scan.pcap` and `report.html` give `scan-report.html`.
pub fn name(capture: &str, ending: &str) -> String {
    let capture = capture.strip_suffix(".gz").or_else(|| capture.strip_suffix(".zst")).unwrap_or(capture);
    let stem = capture.rsplit_once('.').map_or(capture, |(stem, _)| stem);
    let stem = if stem.is_empty() { "capture" } else { stem };
    format!("{stem}-{ending}")
}
