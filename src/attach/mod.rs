//! Files beside the open one: what a file is by its content, and what a model, a baseline or a list of indicators adds to an analysis.
//!
//! Command and worker use the same functions, so that the same files give the same findings.

mod apply;
mod attachment;
mod comparison;
mod recognise;

pub use apply::{NotApplied, add_changes, add_indicators, add_model, apply};
pub use attachment::Attachment;
pub use comparison::{comparison, learn, profile_sources};
pub use recognise::{FRONT_BYTES, Found, known_settings, offered, recognise};

#[cfg(test)]
mod tests;
