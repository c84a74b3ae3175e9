//! Rates how equal gaps are, as one number.

use crate::model::format::time::SECOND;

/// Shorter gaps are the inside of a burst, ns.
const SHORTEST_NS: i64 = SECOND / 1000;
/// Bins for each doubling of the gap.
const PER_OCTAVE: usize = 4;
/// Up to 2^21 ms, a little over the usual active time-out; longer gaps fall into the last bin.
const BINS: usize = 21 * PER_OCTAVE;
/// Fewer gaps say nothing.
const FEWEST: u32 = 4;

/// A histogram of gaps from 1 ms on, four bins for each doubling: periodic traffic fills one of them or two neighbours,
/// gaps at random (exponentially distributed) leave no two neighbours more than a seventh of all.
#[derive(Clone, Debug)]
pub(super) struct Periodicity {
    last_ns: Option<i64>,
    bins: [u16; BINS],
}

impl Default for Periodicity {
    fn default() -> Self {
        Periodicity { last_ns: None, bins: [0; BINS] }
    }
}

impl Periodicity {
    /// Takes the time of a packet. Packets less than a millisecond apart count as one.
    pub fn add(&mut self, now: i64) {
        let gap = now - self.last_ns.unwrap_or(now);
        self.last_ns = Some(self.last_ns.map_or(now, |last| last.max(now)));
        if gap < SHORTEST_NS {
            return;
        }
        if let Some(count) = self.bins.get_mut(bin(gap)) {
            *count += 1;
            if *count == u16::MAX {
                // Shares stay as they are.
                self.bins.iter_mut().for_each(|count| *count /= 2);
            }
        }
    }

    /// Share of the gaps that lie in the fullest two neighbouring bins, 0 to 1; 0 for fewer than four gaps.
    pub fn share(&self) -> f64 {
        let n: u32 = self.bins.iter().map(|count| u32::from(*count)).sum();
        let pairs = self.bins.iter().zip(self.bins.iter().skip(1));
        let most = pairs.map(|(a, b)| u32::from(*a) + u32::from(*b)).max().unwrap_or(0);
        if n < FEWEST { 0.0 } else { f64::from(most) / f64::from(n) }
    }
}

/// The octave, and the quarter of it on an even scale: no logarithm, so the same everywhere.
fn bin(gap_ns: i64) -> usize {
    let units = (gap_ns / (SHORTEST_NS / PER_OCTAVE as i64)) as u64;
    let octave = units.max(4).ilog2() as usize - 2;
    let quarter = (units >> octave) as usize & (PER_OCTAVE - 1);
    (octave * PER_OCTAVE + quarter).min(BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(gaps_ms: &[i64]) -> f64 {
        let mut beats = Periodicity::default();
        let mut now = 5 * SECOND;
        beats.add(now);
        for gap in gaps_ms {
            now += gap * 1_000_000;
            beats.add(now);
        }
        beats.share()
    }

    #[test]
    fn bins_grow_with_the_gap() {
        let ms = [1000, 1200, 1250, 1500, 1750, 2000, 2500, 131_072_000, 2_097_152_000, i64::MAX / 1_000_000];
        let bins: Vec<usize> = ms.iter().map(|micros| bin(micros * 1000)).collect();
        assert_eq!(bins, [0, 0, 1, 2, 3, 4, 5, 68, BINS - 1, BINS - 1]);
    }

    #[test]
    fn regular_gaps_are_told_from_others() {
        assert_eq!(share(&[1000; 20]), 1.0);
        assert_eq!(share(&[1000, 1010, 990, 1020, 995]), 1.0);
        assert_eq!(share(&[1, 8, 64, 512, 4096, 30_000]), 1.0 / 6.0);
        assert_eq!(share(&[1000; 3]), 0.0);
    }
}
