//! A shown text to the same in a catalogue's language: as a whole, by a template, or part by part.

use super::catalogue::Catalogue;
use super::parts::{MOST_PARTS, names_follow};
use super::pieces;
use super::translator::{Said, Translator};
use super::words::{is_names, n_letters, split_outside};
use std::cell::{Cell, RefCell};

/// Longer texts are no sentences of ours; bytes.
const LONGEST: usize = 6_000;
/// Values within values.
const DEEPEST: u32 = 8;
/// Templates and ways to take a sentence apart that are tried for it, at most: the time is bounded, whatever stands in a capture.
const MOST_TRIES: u32 = 1_500;
/// The same for all sentences of a text.
const MOST_TRIES_OF_TEXT: u32 = 6_000;

impl Catalogue {
    /// The text in the catalogue's language, with its space at the ends; None if it stays as it is.
    pub fn translated(&self, text: &str) -> Option<String> {
        let core = text.trim();
        if core.is_empty() || core.len() > LONGEST {
            return None;
        }
        let translator = Translator {
            catalogue: self,
            tries: Cell::new(MOST_TRIES),
            left: Cell::new(MOST_TRIES_OF_TEXT),
            seen: RefCell::default(),
        };
        let said = translator.whole(core);
        (said.text != core && (said.is_found || said.is_known())).then(|| around(text, core, &said.text))
    }
}

/// A text with another one in place of a part of it.
fn around(text: &str, part: &str, said: &str) -> String {
    let from = part.as_ptr() as usize - text.as_ptr() as usize;
    let (start, end) = (text.get(..from).unwrap_or_default(), text.get(from + part.len()..).unwrap_or_default());
    format!("{start}{said}{end}")
}

impl Translator<'_> {
    /// A text of any number of sentences. No entry has more than one.
    fn whole(&self, text: &str) -> Said {
        match pieces::sentences(text).as_slice() {
            [_] | [] => {}
            sentences => return self.joined(text, sentences, |sentence| self.first(sentence)),
        }
        let said = self.sentence(text, "", 0);
        match pieces::any_sentences(text).as_slice() {
            sentences @ [_, _, ..] if !said.is_known() => self.joined(text, sentences, |sentence| self.first(sentence)),
            _ => said,
        }
    }

    /// A sentence of its own.
    fn first(&self, text: &str) -> Said {
        let granted = self.left.get().min(MOST_TRIES);
        self.tries.set(granted);
        let said = self.sentence(text, "", 0);
        self.left.set(self.left.get() - (granted - self.tries.get()));
        said
    }

    /// A sentence, or a value within one that stands behind `before`.
    pub(super) fn sentence(&self, text: &str, before: &str, depth: u32) -> Said {
        let place = (text.as_ptr() as usize, text.len());
        if let Some((deep, said)) = self.seen.borrow().get(&place)
            && (said.is_known() || *deep <= depth)
        {
            return said.clone();
        }
        let mut said = self.looked_up(text, before, depth);
        if depth > 0 && said.is_found && text.starts_with(char::is_lowercase) {
            said.text = self.catalogue.locale().within(said.text);
        }
        self.seen.borrow_mut().insert(place, (depth, said.clone()));
        said
    }

    fn looked_up(&self, text: &str, before: &str, depth: u32) -> Said {
        if names_follow(before) {
            let names = split_outside(text, ", ");
            return self.joined(text, &names, |name| match name.contains(' ') {
                true => self.sentence(name, "", depth + 1),
                false => Said::as_it_is(name),
            });
        }
        // A single word between the quotes of a template is quoted from the file.
        let is_quoted = before.ends_with('“') && !text.contains(' ');
        if is_quoted || self.catalogue.keeps(text, depth > 0) {
            return Said::as_it_is(text);
        }
        if let Some(said) = self.exact(text, before) {
            return said;
        }
        if let Some(said) = self.counted(text, before, depth).filter(|_| depth < DEEPEST) {
            return said;
        }
        if is_names(text) {
            return Said::as_it_is(self.catalogue.locale().text(text, before));
        }
        let unknown = Said { text: text.to_owned(), n_left: n_letters(text), n_doubts: 0, is_found: false };
        if depth >= DEEPEST || self.try_once().is_none() {
            return unknown;
        }
        // A list first: none of its parts has to do with another.
        let list = split_outside(text, "; ");
        if list.len() > 2 && list.len() <= MOST_PARTS {
            let said = self.joined(text, &list, |part| self.value(part, "", depth + 1));
            if said.is_known() {
                return said;
            }
        }
        let mut best = unknown.or_better(self.by_template(text, depth));
        if !best.is_sure() {
            best = best.or_better(self.led(text));
        }
        if !best.is_sure() {
            best = best.or_better(self.trimmed(text, depth));
        }
        if !best.is_sure() {
            best = best.or_better(self.by_parts(text, depth));
        }
        best
    }

    /// A value, with the space around it.
    pub(super) fn value(&self, text: &str, before: &str, depth: u32) -> Said {
        let core = text.trim();
        if core.is_empty() {
            return Said::as_it_is(text);
        }
        let said = match pieces::sentences(core).as_slice() {
            [] | [_] => self.sentence(core, before, depth),
            sentences => self.joined(core, sentences, |sentence| self.sentence(sentence, "", depth)),
        };
        Said { text: around(text, core, &said.text), ..said }
    }
}
