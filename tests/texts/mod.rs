//! The sources to the texts that people read, as the catalogues of languages have them: one sentence each, values as `{0}`.

mod files;
mod plain;
mod rules;
mod rust;

pub use files::{all, of_rust};

/// A text that people read.
pub struct Text {
    /// The text, with its values as `{0}`, `{1}`.
    pub english: String,
    /// Where it stands, below the repository.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
}
