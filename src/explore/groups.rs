//! Combinations of values, and places in time, to the groups that are told apart. Their number is bounded.

use foldhash::fast::RandomState;
use std::collections::HashMap;

/// What stands for combinations that are not told apart.
pub const BEYOND_ALL: u32 = u32::MAX;
/// Everything that is selected.
pub const TOTAL: u32 = 0;
/// What comes once there are as many groups as are told apart.
pub const BEYOND: u32 = 1;
/// Groups that are told apart, at most.
pub const MOST: usize = 1 << 19;

/// Combinations whose places each have a list.
const FEW: usize = 256;
/// Places of one dimension.
const MOST_PLACES: u64 = 1 << 16;

/// The groups that occurred.
pub struct Groups {
    keys: Vec<(u32, u64)>,
    by_key: HashMap<(u32, u64), u32, RandomState>,
    /// By combination, of those without a place; 0 for none yet.
    by_combination: Vec<u32>,
    /// By place, of the first combinations; 0 for none yet.
    by_place: Vec<Vec<u32>>,
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
            by_combination: Vec::new(),
            by_place: Vec::new(),
            last: ((u32::MAX, 0), TOTAL),
            n_beyond: 0,
            most,
        }
    }

    /// The group of a combination at some places.
    #[inline]
    pub fn of(&mut self, combination: u32, places: u64) -> u32 {
        let key = (combination, places);
        if combination == BEYOND_ALL {
            self.n_beyond += 1;
            return BEYOND;
        }
        if self.last.0 == key {
            return self.last.1;
        }
        let group = match self.slot(key).map(|slot| *slot) {
            Some(0) => {
                let group = self.added(key);
                if let Some(slot) = self.slot(key).filter(|_| group != BEYOND) {
                    *slot = group;
                }
                group
            }
            Some(group) => group,
            None => self.sought(key),
        };
        match group {
            BEYOND => self.n_beyond += 1,
            _ => self.last = (key, group),
        }
        group
    }

    /// Where a group is looked up without seeking it; none for the place of a later combination.
    #[inline]
    fn slot(&mut self, (combination, places): (u32, u64)) -> Option<&mut u32> {
        let combination = combination as usize;
        let (list, at) = if places == 0 {
            (&mut self.by_combination, combination)
        } else if combination < FEW && places < MOST_PLACES {
            if self.by_place.len() <= combination {
                self.by_place.resize(combination + 1, Vec::new());
            }
            (self.by_place.get_mut(combination)?, places as usize)
        } else {
            return None;
        };
        if list.len() <= at {
            list.resize((at + 1).next_power_of_two(), 0);
        }
        list.get_mut(at)
    }

    fn sought(&mut self, key: (u32, u64)) -> u32 {
        if let Some(group) = self.by_key.get(&key) {
            return *group;
        }
        let group = self.added(key);
        if group != BEYOND {
            self.by_key.insert(key, group);
        }
        group
    }

    /// A group of its own while there is room.
    fn added(&mut self, key: (u32, u64)) -> u32 {
        if self.keys.len() >= self.most + 2 {
            return BEYOND;
        }
        self.keys.push(key);
        self.keys.len() as u32 - 1
    }

    /// All groups with their combination and places, in order of appearance.
    pub fn iter(&self) -> impl Iterator<Item = (u32, (u32, u64))> {
        (0..).zip(self.keys.iter().copied()).skip(2)
    }
}
