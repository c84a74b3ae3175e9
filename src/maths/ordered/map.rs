//! Entries to a map in the order of their keys.

use super::{Iter, Keys, LEAF, Place};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::Flatten;
use std::ops::{Bound, Index, RangeBounds};
use std::{slice, vec};

/// A map in the order of its keys.
#[derive(Clone)]
pub struct BTreeMap<K, V> {
    /// None of them is empty.
    pub(super) leaves: Vec<Vec<(K, V)>>,
    len: usize,
}

impl<K, V> BTreeMap<K, V> {
    /// A map of nothing.
    pub const fn new() -> Self {
        BTreeMap { leaves: Vec::new(), len: 0 }
    }

    /// Entries.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// True if there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Removes all.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// Entries in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { leaves: &self.leaves, front: (0, 0), back: (self.leaves.len(), 0) }
    }

    /// Keys in order.
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys(self.iter())
    }

    /// Values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// Values in the order of their keys.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.leaves.iter_mut().flatten().map(|(_, value)| value)
    }

    /// Entries in order.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        self.leaves.iter_mut().flatten().map(|(key, value)| (&*key, value))
    }

    /// Keys in order.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> {
        self.into_iter().map(|(key, _)| key)
    }

    /// Values in the order of their keys.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    /// The entry with the lowest key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.leaves.first()?.first().map(|(key, value)| (key, value))
    }

    /// The entry with the highest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.leaves.last()?.last().map(|(key, value)| (key, value))
    }

    /// Takes the entry with the lowest key out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        if self.is_empty() { None } else { Some(self.take((0, 0))) }
    }

    /// Takes the entry with the highest key out.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        let place = self.leaves.last()?.len() - 1;
        Some(self.take((self.leaves.len() - 1, place)))
    }

    /// Keeps the entries of which `is_kept` says so.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&K, &mut V) -> bool) {
        self.leaves.iter_mut().for_each(|leaf| leaf.retain_mut(|(key, value)| is_kept(key, value)));
        self.leaves.retain(|leaf| !leaf.is_empty());
        self.len = self.leaves.iter().map(Vec::len).sum();
    }

    pub(super) fn take(&mut self, (leaf, place): Place) -> (K, V) {
        self.len -= 1;
        #[allow(clippy::indexing_slicing, reason = "only for places that were found")]
        let own = &mut self.leaves[leaf];
        let entry = own.remove(place);
        if own.is_empty() {
            self.leaves.remove(leaf);
        }
        entry
    }

    /// Puts an entry where [`BTreeMap::find`] says that it would be.
    pub(super) fn put(&mut self, (mut leaf, mut place): Place, entry: (K, V)) -> &mut V {
        self.len += 1;
        let is_last = leaf + 1 >= self.leaves.len();
        match self.leaves.get_mut(leaf) {
            None => self.leaves.push(Vec::new()),
            Some(own) if own.len() < LEAF => {}
            // Entries that come in order fill their leaves.
            Some(_) if is_last && place == LEAF => {
                (leaf, place) = (leaf + 1, 0);
                self.leaves.push(Vec::with_capacity(LEAF));
            }
            Some(own) => {
                let upper = own.split_off(LEAF / 2);
                self.leaves.insert(leaf + 1, upper);
                if place > LEAF / 2 {
                    (leaf, place) = (leaf + 1, place - LEAF / 2);
                }
            }
        }
        #[allow(clippy::indexing_slicing, reason = "made above, where it was not there")]
        let own = &mut self.leaves[leaf];
        own.insert(place, entry);
        self.value_at((leaf, place))
    }

    pub(super) fn value_at(&mut self, (leaf, place): Place) -> &mut V {
        #[allow(clippy::indexing_slicing, reason = "only for places that were found")]
        &mut self.leaves[leaf][place].1
    }
}

impl<K: Ord, V> BTreeMap<K, V> {
    /// Where a key is, or where it would be.
    pub(super) fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let leaf = self.leaves.partition_point(|leaf| leaf.last().is_some_and(|(last, _)| last.borrow() < key));
        match self.leaves.get(leaf) {
            Some(own) => match own.binary_search_by(|(other, _)| other.borrow().cmp(key)) {
                Ok(place) => Ok((leaf, place)),
                Err(place) => Err((leaf, place)),
            },
            None => Err(self.leaves.last().map_or((0, 0), |last| (leaf - 1, last.len()))),
        }
    }

    /// Puts a value in; gives back the one that it replaces.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => Some(std::mem::replace(self.value_at(place), value)),
            Err(place) => {
                self.put(place, (key, value));
                None
            }
        }
    }

    /// The place of a key, with or without a value.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { place: self.find(&key), key, map: self }
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The entry of a key.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (leaf, place) = self.find(key).ok()?;
        self.leaves.get(leaf)?.get(place).map(|(key, value)| (key, value))
    }

    /// The value of a key.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().map(|place| self.value_at(place))
    }

    /// True if a key has a value.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Takes the value of a key out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().map(|place| self.take(place).1)
    }

    /// Entries whose keys are in a range, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let at = |key: &Q| self.find(key).unwrap_or_else(|place| place);
        let behind = |key: &Q| self.find(key).map_or_else(|place| place, |(leaf, place)| (leaf, place + 1));
        let front = match range.start_bound() {
            Bound::Included(key) => at(key),
            Bound::Excluded(key) => behind(key),
            Bound::Unbounded => (0, 0),
        };
        let back = match range.end_bound() {
            Bound::Included(key) => behind(key),
            Bound::Excluded(key) => at(key),
            Bound::Unbounded => (self.leaves.len(), 0),
        };
        Iter::between(&self.leaves, front, back)
    }
}

/// The place of a key, with or without a value.
pub struct Entry<'a, K, V> {
    map: &'a mut BTreeMap<K, V>,
    key: K,
    /// Where it is, or where it would be.
    place: Result<Place, Place>,
}

impl<'a, K, V> Entry<'a, K, V> {
    /// Its value; if it has none, that which `make` gives.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        match self.place {
            Ok(place) => self.map.value_at(place),
            Err(place) => self.map.put(place, (self.key, make())),
        }
    }

    /// Its value; if it has none, this one.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// Its value; if it has none, the default.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Changes its value, if it has one.
    #[must_use]
    pub fn and_modify(self, change: impl FnOnce(&mut V)) -> Self {
        if let Ok(place) = self.place {
            change(self.map.value_at(place));
        }
        self
    }
}

impl<K, V> Default for BTreeMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V> Extend<(K, V)> for BTreeMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(key, value);
        });
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for BTreeMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for BTreeMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for BTreeMap<K, V> {
    type Item = (K, V);
    type IntoIter = Flatten<vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.leaves.into_iter().flatten()
    }
}

impl<'a, K, V> IntoIterator for &'a BTreeMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a mut BTreeMap<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = std::iter::Map<Flatten<slice::IterMut<'a, Vec<(K, V)>>>, fn(&'a mut (K, V)) -> (&'a K, &'a mut V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.leaves.iter_mut().flatten().map(|(key, value)| (&*key, value))
    }
}

impl<K: Borrow<Q> + Ord, Q: Ord + ?Sized, V> Index<&Q> for BTreeMap<K, V> {
    type Output = V;

    #[allow(clippy::indexing_slicing, reason = "whoever writes map[key] says that it is there")]
    fn index(&self, key: &Q) -> &V {
        let (leaf, place) = self.find(key).unwrap_or_default();
        &self.leaves[leaf][place].1
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for BTreeMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for BTreeMap<K, V> {}

impl<K: PartialOrd, V: PartialOrd> PartialOrd for BTreeMap<K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<K: Ord, V: Ord> Ord for BTreeMap<K, V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<K: Hash, V: Hash> Hash for BTreeMap<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len.hash(state);
        self.iter().for_each(|entry| entry.hash(state));
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for BTreeMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
