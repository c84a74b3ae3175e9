//! How often each value occurs to Shannon's entropy (Bell System Technical Journal 27, 1948).

use super::elementary::log2;

/// Bits in a value, of how often each occurs; values that never occur may be among them. 0 for none, at least 0.
pub fn bits<N: Into<f64>>(counts: impl Iterator<Item = N> + Clone) -> f64 {
    let total: f64 = counts.clone().map(Into::into).sum();
    let bits = |count: f64| -(count / total) * log2(count / total);
    counts.map(Into::into).filter(|count| *count > 0.0).map(bits).fold(0.0, |sum, bits| sum + bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_in_bits_and_never_below_nothing() {
        let of = |counts: &[u32]| bits(counts.iter().copied());
        assert_eq!((of(&[]), of(&[0, 0]), of(&[7]), of(&[0, 9, 0])), (0.0, 0.0, 0.0, 0.0));
        assert!(of(&[]).is_sign_positive());
        assert_eq!((of(&[2, 2]), of(&[1, 1, 2]), of(&[3; 256])), (1.0, 1.5, 8.0));
    }
}
