//! Combinations of values, and places in time, to the groups that are told apart. Their number is bounded.

use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Everything that is selected.
pub const TOTAL: u32 = 0;
/// What comes once there are as many groups as are told apart.
pub const BEYOND: u32 = 1;
/// Groups that are told apart, at most.
pub const MOST: usize = 1 << 19;

/// The groups that occurred.
pub struct Groups {
    keys: Vec<(u32, u64)>,
    by_key: HashMap<(u32, u64), u32, RandomState>,
    last: ((u32, u64), u32),
    /// Additions to groups that are not told apart.
    pub n_beyond: u64,
    most: usize,
}

impl Groups {
    /// At most so many.
    pub fn new(most: usize) -> Groups {
        Groups {
            keys: vec![(u32::MAX, 0), (u32::MAX, 1)],
            by_key: HashMap::default(),
            last: ((u32::MAX, 0), TOTAL),
            n_beyond: 0,
            most,
        }
    }

    /// The group of a combination at some places.
    #[inline]
    pub fn of(&mut self, combination: u32, places: u64) -> u32 {
        let key = (combination, places);
        if self.last.0 == key {
            return self.last.1;
        }
        let next = self.keys.len() as u32;
        let group = if self.keys.len() < self.most + 2 {
            *self.by_key.entry(key).or_insert(next)
        } else {
            self.by_key.get(&key).copied().unwrap_or(BEYOND)
        };
        match group {
            _ if group == next => self.keys.push(key),
            BEYOND => self.n_beyond += 1,
            _ => {}
        }
        if group != BEYOND {
            self.last = (key, group);
        }
        group
    }

    /// All groups with their combination and places, in order of appearance.
    pub fn iter(&self) -> impl Iterator<Item = (u32, (u32, u64))> {
        (0..).zip(self.keys.iter().copied()).skip(2)
    }
}
