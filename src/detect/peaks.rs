//! Counts per second to the busiest stretch: what floods are judged by.

use crate::model::Series;
use crate::model::series::Level;
use std::collections::BTreeMap;

/// Counts per second since 1970 of one target.
#[derive(Clone, Debug, Default)]
pub struct Seconds {
    counts: BTreeMap<i64, u32>,
}

impl Seconds {
    /// Adds `n` at a time, ns since 1970.
    pub fn add(&mut self, time_ns: i64, n: u32) {
        let count = self.counts.entry(time_ns.div_euclid(1_000_000_000)).or_default();
        *count = count.saturating_add(n);
    }

    /// Adds `n` evenly from one time to another; over at most [`Seconds::MOST_SPREAD`] seconds.
    pub fn spread(&mut self, first_ns: i64, last_ns: i64, n: u32) {
        let seconds = ((last_ns - first_ns) / 1_000_000_000 + 1).clamp(1, Seconds::MOST_SPREAD);
        let (each, rest) = (i64::from(n) / seconds, i64::from(n) % seconds);
        for second in 0..seconds {
            let share = each + i64::from(second < rest);
            if share > 0 {
                self.add(first_ns + second * 1_000_000_000, share as u32);
            }
        }
    }

    /// Longest time over which a flow's packets are spread.
    pub const MOST_SPREAD: i64 = 1800;

    /// Seconds with any count.
    pub fn n_seconds(&self) -> usize {
        self.counts.len()
    }

    /// All counts.
    pub fn total(&self) -> u64 {
        self.counts.values().map(|n| u64::from(*n)).sum()
    }

    /// Largest count of a second.
    pub fn most(&self) -> u32 {
        self.counts.values().copied().max().unwrap_or(0)
    }

    /// Largest sum over `span` neighbouring seconds, and the first of these seconds.
    pub fn busiest(&self, span: i64) -> (u64, i64) {
        let all: Vec<(i64, u32)> = self.counts.iter().map(|(second, n)| (*second, *n)).collect();
        let (mut first, mut sum, mut best) = (0_usize, 0_u64, (0_u64, 0_i64));
        for (second, n) in &all {
            sum += u64::from(*n);
            while let Some((early, gone)) = all.get(first).filter(|(early, _)| second - early >= span) {
                let _ = early;
                sum -= u64::from(*gone);
                first += 1;
            }
            if sum > best.0 {
                best = (sum, all.get(first).map_or(*second, |(early, _)| *early));
            }
        }
        best
    }

    /// The busiest seconds over time, beside a threshold.
    pub fn course(&self, name: &str, unit: &str, threshold: f64) -> Option<Series> {
        let level = Level { name: "threshold".to_owned(), value: threshold };
        Series::rate(name, unit, self.counts.iter().map(|(second, n)| (*second, u64::from(*n))), Some(level))
    }

    /// Sums over stretches of `span` seconds from `start`, in order, those without any count included; at most
    /// `most` stretches.
    pub fn stretches(&self, start: i64, span: i64, most: usize) -> Vec<u64> {
        let Some((last, _)) = self.counts.last_key_value() else { return Vec::new() };
        let n = ((last - start) / span.max(1) + 1).max(0) as usize;
        let mut sums = vec![0; n.min(most)];
        for (second, count) in &self.counts {
            if let Some(sum) = sums.get_mut(((second - start) / span.max(1)).max(0) as usize) {
                *sum += u64::from(*count);
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_stretch_slides_and_spreading_loses_nothing() {
        let mut seconds = Seconds::default();
        seconds.spread(0, 2_500_000_000, 10);
        seconds.add(9_000_000_000, 5);
        assert_eq!((seconds.total(), seconds.most(), seconds.n_seconds()), (15, 5, 4));
        assert_eq!(seconds.busiest(2), (7, 0));
        assert_eq!(seconds.stretches(0, 5, 100), [10, 5]);
    }
}
