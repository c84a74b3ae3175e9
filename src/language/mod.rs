//! What is shown in English to the same in another language: a layer over finished text. Code, findings, JSON and tests are English.
//!
//! A catalogue maps English texts, as the sources have them, to those of its language. It is a file that is read when it is wanted.

mod catalogue;
mod entries;
mod html;
mod markdown;
mod matching;
mod numbers;
mod parts;
mod pieces;
mod template;
mod translate;
mod translator;
mod words;

#[cfg(not(target_arch = "wasm32"))]
mod built_in;
#[cfg(test)]
mod tests;

#[cfg(not(target_arch = "wasm32"))]
pub use built_in::built_in;
pub use catalogue::{Catalogue, Entry, Kept, entries};
pub use html::{CODE, SPOKEN, page};
pub use markdown::lines;
pub use pieces::sentences;
pub use template::{is_template, places};

/// A language that texts can be shown in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Language {
    /// As HTML's `lang` has it: `de`.
    pub id: &'static str,
    /// As its speakers call it.
    pub name: &'static str,
}

impl Language {
    /// The language of the sources: it needs no catalogue.
    pub const ENGLISH: Language = Language { id: "en", name: "English" };

    /// All, English first. Every other one has the file `static/languages/ID.txt`.
    pub const ALL: &[Language] = &[Language::ENGLISH, Language { id: "de", name: "Deutsch" }];

    /// The language of an id; None if there is none.
    pub fn of(id: &str) -> Option<Language> {
        Language::ALL.iter().copied().find(|language| language.id == id)
    }

    /// The first of the languages that a reader wants, most wanted first, as browsers give them (`de-AT`, `en-US`); English if there is none.
    pub fn wanted<'a>(tags: impl IntoIterator<Item = &'a str>) -> Language {
        let main = |tag: &'a str| tag.split(['-', '_']).next().unwrap_or_default();
        let known = |tag: &'a str| Language::ALL.iter().copied().find(|one| one.id.eq_ignore_ascii_case(main(tag)));
        tags.into_iter().find_map(known).unwrap_or(Language::ENGLISH)
    }
}
