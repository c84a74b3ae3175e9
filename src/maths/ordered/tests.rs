//! Maps and sets against those of the standard library.

use super::{BTreeMap, BTreeSet};
use std::collections;
use std::ops::Bound;

/// A run of numbers that looks random.
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % most
    }
}

fn assert_same(ours: &BTreeMap<u32, u32>, theirs: &collections::BTreeMap<u32, u32>) {
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.iter().eq(theirs.iter()) && ours.iter().rev().eq(theirs.iter().rev()));
    assert!(ours.leaves.iter().all(|leaf| (1..=super::LEAF).contains(&leaf.len())));
}

#[test]
fn any_changes_leave_what_the_standard_library_has() {
    let mut numbers = Numbers(7);
    for (n, most) in [(40, 10), (2_000, 50), (6_000, 3_000), (4_000, u32::MAX >> 8)] {
        let (mut ours, mut theirs) = (BTreeMap::new(), collections::BTreeMap::new());
        for step in 0..n {
            let (key, value) = (numbers.below(most), step);
            match numbers.below(8) {
                0 => assert_eq!(ours.remove(&key), theirs.remove(&key)),
                1 => assert_eq!(ours.pop_first(), theirs.pop_first()),
                2 => assert_eq!(ours.pop_last(), theirs.pop_last()),
                3 => {
                    *ours.entry(key).and_modify(|own| *own ^= 1).or_insert(value) += 1;
                    *theirs.entry(key).and_modify(|own| *own ^= 1).or_insert(value) += 1;
                }
                4 => assert_eq!(ours.get_mut(&key), theirs.get_mut(&key)),
                _ => assert_eq!(ours.insert(key, value), theirs.insert(key, value)),
            }
            if step % 97 == 0 {
                assert_same(&ours, &theirs);
            }
        }
        assert_same(&ours, &theirs);
        ours.retain(|key, _| key % 3 == 0);
        theirs.retain(|key, _| key % 3 == 0);
        assert_same(&ours, &theirs);
        assert!(ours.into_iter().eq(theirs));
    }
}

#[test]
fn ranges_are_those_of_the_standard_library_from_both_ends() {
    for n in [0, 1, 63, 64, 65, 500] {
        let ours: BTreeSet<u32> = (0..n).map(|at| at * 2).collect();
        let theirs: collections::BTreeSet<u32> = (0..n).map(|at| at * 2).collect();
        for from in (0..2 * n + 3).step_by(7) {
            for to in (from..2 * n + 3).step_by(5) {
                assert!(ours.range(from..to).eq(theirs.range(from..to)), "{n}: {from}..{to}");
                assert!(ours.range(from..=to).rev().eq(theirs.range(from..=to).rev()), "{n}: {from}..={to}");
            }
            let above = (Bound::Excluded(from), Bound::Unbounded);
            assert!(ours.range(above).eq(theirs.range(above)) && ours.range(..from).eq(theirs.range(..from)));
        }
        let (mut both, mut seen) = (ours.iter(), 0);
        while both.next().is_some() {
            seen += 1 + u32::from(both.next_back().is_some());
        }
        assert_eq!((seen, ours.first(), ours.last()), (n, theirs.first(), theirs.last()));
    }
}

#[test]
fn many_keys_in_any_order_are_all_there() {
    // In order, against it, and across: what would move everything each time would not end.
    let n = 200_000_u32;
    for step in [1, n - 1, 61_737] {
        let set: BTreeSet<u32> = (0..n).map(|at| (u64::from(at) * u64::from(step) % u64::from(n)) as u32).collect();
        assert_eq!(set.len(), n as usize);
        assert!(set.iter().copied().eq(0..n));
    }
}

#[test]
fn they_say_what_they_hold_as_the_standard_librarys_do() {
    let ours = BTreeMap::from([("b", BTreeSet::from([2, 1, 2])), ("a", BTreeSet::new())]);
    assert_eq!(format!("{ours:?}"), r#"{"a": {}, "b": {1, 2}}"#);
    assert_eq!(ours["b"], [1, 2].into());
    assert!(ours["a"] < ours["b"] && ours["a"].is_subset(&ours["b"]) && ours["a"].is_disjoint(&ours["b"]));
}
