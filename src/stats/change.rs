//! Values at equal distances to what is usual among them, and where they leave it for a while: a cumulative sum (CUSUM)
//! over robust figures. What of it matters is for others to say.
//!
//! Page: Continuous Inspection Schemes, Biometrika 1954. Median and MAD (Hampel 1974) in the place of mean and standard
//! deviation, so that the change itself does not shift what counts as usual.

use crate::maths::order::{upper_median, upper_quantile, weighted_median};

/// Slack of the cumulative sum, in spreads: what a value must be off by to add to it.
const SLACK: f64 = 1.0;
/// The cumulative sum, in spreads, from which on there is a change.
const ALARM: f64 = 20.0;
/// The most that one value adds to the sum, in spreads: one peak alone is no change.
const MOST_STEP: f64 = 8.0;
/// So many spreads off is part of a change.
const FAR: f64 = 3.0;
/// A value that is not far off does not end a change if the one behind it is.
const GAP: usize = 1;
/// The spread is at least this share of the median.
const LEAST_SHARE: f64 = 0.1;
/// From the median absolute deviation to the standard deviation of a normal distribution.
const MAD_TO_DEVIATION: f64 = 1.4826;

/// What is usual among values.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Usual {
    /// The middle one.
    pub median: f64,
    /// How far off they ordinarily are.
    pub spread: f64,
}

impl Usual {
    /// Of these values; the spread is no less than `least_spread`, so that what never moves is not upset by anything.
    pub fn of(values: &[f64], least_spread: f64) -> Usual {
        let median = upper_median(values.to_vec(), f64::total_cmp);
        let distance = upper_median(values.iter().map(|value| (value - median).abs()).collect(), f64::total_cmp);
        Usual::with(median, distance, least_spread)
    }

    /// As [`Usual::of`], of values that count for as much as their weight: of what comes at unequal distances, the time
    /// that each stands for.
    pub fn weighted(values: &[(f64, f64)], least_spread: f64) -> Usual {
        let median = weighted_median(values.to_vec());
        let distance =
            weighted_median(values.iter().map(|(value, weight)| ((value - median).abs(), *weight)).collect());
        Usual::with(median, distance, least_spread)
    }

    fn with(median: f64, distance: f64, least_spread: f64) -> Usual {
        let spread = (MAD_TO_DEVIATION * distance).max(LEAST_SHARE * median.abs()).max(least_spread);
        Usual { median, spread }
    }
}

/// Which way values leave what is usual.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sense {
    /// Above it.
    Up,
    /// Below it.
    Down,
}

/// A run of values that is off the usual.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Change {
    /// Place of the first value.
    pub from: usize,
    /// Place of the last.
    pub to: usize,
    /// Mean of the values.
    pub mean: f64,
}

impl Change {
    /// How many values it has.
    pub fn n_values(&self) -> usize {
        self.to - self.from + 1
    }

    /// Sum of the values.
    pub fn total(&self) -> f64 {
        self.mean * self.n_values() as f64
    }

    /// What nearly all values elsewhere stay below: so much is there at times anyhow.
    pub fn elsewhere(&self, values: &[f64]) -> f64 {
        let is_elsewhere = |place: &usize| !(self.from..=self.to).contains(place);
        let rest = values.iter().enumerate().filter(|(place, _)| is_elsewhere(place)).map(|(_, value)| *value);
        upper_quantile(rest.collect(), 0.98, f64::total_cmp)
    }
}

/// Every lasting departure from the usual in one way, in order.
pub fn changes(values: &[f64], usual: Usual, direction: Sense) -> Vec<Change> {
    let off = |value: f64| match direction {
        Sense::Up => (value - usual.median) / usual.spread,
        Sense::Down => (usual.median - value) / usual.spread,
    };
    let is_far = |place: usize| values.get(place).is_some_and(|value| off(*value) > FAR);
    let mut found = Vec::new();
    let (mut sum, mut from, mut place) = (0.0_f64, 0, 0);
    while let Some(value) = values.get(place) {
        if sum == 0.0 {
            from = place;
        }
        sum = (sum + off(*value).min(MOST_STEP) - SLACK).max(0.0);
        if sum <= ALARM || !is_far(place) {
            place += 1;
            continue;
        }
        // The alarm comes late: the change began before it, where the sum began to rise at the earliest.
        let (mut first, mut last) = (place, place);
        while let Some(before) = (1..=GAP + 1).filter_map(|n| first.checked_sub(n)).find(|n| *n >= from && is_far(*n)) {
            first = before;
        }
        while let Some(after) = (1..=GAP + 1).map(|n| last + n).find(|n| is_far(*n)) {
            last = after;
        }
        let run = values.get(first..=last).unwrap_or_default();
        found.push(Change { from: first, to: last, mean: run.iter().sum::<f64>() / run.len().max(1) as f64 });
        (sum, place) = (0.0, last + 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up(values: &[f64]) -> Vec<(usize, usize, f64)> {
        let found = changes(values, Usual::of(values, 1.0), Sense::Up);
        found.into_iter().map(|change| (change.from, change.to, change.mean)).collect()
    }

    #[test]
    fn a_lasting_rise_is_found_where_it_is_and_a_peak_is_not() {
        let mut values = vec![3.0; 60];
        values[30..40].fill(200.0);
        values[34] = 3.0;
        assert_eq!(up(&values), [(30, 39, 180.3)]);
        values[30..40].fill(3.0);
        values[30] = 900.0;
        assert_eq!(up(&values), []);
        assert_eq!(up(&(0..60).map(|i| f64::from(2 + i % 7)).collect::<Vec<_>>()), []);
    }

    #[test]
    fn weights_tell_what_is_usual_where_values_do_not_last_equally_long() {
        let values = [(0.9, 1.0), (0.9, 1.0), (0.9, 1.0), (0.2, 10.0), (0.3, 10.0)];
        assert_eq!(Usual::weighted(&values, 0.01).median, 0.3);
        assert_eq!(Usual::weighted(&[], 0.01), Usual { median: 0.0, spread: 0.01 });
    }

    #[test]
    fn every_rise_is_found_and_falls_are_found_on_demand() {
        let mut values = vec![100.0; 100];
        values[10..20].fill(500.0);
        values[60..90].fill(2.0);
        assert_eq!(up(&values).len(), 1);
        let usual = Usual::of(&values, 1.0);
        let fall = changes(&values, usual, Sense::Down);
        assert_eq!(fall, [Change { from: 60, to: 89, mean: 2.0 }]);
        assert_eq!((fall[0].n_values(), fall[0].total(), fall[0].elsewhere(&values)), (30, 60.0, 500.0));
        assert_eq!(changes(&[], Usual::of(&[], 1.0), Sense::Up), []);
    }
}
