//! One of the page's own files as a blob.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

/// Loads a file that was served beside the page.
pub async fn blob(path: &str) -> Result<Blob, String> {
    let failed = |_: JsValue| format!("{path} could not be loaded. Check that you are online, then try again.");
    let fetched = gloo::utils::window().fetch_with_str(path);
    let response: Response = JsFuture::from(fetched).await.map_err(failed)?.unchecked_into();
    if !response.ok() {
        return Err(format!("{path} could not be loaded: the server answered {}.", response.status()));
    }
    let blob = JsFuture::from(response.blob().map_err(failed)?).await.map_err(failed)?;
    Ok(blob.unchecked_into())
}
