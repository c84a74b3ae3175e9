//! Text to the clipboard.

use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Copies a text; `done` is called with whether the browser allowed it (it does not on pages without a secure context).
pub fn copy(text: &str, done: impl FnOnce(bool) + 'static) {
    let window = gloo::utils::window();
    if !window.is_secure_context() {
        return done(false);
    }
    let promise = window.navigator().clipboard().write_text(text);
    spawn_local(async move { done(JsFuture::from(promise).await.is_ok()) });
}
