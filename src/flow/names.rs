//! Texts of the traffic, including server names, each kept once, and the latest DNS name of each address.

use crate::model::Addr;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};
use std::borrow::Cow;
use std::hash::BuildHasher;

/// Interned names. Index 0 is the empty name.
#[derive(Debug)]
pub struct Names {
    /// All texts, one behind the other.
    texts: String,
    /// Where each of them ends.
    ends: Vec<u32>,
    by_text: HashTable<Place>,
    hasher: RandomState,
    by_host: HashMap<Addr, u32, RandomState>,
    /// Names that were not kept because the table was full.
    pub n_refused: u64,
}

/// A text with the start of its hash, so other texts are hardly ever compared.
#[derive(Clone, Copy, Debug)]
struct Place {
    hash: u32,
    index: u32,
}

impl Place {
    fn spread(hash: u32) -> u64 {
        u64::from(hash) << 32 | u64::from(hash)
    }
}

impl Default for Names {
    fn default() -> Self {
        Names {
            texts: String::new(),
            ends: vec![0],
            by_text: HashTable::new(),
            hasher: RandomState::default(),
            by_host: HashMap::default(),
            n_refused: 0,
        }
    }
}

impl Names {
    /// Most names, and most addresses with a name, that are kept.
    pub const MOST: usize = 1 << 20;

    /// The index of a host's name, in lower case and without the dot at its end; 0 when the table is full.
    pub fn intern(&mut self, name: &str) -> u32 {
        let name = name.trim_end_matches('.');
        let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
        let name = if is_lower { Cow::Borrowed(name) } else { Cow::Owned(name.to_ascii_lowercase()) };
        self.keep(&name)
    }

    /// The index of a text as it is; 0 for the empty one and when the table is full.
    pub fn keep(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let hash = (self.hasher.hash_one(text) >> 32) as u32;
        let is_meant = |place: &Place| place.hash == hash && self.text(place.index) == text;
        if let Some(place) = self.by_text.find(Place::spread(hash), is_meant) {
            return place.index;
        }
        if self.ends.len() >= Names::MOST {
            self.n_refused += 1;
            return 0;
        }
        let index = self.ends.len() as u32;
        let place = Place { hash, index };
        self.by_text.insert_unique(Place::spread(hash), place, |place| Place::spread(place.hash));
        self.texts.push_str(text);
        self.ends.push(self.texts.len() as u32);
        index
    }

    /// Names kept, the empty one included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there is no name but the empty one.
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    /// The name with this index; empty for an unknown one.
    pub fn text(&self, index: u32) -> &str {
        let end_of = |index: u32| self.ends.get(index as usize).map(|end| *end as usize);
        let range = index.checked_sub(1).and_then(end_of).zip(end_of(index));
        range.and_then(|(start, end)| self.texts.get(start..end)).unwrap_or("")
    }

    /// A DNS answer said that `name` has this address.
    pub fn learn(&mut self, host: Addr, name: u32) {
        if self.by_host.len() < Names::MOST || self.by_host.contains_key(&host) {
            self.by_host.insert(host, name);
        } else {
            self.n_refused += 1;
        }
    }

    /// The name that the latest DNS answer gave this address; 0 if none.
    pub fn of(&self, host: Addr) -> u32 {
        self.by_host.get(&host).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_and_given_back() {
        let mut names = Names::default();
        let indices: Vec<u32> = ["b", "a", "", "b", "ü", "ab"].iter().map(|text| names.keep(text)).collect();
        assert_eq!(indices, [1, 2, 0, 1, 3, 4]);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|index| names.text(index)), ["", "b", "a", "ü", "ab", ""]);
        assert_eq!(names.intern("AB."), 4);
        assert_eq!(names.len(), 5);
    }
}
