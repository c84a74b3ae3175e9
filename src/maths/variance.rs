//! Sums of squared distances from the mean to variances. Where the values are a sample of what could have come, by n - 1
//! (Bessel); where they are all there is, by n. The deviation is the square root of either.

/// Of all values that there are, by n, two passes over them; 0 for none.
pub fn of_population(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / n
}

/// Of a sample, by n - 1, from the sum of squared distances from its mean; 0 for fewer than two values.
pub fn of_sample(square_sum: f64, n: u64) -> f64 {
    if n < 2 { 0.0 } else { (square_sum / (n - 1) as f64).max(0.0) }
}

/// Of all weighted values, from the sums of weights, of values and of their squares, which unlike [`of_population`] need
/// no second pass but lose digits where the mean is large; at least 0, and 0 without weight.
pub fn of_sums(weight: f64, sum: f64, squares: f64) -> f64 {
    let mean = if weight > 0.0 { sum / weight } else { 0.0 };
    if weight > 0.0 { (squares / weight - mean * mean).max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_varies_by_one_less_than_the_population() {
        let values = [1.0, 3.0, 5.0, 7.0];
        assert_eq!((of_population(values.into_iter()), of_sample(20.0, 4)), (5.0, 20.0 / 3.0));
        assert_eq!(of_sums(4.0, 16.0, 84.0), 5.0);
        assert_eq!((of_population([].into_iter()), of_sample(0.0, 1), of_sums(0.0, 0.0, 0.0)), (0.0, 0.0, 0.0));
        assert_eq!((of_sample(-1e-18, 3), of_sums(2.0, 2.0, 1.9)), (0.0, 0.0));
    }
}
