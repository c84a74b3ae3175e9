//! The catalogues that the native command has within it; the page loads them when they are wanted.

use super::{Catalogue, Language};

/// The catalogue of a language; None for English, which needs none.
pub fn built_in(language: Language) -> Option<Catalogue> {
    let text = match language.id {
        "de" => include_str!("../../static/languages/de.txt"),
        _ => return None,
    };
    Some(Catalogue::new(text.to_owned()))
}
