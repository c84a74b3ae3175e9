//! Makes the errors of filters: a sentence, and the part of the text that it is about.

use crate::model::listing::FilterError;

/// An error about some bytes of the text.
pub(super) fn error(at: usize, length: usize, text: impl Into<String>) -> FilterError {
    FilterError { at: at as u32, length: length as u32, text: text.into() }
}
