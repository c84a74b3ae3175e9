//! A map of running figures by key with a maximum size; keys that do not fit are counted.

use crate::maths::sorting::Arrange;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::hash::Hash;

/// A map with a quick hash, seeded anew in every run against crafted keys; its order must not reach any output.
pub type Map<K, V> = HashMap<K, V, RandomState>;

/// Figures of at most `MOST` keys. Full tables keep what they have and count the observations of other keys.
pub struct Tally<K, V, const MOST: usize> {
    map: HashMap<K, V, RandomState>,
    /// Observations that were not kept because the table was full.
    pub n_refused: u64,
}

impl<K, V, const MOST: usize> Default for Tally<K, V, MOST> {
    fn default() -> Self {
        Tally { map: HashMap::default(), n_refused: 0 }
    }
}

impl<K: Eq + Hash + Ord, V: Default, const MOST: usize> Tally<K, V, MOST> {
    /// The figures of a key, made if there is room.
    #[inline]
    pub fn of(&mut self, key: K) -> Option<&mut V> {
        if self.map.len() >= MOST && !self.map.contains_key(&key) {
            self.n_refused += 1;
            return None;
        }
        Some(self.map.entry(key).or_default())
    }

    /// The figures of a key, if it is known.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.map.get(key)
    }

    /// The figures of a key to change, if it is known.
    pub fn known(&mut self, key: &K) -> Option<&mut V> {
        self.map.get_mut(key)
    }

    /// Keys known.
    pub fn n_keys(&self) -> usize {
        self.map.len()
    }

    /// All figures in no order: for what is sorted or summed afterwards.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.map.iter()
    }

    /// All figures in the order of their keys.
    pub fn sorted(&self) -> Vec<(&K, &V)> {
        self.sorted_where(|_| true)
    }

    /// The figures that are wanted, in the order of their keys.
    pub fn sorted_where(&self, mut is_wanted: impl FnMut(&V) -> bool) -> Vec<(&K, &V)> {
        let mut all: Vec<(&K, &V)> = self.map.iter().filter(|(_, figures)| is_wanted(figures)).collect();
        all.arrange_by(|a, b| a.0.cmp(b.0));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_table_keeps_and_counts() {
        let mut tally: Tally<u32, u32, 2> = Tally::default();
        for key in [7, 3, 9, 3, 9] {
            if let Some(n) = tally.of(key) {
                *n += 1;
            }
        }
        assert_eq!(tally.sorted(), [(&3, &2), (&7, &1)]);
        assert_eq!(tally.sorted_where(|n| *n > 1), [(&3, &2)]);
        assert_eq!(tally.n_refused, 2);
    }
}
