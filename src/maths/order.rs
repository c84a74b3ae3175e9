//! Values to the one that a share of them lies below: medians and quantiles. Definitions differ where there is no value
//! exactly there, and figures of published methods hang on them, so each is here under a name that says which.

use crate::maths::sorting::Arrange;
use std::cmp::Ordering;

/// The median as textbooks have it, of ascending values: the mean of the two in the middle; 0 for none.
pub fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    match (sorted.get(half.wrapping_sub(1)), sorted.get(half)) {
        (Some(a), Some(b)) if sorted.len().is_multiple_of(2) => (a + b) / 2.0,
        (_, Some(b)) => *b,
        _ => 0.0,
    }
}

/// The median that is always one of the values, the higher of two; the default for none.
pub fn upper_median<T: Copy + Default>(values: Vec<T>, order: impl FnMut(&T, &T) -> Ordering) -> T {
    upper_quantile(values, 0.5, order)
}

/// The value that at least this share of all stays at or below, the higher of two; the default for none.
pub fn upper_quantile<T: Copy + Default>(mut values: Vec<T>, share: f64, order: impl FnMut(&T, &T) -> Ordering) -> T {
    let place = ((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1));
    if values.is_empty() {
        return T::default();
    }
    *values.select_nth_unstable_by(place, order).1
}

/// The value nearest to the place of this share between the lowest and the highest of ascending values, without
/// interpolation; the default for none.
pub fn nearest_quantile<T: Copy + Default>(sorted: &[T], share: f64) -> T {
    let place = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}

/// [`nearest_quantile`] of values in any order.
pub fn nearest_quantile_of(mut values: Vec<f64>, share: f64) -> f64 {
    let place = (share * values.len().saturating_sub(1) as f64).round() as usize;
    if place >= values.len() {
        return 0.0;
    }
    *values.select_nth_unstable_by(place, f64::total_cmp).1
}

/// [`nearest_quantile`] of a quarter, a half and three quarters, of values in any order, which are moved about.
pub fn nearest_quartiles<T: Copy + Default>(values: &mut [T], order: fn(&T, &T) -> Ordering) -> [T; 3] {
    let place = |share: f64| (share * values.len().saturating_sub(1) as f64).round() as usize;
    let [lower, middle, upper] = [place(0.25), place(0.5), place(0.75)];
    if values.is_empty() {
        return [T::default(); 3];
    }
    let (below, median, above) = values.select_nth_unstable_by(middle, order);
    let median = *median;
    // A part without that place is so short that the median is the value.
    let lower = if lower < below.len() { *below.select_nth_unstable_by(lower, order).1 } else { median };
    let upper = match upper.checked_sub(middle + 1) {
        Some(place) if place < above.len() => *above.select_nth_unstable_by(place, order).1,
        _ => median,
    };
    [lower, median, upper]
}

/// The lowest of ascending values that at least this share of all stays at or below (nearest rank); none of none.
pub fn nearest_rank<T>(sorted: &[T], share: f64) -> Option<&T> {
    let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank.min(sorted.len()).checked_sub(1)?)
}

/// The value with half of all weight at or below it, of values and their weights; 0 for none.
pub fn weighted_median(mut values: Vec<(f64, f64)>) -> f64 {
    values.arrange_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    let reaches_half = |(_, weight): &&(f64, f64)| {
        sum += weight;
        sum >= half
    };
    values.iter().find(reaches_half).map_or(0.0, |(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_differ_where_the_number_of_values_is_even() {
        assert_eq!((median(&[2.0, 4.0]), median(&[1.0, 5.0, 9.0]), median(&[])), (3.0, 5.0, 0.0));
        assert_eq!((upper_median(vec![9, 1, 5], u16::cmp), upper_median(vec![4, 2], u16::cmp)), (5, 4));
        let of_floats = upper_median(vec![2.5, 0.5, 7.0], f64::total_cmp);
        assert_eq!((upper_median(Vec::new(), u16::cmp), of_floats), (0, 2.5));
        assert_eq!([0.0, 0.5, 0.51, 1.0].map(|share| *nearest_rank(&[2, 4], share).unwrap()), [2, 2, 4, 4]);
        assert!(nearest_rank::<u8>(&[], 0.5).is_none());
        assert_eq!((nearest_quantile(&[2.0, 4.0], 0.5), nearest_quantile::<f32>(&[], 0.5)), (4.0, 0.0));
    }

    #[test]
    fn quantiles_are_one_of_the_values() {
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!((upper_quantile(ten.clone(), 0.25, f64::total_cmp), nearest_quantile(&ten, 0.25)), (3.0, 3.0));
        assert_eq!((upper_quantile(ten.clone(), 0.98, f64::total_cmp), nearest_quantile(&ten, 0.98)), (10.0, 10.0));
        assert_eq!((upper_quantile(ten.clone(), 0.2, f64::total_cmp), nearest_quantile(&ten, 0.15)), (3.0, 2.0));
    }

    #[test]
    fn quartiles_are_the_quantiles_of_the_values_in_order() {
        for n in 0..40_u8 {
            let mut values: Vec<f32> = (0..n).map(|i| f32::from(i.wrapping_mul(37) % 11)).collect();
            let found = nearest_quartiles(&mut values, f32::total_cmp);
            values.sort_by(f32::total_cmp);
            assert_eq!(found, [0.25, 0.5, 0.75].map(|share| nearest_quantile(&values, share)), "{n}");
            let any_order: Vec<f64> = (0..n).map(|i| f64::from(i.wrapping_mul(37) % 11)).collect();
            assert_eq!(nearest_quantile_of(any_order, 0.75), f64::from(found[2]), "{n}");
        }
    }

    #[test]
    fn weight_counts_as_so_many_values() {
        assert_eq!(weighted_median(vec![(9.0, 1.0), (1.0, 3.0), (5.0, 1.0)]), 1.0);
        assert_eq!((weighted_median(vec![(2.0, 1.0), (1.0, 1.0)]), weighted_median(Vec::new())), (1.0, 0.0));
    }
}
