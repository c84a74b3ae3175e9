//! Loads one of the page's own files, as if the user had chosen it.

use super::scripts;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, Response};

/// Loads a file that was served beside the page, or is inside of it.
pub async fn file(path: &str) -> Result<File, String> {
    let failed = |_: JsValue| format!("{path} could not be loaded. Check that you are online, then try again.");
    let blob = match scripts::own_file(path) {
        Some(inside) => JsFuture::from(inside).await.map_err(failed)?,
        None => {
            let fetched = gloo::utils::window().fetch_with_str(path);
            let response: Response = JsFuture::from(fetched).await.map_err(failed)?.unchecked_into();
            if !response.ok() {
                return Err(format!("{path} could not be loaded: the server answered {}.", response.status()));
            }
            JsFuture::from(response.blob().map_err(failed)?).await.map_err(failed)?
        }
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    File::new_with_blob_sequence(&Array::of1(blob.unchecked_ref::<Blob>()), name).map_err(failed)
}

/// The text of such a file.
pub async fn text(path: &str) -> Result<String, String> {
    let file = file(path).await?;
    let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
    text.ok_or_else(|| format!("{path} could not be read."))
}
