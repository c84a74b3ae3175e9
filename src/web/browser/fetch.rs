//! Loads one of the page's own files, as if the user had chosen it.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, Response};

/// Loads a file that was served beside the page.
pub async fn file(path: &str) -> Result<File, String> {
    let failed = |_: JsValue| format!("{path} could not be loaded. Check that you are online, then try again.");
    let fetched = gloo::utils::window().fetch_with_str(path);
    let response: Response = JsFuture::from(fetched).await.map_err(failed)?.unchecked_into();
    if !response.ok() {
        return Err(format!("{path} could not be loaded: the server answered {}.", response.status()));
    }
    let blob = JsFuture::from(response.blob().map_err(failed)?).await.map_err(failed)?;
    let name = path.rsplit('/').next().unwrap_or(path);
    File::new_with_blob_sequence(&Array::of1(blob.unchecked_ref::<Blob>()), name).map_err(failed)
}
