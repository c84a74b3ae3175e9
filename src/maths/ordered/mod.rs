//! Maps and sets in the order of their keys, by less code than the standard library's.
//!
//! Its B-trees are compiled again for every kind of key and value, some 5 kB each, and those of a list are sorted by another 4 kB:
//! together they were an eighth of the worker. These are trees of two levels, leaves of at most [`LEAF`] entries under one root. To
//! insert moves half a leaf and, once in so many entries, the places of the leaves: as fast up to millions of entries. What can be
//! asked of them is asked as of the standard library's.

mod iter;
mod map;
mod set;
mod stored;

pub use iter::{Iter, Keys};
pub use map::{BTreeMap, Entry};
pub use set::BTreeSet;

/// Where an entry is, or would be: its leaf, and its place in it.
type Place = (usize, usize);

/// Entries of a leaf, at most.
const LEAF: usize = 64;

#[cfg(test)]
mod tests;
