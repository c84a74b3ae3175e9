//! Values to the text that people read, and back: quantities, times, text files, secrets.

mod command_line;
pub mod host_name;
pub mod percent;
pub mod quantity;
pub mod secret;
mod secret_names;
pub mod text;
pub mod time;
pub mod visible;
