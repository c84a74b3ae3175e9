//! Turns times and sizes of connections into RITA's beacon score.
//!
//! Formulae of RITA v5 (activecm/rita, analysis/beacons.go and analysis.go), four parts of equal weight: time between
//! connections, bytes sent, coverage of the capture, evenness over the capture. Quartiles are medians of the halves.

use crate::maths::order::median;
use crate::maths::sorting::Arrange;
use crate::maths::variance;

/// Bins of the histogram over the whole capture.
const BINS: usize = 24;
/// Fewest bins in use for the duration part (`duration_min_hours_seen`).
const LEAST_BINS: usize = 6;
/// Fewest bins in use for the bimodal score of the histogram part (`histogram_bimodal_min_hours_seen`).
const LEAST_BIMODAL_BINS: usize = 11;
/// Run of bins in use that counts as fully consistent (`duration_consistency_ideal_hours_seen`).
const IDEAL_RUN: f64 = 12.0;
/// Quartiles closer than this show no skew.
const LEAST_RANGE: f64 = 10.0;

/// The parts of a beacon score, each from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// Evenness of the gaps.
    pub timestamp: f64,
    /// Evenness of the bytes sent.
    pub size: f64,
    /// How much of the capture it spans.
    pub duration: f64,
    /// Evenness over the capture.
    pub histogram: f64,
    /// How much was sent was not counted.
    pub is_unsized: bool,
    /// Too few connections for the histogram part.
    pub is_sparse: bool,
    /// Judged within their own span: how much of the capture that is says nothing.
    pub is_burst: bool,
    /// Median gap, s.
    pub period: f64,
    /// Median deviation of the gaps from the median gap, s.
    pub jitter: f64,
}

impl Parts {
    /// The score: the mean of the four parts, to three places. With too few connections to fill the bins that the
    /// histogram part asks for, that part is 0 whatever happens; it is left out, and the other three weigh a third each
    /// (the weights are RITA's to configure). So are the duration part of a burst, and sizes that nobody counted.
    pub fn score(&self) -> f64 {
        let counted = [
            (self.timestamp, true),
            (self.size, !self.is_unsized),
            (self.duration, !self.is_burst),
            (self.histogram, !self.is_sparse),
        ];
        let parts = || counted.iter().filter(|(_, is_counted)| *is_counted).map(|(part, _)| *part);
        (1000.0 * parts().sum::<f64>() / parts().count() as f64).round() / 1000.0
    }
}

/// Scores connections that began at `seconds` (ascending, several in a second allowed) and sent `bytes`, in a capture
/// from `span.0` to `span.1`. None with fewer than four different seconds.
pub fn parts(seconds: &[i64], bytes: &[f64], span: (i64, i64)) -> Option<Parts> {
    let gaps: Vec<f64> = seconds
        .windows(2)
        .filter_map(|pair| if let [a, b] = pair { Some((b - a) as f64) } else { None })
        .filter(|gap| *gap > 0.0)
        .collect();
    if gaps.len() < 3 {
        return None;
    }
    let times = Spread::of(&gaps);
    let sizes = Spread::of(bytes);
    let bins = bins(seconds, span);
    Some(Parts {
        timestamp: (times.skew_score() + times.deviation_score(1.0)) / 2.0,
        size: if bytes.len() < 3 { 0.0 } else { (sizes.skew_score() + sizes.deviation_score(0.0)) / 2.0 },
        duration: duration_score(seconds, &bins, span),
        histogram: histogram_score(&bins),
        is_unsized: bytes.is_empty(),
        is_sparse: seconds.len() < LEAST_BIMODAL_BINS,
        is_burst: false,
        period: times.median,
        jitter: times.deviation,
    })
}

/// The same for connections of a part of a capture, within their own span.
pub fn parts_of_burst(seconds: &[i64], bytes: &[f64]) -> Option<Parts> {
    let own = (*seconds.first()?, *seconds.last()?);
    parts(seconds, bytes, own).map(|parts| Parts { is_burst: true, ..parts })
}

/// Quartiles, and the median deviation from the median.
struct Spread {
    low: f64,
    median: f64,
    high: f64,
    deviation: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Spread {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let middle = median(&sorted);
        let half = sorted.len() / 2;
        let upper = sorted.len() - half;
        let mut away: Vec<f64> = sorted.iter().map(|value| (value - middle).abs()).collect();
        away.sort_unstable_by(f64::total_cmp);
        Spread {
            low: median(sorted.get(..half).unwrap_or(&[])),
            median: middle,
            high: median(sorted.get(upper..).unwrap_or(&[])),
            deviation: median(&away),
        }
    }

    /// 1 less the absolute value of Bowley's skewness.
    fn skew_score(&self) -> f64 {
        let range = self.high - self.low;
        if range < LEAST_RANGE || self.median == self.low || self.median == self.high {
            return 1.0;
        }
        1.0 - ((self.low + self.high - 2.0 * self.median) / range).abs()
    }

    /// How small the deviation is beside the median; `small` where the median is below 1.
    fn deviation_score(&self, small: f64) -> f64 {
        if self.median < 1.0 {
            return small;
        }
        ((self.median - self.deviation) / self.median).max(0.0)
    }
}

fn bins(seconds: &[i64], (first, last): (i64, i64)) -> [u32; BINS] {
    let mut bins = [0; BINS];
    let width = ((last - first) as f64 / BINS as f64).max(f64::MIN_POSITIVE);
    for second in seconds {
        let place = (((second - first) as f64 / width).max(0.0) as usize).min(BINS - 1);
        if let Some(bin) = bins.get_mut(place) {
            *bin += 1;
        }
    }
    bins
}

fn duration_score(seconds: &[i64], bins: &[u32; BINS], span: (i64, i64)) -> f64 {
    let used = bins.iter().filter(|n| **n > 0).count();
    let (Some(first), Some(last)) = (seconds.first(), seconds.last()) else { return 0.0 };
    if used < LEAST_BINS {
        return 0.0;
    }
    let whole = ((span.1 - span.0) as f64).max(1.0);
    let coverage = (((last - first) as f64 / whole * 1000.0).ceil() / 1000.0).min(1.0);
    // A run may go on from the last bin to the first.
    let (mut run, mut longest) = (0, 0);
    for n in bins.iter().chain(bins) {
        run = if *n > 0 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let consistency = (longest.min(BINS) as f64 / IDEAL_RUN).min(1.0);
    coverage.max(consistency)
}

fn histogram_score(bins: &[u32; BINS]) -> f64 {
    let total: u32 = bins.iter().sum();
    let mean = f64::from(total) / BINS as f64;
    if total == 0 {
        return 0.0;
    }
    let variation = variance::of_population(bins.iter().map(|n| f64::from(*n))).sqrt() / mean;
    let even = if variation > 1.0 { 0.0 } else { 1.0 - variation };
    even.max(bimodal_score(bins))
}

/// High where the bins have one or two usual heights (one outlier allowed).
fn bimodal_score(bins: &[u32; BINS]) -> f64 {
    let used: Vec<u32> = bins.iter().copied().filter(|n| *n > 0).collect();
    if used.len() < LEAST_BIMODAL_BINS {
        return 0.0;
    }
    let tallest = used.iter().copied().max().unwrap_or(1);
    // A bucket of heights is 5 % of the tallest bin (`histogram_mode_sensitivity`).
    let step = (f64::from(tallest) * 0.05).ceil().max(1.0) as u32;
    let mut heights: Vec<u32> = used.iter().map(|n| n / step * step).collect();
    heights.sort_unstable();
    let mut often: Vec<usize> = heights.chunk_by(|a, b| a == b).map(<[u32]>::len).collect();
    often.arrange_by(|a, b| b.cmp(a));
    let most: usize = often.iter().take(2).sum();
    (most as f64 / (used.len() - 1).max(1) as f64).min(1.0)
}

/// Threat of a beacon score by RITA's table: 50 % begins, 70 % is low (0.4), 90 % medium (0.6), 100 % high (0.8).
pub fn threat(score: f64) -> f64 {
    let line = |from: f64, to: f64, low: f64| low + 0.2 * (score - from) / (to - from);
    match score {
        s if s < 0.5 => 0.0,
        s if s < 0.7 => line(0.5, 0.7, 0.2),
        s if s < 0.9 => line(0.7, 0.9, 0.4),
        _ => line(0.9, 1.0, 0.6).min(0.8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metronome_scores_full_marks() {
        let seconds: Vec<i64> = (0..288).map(|i| i * 300).collect();
        let parts = parts(&seconds, &vec![500.0; 288], (0, 86_400)).unwrap();
        assert_eq!((parts.score(), parts.period, parts.jitter), (1.0, 300.0, 0.0));
    }

    #[test]
    fn a_person_scores_low() {
        // Bursts with ever longer pauses, sizes all over the place, in one corner of the capture.
        let seconds: Vec<i64> = (0..40).map(|i| i * i / 4 + 40_000).collect();
        let bytes: Vec<f64> = (0..40).map(|i| f64::from(i * i * 97 % 5000)).collect();
        assert!(parts(&seconds, &bytes, (0, 86_400)).unwrap().score() < 0.5);
        assert!(parts(&[1, 1, 2, 2], &[1.0; 4], (0, 10)).is_none());
    }

    #[test]
    fn quartiles_are_medians_of_the_halves() {
        let spread = Spread::of(&[7.0, 1.0, 3.0, 5.0, 9.0]);
        assert_eq!((spread.low, spread.median, spread.high, spread.deviation), (2.0, 5.0, 8.0, 2.0));
    }

    #[test]
    fn the_threat_table_is_ritas() {
        assert_eq!([0.49, 0.5, 0.7, 0.9, 1.0].map(|s| (threat(s) * 1e6).round() / 1e6), [0.0, 0.2, 0.4, 0.6, 0.8]);
    }
}
