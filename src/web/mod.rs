//! All that knows the browser: the page, the worker, and how they talk. Exists only on wasm32.

pub mod blob_writer;
pub mod client;
pub mod codec;
pub mod read_ahead;
mod spawn;
pub mod worker;

pub mod canvas;
pub mod clipboard;
pub mod download;
pub mod fetch;
pub mod file_text;
pub mod style;
pub mod zone;

pub mod ui;
