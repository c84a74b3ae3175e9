//! The value in the middle of some, which a few odd ones do not move.

use std::cmp::Ordering;

/// The value in the middle, the higher of two; the default of none.
pub fn middle<T: Copy + Default>(mut values: Vec<T>, order: impl FnMut(&T, &T) -> Ordering) -> T {
    values.sort_unstable_by(order);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_of_two_and_the_default_of_none() {
        assert_eq!((middle(vec![9, 1, 5], u16::cmp), middle(vec![4, 2], u16::cmp)), (5, 4));
        assert_eq!((middle(Vec::new(), u16::cmp), middle(vec![2.5, 0.5, 7.0], f64::total_cmp)), (0, 2.5));
    }
}
