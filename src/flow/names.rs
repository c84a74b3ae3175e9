//! Texts of the traffic, server names among them, each kept once, and which address a DNS answer last gave a name to.

use crate::model::Host;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use std::borrow::Cow;
use std::hash::BuildHasher;

/// Interned names. Index 0 is the empty name.
#[derive(Debug)]
pub struct Names {
    texts: Vec<Box<str>>,
    by_text: HashTable<u32>,
    hasher: FixedState,
    by_host: HashMap<Host, u32, FixedState>,
    /// Names that were turned away because the table was full.
    pub n_refused: u64,
}

impl Default for Names {
    fn default() -> Self {
        Names {
            texts: vec![Box::from("")],
            by_text: HashTable::new(),
            hasher: FixedState::default(),
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
        let Names { texts, by_text, hasher, .. } = self;
        let hash = hasher.hash_one(text);
        let of = |index: &u32| texts.get(*index as usize).map_or("", |text| text);
        if let Some(index) = by_text.find(hash, |index| of(index) == text) {
            return *index;
        }
        if texts.len() >= Names::MOST {
            self.n_refused += 1;
            return 0;
        }
        let index = texts.len() as u32;
        by_text.insert_unique(hash, index, |index| hasher.hash_one(of(index)));
        self.texts.push(Box::from(text));
        index
    }

    /// Names kept, the empty one included.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// True if there is no name but the empty one.
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    /// The name with this index; empty for an unknown one.
    pub fn text(&self, index: u32) -> &str {
        self.texts.get(index as usize).map_or("", |text| text)
    }

    /// A DNS answer said that `name` has this address.
    pub fn learn(&mut self, host: Host, name: u32) {
        if self.by_host.len() < Names::MOST || self.by_host.contains_key(&host) {
            self.by_host.insert(host, name);
        } else {
            self.n_refused += 1;
        }
    }

    /// The name that the latest DNS answer gave this address; 0 if none.
    pub fn of(&self, host: Host) -> u32 {
        self.by_host.get(&host).copied().unwrap_or(0)
    }
}
