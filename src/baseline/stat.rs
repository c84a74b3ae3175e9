//! Two samples, or two counts, to how much they differ and how likely chance alone does that.

use crate::maths::combinations::ln_choose;
use crate::maths::elementary::{exp, ln};

/// How two samples differ.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Shift {
    /// Largest distance of the two cumulative distributions: Kolmogorov and Smirnov's D.
    pub distance: f64,
    /// The chance of such a D or a larger one between samples of one distribution (Kolmogorov's limit with Stephens's correction,
    /// Journal of the Royal Statistical Society B 32, 1970).
    pub p: f64,
    /// Cliff's delta (Psychological Bulletin 114, 1993): the chance that a value of the second sample is above one of the first,
    /// less the chance that it is below; from -1 to 1.
    pub delta: f64,
}

/// Effects by Cliff's delta: negligible below 0.147, small below 0.33, medium below 0.474, else large (Romano and others, 2006).
pub const SMALL: f64 = 0.147;
/// See [`SMALL`].
const MEDIUM: f64 = 0.33;
/// See [`SMALL`].
const LARGE: f64 = 0.474;

impl Shift {
    /// The size of the effect, in words.
    pub fn words(&self) -> &'static str {
        match self.delta.abs() {
            d if d >= LARGE => "large",
            d if d >= MEDIUM => "medium",
            d if d >= SMALL => "small",
            _ => "negligible",
        }
    }
}

/// How the values of two ascending samples differ; none if one is empty.
pub fn shift(first: &[f64], second: &[f64]) -> Option<Shift> {
    let (n, m) = (first.len() as f64, second.len() as f64);
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let mut distance: f64 = 0.0;
    let mut wins = 0.0;
    let (mut below_first, mut below_second) = (0, 0);
    let mut values: Vec<f64> = first.iter().chain(second).copied().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.dedup();
    for value in values {
        let (a, b) = (below_first, below_second);
        below_first += first.get(a..).unwrap_or_default().iter().take_while(|x| **x == value).count();
        below_second += second.get(b..).unwrap_or_default().iter().take_while(|x| **x == value).count();
        distance = distance.max((below_first as f64 / n - below_second as f64 / m).abs());
        // Values of the second sample here are above those of the first before, and below those after.
        wins += (below_second - b) as f64 * (a as f64 - (first.len() - below_first) as f64);
    }
    let root = (n * m / (n + m)).sqrt();
    Some(Shift { distance, p: kolmogorov((root + 0.12 + 0.11 / root) * distance), delta: wins / (n * m) })
}

/// The chance of a value above this one in Kolmogorov's distribution.
fn kolmogorov(x: f64) -> f64 {
    if x < 0.2 {
        return 1.0;
    }
    let term = |k: i32| {
        let sign = if k % 2 == 0 { -1.0 } else { 1.0 };
        sign * exp(-2.0 * f64::from(k * k) * x * x)
    };
    (2.0 * (1..=50).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

/// The chance that of all events of two spans so many or more, or so few or fewer, fall into the second if their rates are equal: the exact
/// conditional test of two Poisson rates (Przyborowski and Wilenski, Biometrika 31, 1940), two-sided by doubling.
pub fn rate_p((first, first_span): (u64, f64), (second, second_span): (u64, f64)) -> f64 {
    let n = (first + second).min(100_000);
    let share = second_span / (first_span + second_span).max(f64::MIN_POSITIVE);
    if n == 0 || share <= 0.0 || share >= 1.0 {
        return 1.0;
    }
    let k = ((second as f64 / (first + second) as f64) * n as f64).round() as u64;
    let (range, is_up): (std::ops::RangeInclusive<u64>, bool) =
        if k as f64 > n as f64 * share { (k..=n, true) } else { (0..=k, false) };
    let chance = |i: u64| exp(ln_choose(n, i) + i as f64 * ln(share) + (n - i) as f64 * ln(1.0 - share));
    // Terms fall away from the middle, so that the first ones are what counts.
    let mut sum = 0.0;
    let mut add = |i: u64| {
        let term = chance(i);
        sum += term;
        term > sum * 1e-12
    };
    if is_up {
        range.take_while(|i| add(*i)).count()
    } else {
        range.rev().take_while(|i| add(*i)).count()
    };
    (2.0 * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_and_effect_are_those_of_the_textbook() {
        // scipy.stats.ks_2samp([1, 2, 3, 4], [3, 4, 5, 6]).statistic is 0.5; Cliff's delta: 13 pairs above, 1 below, 2 equal.
        let of = shift(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 6.0]).unwrap();
        assert_eq!((of.distance, of.delta), (0.5, 0.75));
        let same: Vec<f64> = (0..200).map(f64::from).collect();
        let of = shift(&same, &same).unwrap();
        assert_eq!((of.distance, of.delta, of.p), (0.0, 0.0, 1.0));
        // Kolmogorov's distribution passes 0.05 at 1.358 (Smirnov's table).
        assert!((kolmogorov(1.358) - 0.05).abs() < 1e-3);
    }

    #[test]
    fn equal_rates_are_likely_and_a_hundredfold_one_is_not() {
        assert!(rate_p((100, 10.0), (105, 10.0)) > 0.5);
        assert!(rate_p((100, 100.0), (100, 1.0)) < 1e-9);
        assert!(rate_p((200, 10.0), (20, 10.0)) < 1e-9);
        // R: 2 * pbinom(2, 10, 0.5) = 0.109375.
        assert!((rate_p((8, 1.0), (2, 1.0)) - 0.109_375).abs() < 1e-9);
    }
}
