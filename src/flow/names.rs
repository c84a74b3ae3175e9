//! Server names, each kept once, and which address a DNS answer last gave a name to.

use crate::model::Host;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Interned names. Index 0 is the empty name.
#[derive(Debug)]
pub struct Names {
    texts: Vec<Box<str>>,
    by_text: HashMap<Box<str>, u32, RandomState>,
    by_host: HashMap<Host, u32, RandomState>,
    /// Names that were turned away because the table was full.
    pub n_refused: u64,
}

impl Default for Names {
    fn default() -> Self {
        Names { texts: vec![Box::from("")], by_text: HashMap::default(), by_host: HashMap::default(), n_refused: 0 }
    }
}

impl Names {
    /// Most names, and most addresses with a name, that are kept.
    pub const MOST: usize = 1 << 20;

    /// The index of a name, in lower case; 0 when the table is full.
    pub fn intern(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let text = text.trim_end_matches('.').to_ascii_lowercase().into_boxed_str();
        if let Some(index) = self.by_text.get(&text) {
            return *index;
        }
        if self.texts.len() >= Names::MOST {
            self.n_refused += 1;
            return 0;
        }
        let index = self.texts.len() as u32;
        self.texts.push(text.clone());
        self.by_text.insert(text, index);
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
