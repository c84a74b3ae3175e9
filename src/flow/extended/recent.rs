//! A map that keeps recently used entries: when it is full, those not used since it was last full are removed.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::hash::Hash;

/// Two generations, each of at most `most` entries.
pub(super) struct Recent<K, V> {
    young: HashMap<K, V, RandomState>,
    old: HashMap<K, V, RandomState>,
    most: usize,
    /// Entries that went.
    pub n_forgotten: u64,
}

impl<K: Eq + Hash, V: Default> Recent<K, V> {
    pub fn new(most: usize) -> Recent<K, V> {
        let map = || HashMap::with_hasher(RandomState::default());
        Recent { young: map(), old: map(), most, n_forgotten: 0 }
    }

    /// The value of a key, a new one if there is none.
    pub fn value(&mut self, key: K) -> &mut V {
        if self.young.len() >= self.most && !self.young.contains_key(&key) {
            self.n_forgotten += self.old.len() as u64;
            self.old = std::mem::replace(&mut self.young, HashMap::with_hasher(RandomState::default()));
        }
        let old = &mut self.old;
        let from_old = if old.is_empty() || self.young.contains_key(&key) { None } else { old.remove(&key) };
        self.young.entry(key).or_insert_with(|| from_old.unwrap_or_default())
    }

    /// The value of a key that was used just now.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays() {
        let mut recent: Recent<u32, u32> = Recent::new(2);
        *recent.value(1) += 10;
        for key in [2, 3, 1, 4, 1, 5] {
            *recent.value(key) += 1;
        }
        assert_eq!(*recent.value(1), 12);
        assert_eq!(*recent.value(2), 0, "was forgotten");
        assert!(recent.n_forgotten > 0);
    }
}
