//! Turns counts per second into the busiest span, which flood detectors evaluate.

use crate::model::Series;
use crate::model::finding::series::Level;
use crate::model::format::time::SECOND;
use std::collections::BTreeMap;

/// Counts per second since 1970 of one target.
#[derive(Clone, Debug, Default)]
pub struct Seconds {
    counts: BTreeMap<i64, u32>,
}

/// How many seconds all series of a detector may still come to. A row of a table says in a few bytes what would fill half
/// an hour of them; of a capture each takes a packet.
#[derive(Clone, Debug)]
pub struct Room(usize);

impl Room {
    /// About 80 MB.
    pub const MOST: usize = 1 << 22;
}

impl Default for Room {
    fn default() -> Room {
        Room(Room::MOST)
    }
}

impl Seconds {
    /// Adds `n` at a time, ns since 1970.
    pub fn add(&mut self, time_ns: i64, n: u32) {
        let count = self.counts.entry(time_ns.div_euclid(SECOND)).or_default();
        *count = count.saturating_add(n);
    }

    /// Adds `n` evenly from one time to another; over at most [`Seconds::MOST_SPREAD`] seconds. False if there is no room.
    pub fn spread(&mut self, (first_ns, last_ns): (i64, i64), n: u32, room: &mut Room) -> bool {
        if room.0 == 0 {
            return false;
        }
        let n_before = self.counts.len();
        let seconds = ((last_ns - first_ns) / SECOND + 1).clamp(1, Seconds::MOST_SPREAD);
        let (each, rest) = (i64::from(n) / seconds, i64::from(n) % seconds);
        for second in 0..seconds {
            let share = each + i64::from(second < rest);
            if share > 0 {
                self.add(first_ns + second * SECOND, share as u32);
            }
        }
        room.0 = room.0.saturating_sub(self.counts.len() - n_before);
        true
    }

    /// Longest time over which a flow's packets are spread.
    pub const MOST_SPREAD: i64 = 1800;

    /// Second since 1970 and count, in order; those without any are left out.
    pub fn iter(&self) -> impl Iterator<Item = (i64, u32)> {
        self.counts.iter().map(|(second, count)| (*second, *count))
    }

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

    /// Largest mean of a second over `span` neighbouring seconds.
    pub fn rate(&self, span: i64) -> f64 {
        self.busiest(span).0 as f64 / span as f64
    }

    /// Largest sum over `span` neighbouring seconds, and the first of these seconds.
    pub fn busiest(&self, span: i64) -> (u64, i64) {
        let (mut sum, mut best) = (0_u64, (0_u64, 0_i64));
        let mut behind = self.iter().peekable();
        for (second, n) in self.iter() {
            sum += u64::from(n);
            while let Some((_, gone)) = behind.next_if(|(early, _)| second - early >= span) {
                sum -= u64::from(gone);
            }
            if sum > best.0 {
                best = (sum, behind.peek().map_or(second, |(early, _)| *early));
            }
        }
        best
    }

    /// The busiest seconds over time, beside a threshold if there is one; with as much of the capture before and behind as
    /// lets its usual be seen.
    pub fn course(
        &self,
        name: &str,
        unit: &str,
        threshold: impl Into<Option<f64>>,
        span_ns: (i64, i64),
    ) -> Option<Series> {
        let level = threshold.into().map(|value| Level { name: "threshold".to_owned(), value });
        let (first, last) = (*self.counts.first_key_value()?.0, *self.counts.last_key_value()?.0);
        let around = last.saturating_sub(first).max(Seconds::AROUND);
        let start = span_ns.0.div_euclid(SECOND).max(first.saturating_sub(around)).min(first);
        let end = span_ns.1.div_euclid(SECOND).min(last.saturating_add(around)).max(last);
        let counts = self.counts.iter().map(|(second, n)| (*second, u64::from(*n)));
        let all = std::iter::once((start, 0)).chain(counts).chain(std::iter::once((end, 0)));
        Series::rate(name, unit, all, level)
    }

    /// Seconds without any count that are shown on each side, at most: more where the counts themselves last longer.
    const AROUND: i64 = 30;

    /// Sums over stretches of `span` seconds from `start`, with their numbers from 0, in order; those without any count
    /// are left out, so that it costs no more than there are counts.
    pub fn stretches(&self, start: i64, span: i64) -> Vec<(i64, u64)> {
        let mut sums: Vec<(i64, u64)> = Vec::new();
        for (second, count) in &self.counts {
            let number = ((second - start) / span.max(1)).max(0);
            match sums.last_mut().filter(|(last, _)| *last == number) {
                Some((_, sum)) => *sum += u64::from(*count),
                None => sums.push((number, u64::from(*count))),
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
        let mut room = Room::default();
        assert!(seconds.spread((0, 2 * SECOND + SECOND / 2), 10, &mut room));
        assert_eq!(room.0, Room::MOST - 3);
        seconds.add(9 * SECOND, 5);
        assert_eq!((seconds.total(), seconds.most(), seconds.n_seconds()), (15, 5, 4));
        assert_eq!(seconds.busiest(2), (7, 0));
        assert_eq!(seconds.stretches(0, 5), [(0, 10), (1, 5)]);
    }
}
