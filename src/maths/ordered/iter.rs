//! Leaves to their entries in order, from either end.

use super::Place;

/// Entries in order.
pub struct Iter<'a, K, V> {
    pub(super) leaves: &'a [Vec<(K, V)>],
    /// The next entry; behind the last of a leaf is the first of the next one.
    pub(super) front: Place,
    /// Behind the last entry.
    pub(super) back: Place,
}

impl<'a, K, V> Iter<'a, K, V> {
    /// Entries between two places, which may be behind a leaf.
    pub(super) fn between(leaves: &'a [Vec<(K, V)>], front: Place, back: Place) -> Self {
        let first = |(leaf, place): Place| match leaves.get(leaf) {
            Some(own) if place >= own.len() => (leaf + 1, 0),
            _ => (leaf, place),
        };
        let (front, back) = (first(front), first(back));
        Iter { leaves, front, back: back.max(front) }
    }

    fn at(&self, (leaf, place): Place) -> Option<(&'a K, &'a V)> {
        self.leaves.get(leaf)?.get(place).map(|(key, value)| (key, value))
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.front >= self.back {
            return None;
        }
        let entry = self.at(self.front);
        self.front.1 += 1;
        if self.leaves.get(self.front.0).is_some_and(|leaf| self.front.1 >= leaf.len()) {
            self.front = (self.front.0 + 1, 0);
        }
        entry
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.front >= self.back {
            return None;
        }
        if self.back.1 == 0 {
            let leaf = self.back.0 - 1;
            self.back = (leaf, self.leaves.get(leaf).map_or(1, Vec::len));
        }
        self.back.1 -= 1;
        self.at(self.back)
    }
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Iter { leaves: self.leaves, front: self.front, back: self.back }
    }
}

/// Keys in order.
pub struct Keys<'a, K, V>(pub(super) Iter<'a, K, V>);

impl<'a, K, V> Iterator for Keys<'a, K, V> {
    type Item = &'a K;

    fn next(&mut self) -> Option<&'a K> {
        self.0.next().map(|(key, _)| key)
    }
}

impl<K, V> DoubleEndedIterator for Keys<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, _)| key)
    }
}

impl<K, V> Clone for Keys<'_, K, V> {
    fn clone(&self) -> Self {
        Keys(self.0.clone())
    }
}
