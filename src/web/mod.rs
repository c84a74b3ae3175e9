//! All that knows the browser: the page, the worker, and how they talk. Exists only on wasm32.

pub mod client;
pub mod codec;
pub mod worker;
