//! The text of a catalogue to what looks texts up in it.
//!
//! Two lines for each text, `en ENGLISH` and `de GERMAN` (by the language's id), `=` for the same as in English; `# ROOM` groups them by
//! the folder of the sources; `! NAME VALUE` at the top says how the language writes numbers and dates. Other lines say nothing.

use super::numbers::Locale;
use super::template;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A text and its translation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry<'a> {
    /// As the sources have it, values as `{0}`.
    pub english: &'a str,
    /// In the language; empty if it is not translated.
    pub other: &'a str,
    /// Line of the English, from 1.
    pub line: usize,
}

/// The entries of a catalogue's text, in order.
pub fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut english = None;
    text.lines().enumerate().filter_map(move |(place, line)| {
        if let Some(said) = line.strip_prefix("en ") {
            english = Some((said, place + 1));
        } else if line.as_bytes().get(2).is_none_or(|sign| *sign == b' ')
            && line.len() > 1
            && !line.starts_with(['!', '#'])
        {
            let (english, line_of) = english.take()?;
            let said = line.get(3..).unwrap_or_default();
            let other = if said == "=" { english } else { said };
            return Some(Entry { english, other, line: line_of });
        }
        None
    })
}

/// English and other text by their places in the catalogue's text.
#[derive(Clone, Copy, Debug)]
struct Pair {
    english: (u32, u32),
    other: (u32, u32),
}

/// A language's texts.
#[derive(Debug)]
pub struct Catalogue {
    text: String,
    /// Sorted by their English.
    pairs: Vec<Pair>,
    /// Hash of a word that only few templates have -> place in `pairs`; sorted.
    anchors: Vec<(u32, u32)>,
    locale: Locale,
    kept: RefCell<Kept>,
}

/// Names from the file that is shown. They stay even if they are spelt like a text of the catalogue.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// Of hosts, domains, files: they stay wherever they stand.
    pub names: BTreeSet<String>,
    /// Of columns: they stay within a sentence. By itself `Protocol` is a heading of ours.
    pub headings: BTreeSet<String>,
}

impl Catalogue {
    /// The catalogue of this text. Entries without a translation are left out.
    pub fn new(text: String) -> Catalogue {
        let mut pairs: Vec<Pair> = Vec::new();
        let start = text.as_ptr() as usize;
        // Parts of the text itself, so that nothing is copied.
        let range = |part: &str| {
            let from = (part.as_ptr() as usize).saturating_sub(start) as u32;
            (from, from + part.len() as u32)
        };
        for entry in entries(&text).filter(|entry| !entry.other.is_empty()) {
            pairs.push(Pair { english: range(entry.english), other: range(entry.other) });
        }
        let of = |range: (u32, u32)| text.get(range.0 as usize..range.1 as usize).unwrap_or_default();
        // Of several, the first counts.
        pairs.sort_by(|a, b| of(a.english).cmp(of(b.english)));
        pairs.dedup_by(|b, a| of(a.english) == of(b.english));
        let english: Vec<&str> = pairs.iter().map(|pair| of(pair.english)).collect();
        let anchors = template::anchors(&english);
        let locale = Locale::new(text.lines().take_while(|line| !line.starts_with("en ")));
        Catalogue { pairs, anchors, locale, text, kept: RefCell::default() }
    }

    /// Leaves these names as they are from now on; false if it did before.
    pub fn keep(&self, kept: Kept) -> bool {
        let is_new = *self.kept.borrow() != kept;
        if is_new {
            self.kept.replace(kept);
        }
        is_new
    }

    /// The text is a name that stays: as a whole, or as a part of a sentence.
    pub(super) fn keeps(&self, text: &str, is_part: bool) -> bool {
        let kept = self.kept.borrow();
        kept.names.contains(text) || is_part && kept.headings.contains(text)
    }

    /// How the language writes numbers and dates.
    pub(super) fn locale(&self) -> &Locale {
        &self.locale
    }

    /// The translation of exactly this text.
    pub(super) fn exact(&self, english: &str) -> Option<&str> {
        let place = self.pairs.binary_search_by(|pair| self.part(pair.english).cmp(english)).ok()?;
        Some(self.part(self.pairs.get(place)?.other))
    }

    /// The templates that have a word of this hash where few have it: their English and other text.
    pub(super) fn with_word(&self, hash: u32) -> impl Iterator<Item = (&str, &str)> {
        let from = self.anchors.partition_point(|anchor| anchor.0 < hash);
        let those = self.anchors.get(from..).unwrap_or_default().iter().take_while(move |anchor| anchor.0 == hash);
        let pairs = those.filter_map(|(_, place)| self.pairs.get(*place as usize));
        pairs.map(|pair| (self.part(pair.english), self.part(pair.other)))
    }

    fn part(&self, range: (u32, u32)) -> &str {
        self.text.get(range.0 as usize..range.1 as usize).unwrap_or_default()
    }
}
