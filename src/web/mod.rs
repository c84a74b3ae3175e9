//! All that knows the browser: the page, the worker, and how they exchange messages. Exists only on wasm32.

pub mod browser;
pub mod worker;

pub mod page;
