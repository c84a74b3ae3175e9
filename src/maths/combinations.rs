//! The number of combinations: how many ways there are to choose some of several things.

use super::elementary::ln;

/// Natural logarithm of the ways to choose `n` of `m` things; `n` is at most `m`.
pub fn ln_choose(m: u64, n: u64) -> f64 {
    let n = n.min(m);
    (0..n).map(|i| ln((m - i) as f64 / (n - i) as f64)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_four_are_chosen_in_six_ways_and_all_or_none_in_one() {
        assert!((ln_choose(4, 2) - 6_f64.ln()).abs() < 1e-12);
        assert!((ln_choose(300, 2) - 44_850_f64.ln()).abs() < 1e-12);
        assert_eq!([ln_choose(7, 0).abs(), ln_choose(7, 7), ln_choose(0, 0).abs()], [0.0; 3]);
    }
}
