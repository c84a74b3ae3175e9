//! What the browser does for us, one file each: messages, files, saving, the clipboard, drawing. Knows no view.

pub mod blob_writer;
pub mod client;
pub mod codec;
pub mod demonstration;
pub mod extra;
mod lifeline;
pub mod random;
pub mod read_ahead;
pub(super) mod spawn;

pub mod canvas;
pub mod clipboard;
pub mod dots;
pub mod download;
pub mod fetch;
pub mod file_text;
pub mod language;
pub mod network;
pub mod scripts;
pub mod style;
pub mod zone;
