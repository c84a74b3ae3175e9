//! Lists into order, by code that all kinds of items share.
//!
//! The standard library's sort is compiled again for every kind of item and every comparison: those copies were a fifth of
//! the page's code. Here places are sorted, by one copy, and the items are moved to them. Per item that costs a call and four
//! bytes; what sorts millions of rows uses the standard library's.

use std::cmp::Ordering;

/// Sorting of lists that are not huge. Equal items keep their order.
pub trait Arrange<T> {
    /// Into the order that `compare` gives.
    fn arrange_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// The first `n_first` of that order in it, before all others, which are in none.
    fn arrange_first_by(&mut self, n_first: usize, compare: impl FnMut(&T, &T) -> Ordering);

    /// Into the order of the items themselves.
    fn arrange(&mut self)
    where
        T: Ord,
    {
        self.arrange_by(T::cmp);
    }

    /// Into the order of what `key` gives of each item.
    fn arrange_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

/// Gathering into sets and maps that have an order.
pub trait Gather: Iterator + Sized {
    /// Puts one item in after another. `collect` would sort them first, by a sort for each kind of item.
    fn gathered<Ordered: Default + Extend<Self::Item>>(self) -> Ordered {
        let mut all = Ordered::default();
        all.extend(self);
        all
    }
}

impl<Items: Iterator> Gather for Items {}

impl<T> Arrange<T> for [T] {
    fn arrange_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering) {
        self.arrange_first_by(self.len(), compare);
    }

    fn arrange_first_by(&mut self, n_first: usize, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let order = places(self.len(), n_first, &mut |a, b| match (self.get(a as usize), self.get(b as usize)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        });
        move_to(self, order);
    }

    fn arrange_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.arrange_by(|a, b| key(a).cmp(&key(b)));
    }
}

/// The places 0 to `n`, of which the first `n_first` are in the order of what stands there.
fn places(n: usize, n_first: usize, compare: &mut dyn FnMut(u32, u32) -> Ordering) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(n).unwrap_or(u32::MAX)).collect();
    let mut first = order.as_mut_slice();
    if n_first < first.len() {
        // Equal ones stay in order here too.
        first = first.select_nth_unstable_by(n_first, |a, b| compare(*a, *b).then(a.cmp(b))).0;
    }
    first.sort_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    order
}

/// Moves to each place the item from the place that `order` gives, along the cycles of the permutation.
fn move_to<T>(items: &mut [T], mut order: Vec<u32>) {
    for start in 0..order.len() {
        let mut at = start;
        while let Some(from) = order.get_mut(at).map(|from| std::mem::replace(from, at as u32) as usize) {
            if from == start || from == at {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_the_standard_library_does() {
        let mut state = 7_u32;
        for n in [0, 1, 2, 3, 10, 257, 1000] {
            let mut items: Vec<(u32, u32)> = Vec::new();
            for at in 0..n {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                items.push((state >> 28, at));
            }
            let mut expected = items.clone();
            expected.sort_by_key(|item| std::cmp::Reverse(item.0));
            let mut by_key = items.clone();
            by_key.arrange_by_key(|item| std::cmp::Reverse(item.0));
            assert_eq!(by_key, expected);
            let mut first = items.clone();
            first.arrange_first_by(9, |a, b| b.0.cmp(&a.0));
            assert_eq!(first[..first.len().min(9)], expected[..expected.len().min(9)]);
            items.arrange_by(|a, b| b.0.cmp(&a.0));
            assert_eq!(items, expected);
        }
    }
}
