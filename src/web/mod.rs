//! All that knows the browser: the page, the worker, what is loaded on demand, and how they exchange messages. Exists only on wasm32.

pub mod browser;
pub mod extra;
pub mod worker;

pub mod page;
