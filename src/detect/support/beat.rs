//! Decides whether calls keep a beat: a period, the jitter of each gap, missed beats, a sleep that changes. Gives a
//! log-likelihood ratio.
//!
//! A log-likelihood ratio. With a beat, a gap is k periods long, k - 1 beats having been left out, give or take a normal
//! deviation that grows with the root of k; the chance of leaving one out, the period and the deviation are estimated, for
//! which Schwarz's criterion takes off half a logarithm of the number of gaps each. Without one, gaps are exponential (by
//! chance) or spread evenly over all orders of length (people: pages in quick succession, then a pause), whichever fits better.

use crate::maths::elementary::ln;

/// Fewest gaps that are judged.
const LEAST_GAPS: usize = 4;
/// Gaps that are looked at, at most.
const MOST_GAPS: usize = 512;
/// Timers are no surer than this share of their period; nor are a few gaps that happen to agree.
const LEAST_DEVIATION: f64 = 0.03;
/// Chances of leaving a beat out that are believed.
const LEFT_OUT: (f64, f64) = (0.02, 0.9);
/// Parameters of a beat.
const N_PARAMETERS: f64 = 3.0;
/// Where the period is looked for among the gaps in order of length, in twentieths: where beats are left out, it is among the
/// shorter ones; of two sleeps each is looked for in the middle, to save time.
const SHORTER: [usize; 3] = [10, 5, 2];
const MIDDLE: [usize; 1] = [10];
/// Places where a change of the sleep is looked for.
const N_PLACES: usize = 8;
/// A change must be worth so much more than its own parameters.
const CHANGE: f64 = 2.0;

/// What is known of the beat of some calls.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Beat {
    /// Time between two beats, s.
    pub period: f64,
    /// Period after it changed, s.
    pub changed: Option<f64>,
    /// Standard deviation of a gap as a share of the period.
    pub deviation: f64,
    /// Share of the beats that were left out.
    pub left_out: f64,
    /// Natural logarithm of how much likelier the times are with a beat than without.
    pub log_ratio: f64,
}

#[derive(Clone, Copy)]
struct Fit {
    period: f64,
    deviation: f64,
    left_out: f64,
    log_likelihood: f64,
}

impl Beat {
    /// The beat of calls at these times, ms, ascending; those within `together` ms of the one before belong to it. None for
    /// too few.
    pub fn of(millis: &[i64], together: i64) -> Option<Beat> {
        let mut kept: Vec<i64> = Vec::new();
        for at in millis {
            if kept.last().is_none_or(|last| at - last > together) {
                kept.push(*at);
            }
        }
        let gaps: Vec<f64> = kept
            .windows(2)
            .take(MOST_GAPS)
            .filter_map(|pair| if let [a, b] = pair { Some(((b - a) as f64 / 1000.0).max(0.001)) } else { None })
            .collect();
        if gaps.len() < LEAST_GAPS {
            return None;
        }
        let whole = fit(&gaps, &SHORTER)?;
        let mut best = (whole.log_likelihood, whole, None);
        let (first, last) = (LEAST_GAPS, gaps.len().saturating_sub(LEAST_GAPS));
        let mut middle = first;
        let mut look = |place: usize, middle: &mut usize| {
            if (first..=last).contains(&place)
                && let Some(split) = split(&gaps, place)
                && split.0 > best.0
            {
                (best, *middle) = (split, place);
            }
        };
        let mut step = gaps.len().div_ceil(N_PLACES).max(1);
        (first..=last).step_by(step).for_each(|place| look(place, &mut middle));
        while step > 1 {
            step /= 2;
            let around = middle;
            [around.saturating_sub(step), around + step].into_iter().for_each(|place| look(place, &mut middle));
        }
        let (log_likelihood, Fit { period, deviation, left_out, .. }, changed) = best;
        Some(Beat { period, changed, deviation, left_out, log_ratio: log_likelihood - without(&gaps) })
    }
}

/// Two beats, one before this place and one behind it: their log-likelihood, the first, and the period of the second.
fn split(gaps: &[f64], place: usize) -> Option<(f64, Fit, Option<f64>)> {
    let (before, after) = gaps.split_at_checked(place)?;
    let (first, second) = (fit(before, &MIDDLE)?, fit(after, &MIDDLE)?);
    Some((first.log_likelihood + second.log_likelihood - CHANGE, first, Some(second.period)))
}

/// The best beat, less what its parameters cost.
fn fit(gaps: &[f64], shares: &[usize]) -> Option<Fit> {
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let candidates = shares.iter().filter_map(|share| sorted.get(sorted.len() * share / 20).copied());
    let fits = candidates.filter(|period| *period > 0.0).map(|period| refined(gaps, period));
    fits.max_by(|a, b| a.log_likelihood.total_cmp(&b.log_likelihood))
}

fn refined(gaps: &[f64], first: f64) -> Fit {
    let (n, sum) = (gaps.len() as f64, gaps.iter().sum::<f64>());
    let beats = |gap: f64, period: f64| (gap / period).round().max(1.0);
    let mut period = first;
    for _ in 0..2 {
        period = sum / gaps.iter().map(|gap| beats(*gap, period)).sum::<f64>();
    }
    let n_beats: f64 = gaps.iter().map(|gap| beats(*gap, period)).sum();
    let stray = |gap: &f64| {
        let k = beats(*gap, period);
        (gap - k * period) / (period * k.sqrt())
    };
    let squares: f64 = gaps.iter().map(|gap| stray(gap) * stray(gap)).sum();
    let deviation = (squares / (n - 1.0).max(1.0)).sqrt().max(LEAST_DEVIATION);
    let left_out = (1.0 - n / n_beats).clamp(LEFT_OUT.0, LEFT_OUT.1);
    let root = ln(std::f64::consts::TAU) / 2.0;
    let of = |gap: &f64| {
        let k = beats(*gap, period);
        let z = stray(gap) / deviation;
        ln(1.0 - left_out) + (k - 1.0) * ln(left_out) - ln(period * deviation * k.sqrt()) - root - z * z / 2.0
    };
    let log_likelihood = gaps.iter().map(of).sum::<f64>() - N_PARAMETERS / 2.0 * ln(n);
    Fit { period, deviation, left_out, log_likelihood }
}

/// Log-likelihood of the gaps without a beat.
fn without(gaps: &[f64]) -> f64 {
    let (n, sum) = (gaps.len() as f64, gaps.iter().sum::<f64>());
    let by_chance = -n * (1.0 + ln(sum / n));
    let shortest = gaps.iter().copied().fold(f64::INFINITY, f64::min);
    // From the shortest gap to the whole time.
    let orders = ln((sum / shortest).max(std::f64::consts::E));
    let by_people = -gaps.iter().map(|gap| ln(*gap)).sum::<f64>() - n * ln(orders);
    by_chance.max(by_people)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times of calls with these gaps, s.
    fn times(gaps: impl IntoIterator<Item = f64>) -> Vec<i64> {
        let mut at = 1_000_000.0;
        let mut all = vec![1_000_000];
        for gap in gaps {
            at += gap * 1000.0;
            all.push(at as i64);
        }
        all
    }

    /// Numbers from 0 to 1 that look random.
    fn chance(i: u64) -> f64 {
        let mixed = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn ratio(gaps: impl IntoIterator<Item = f64>) -> f64 {
        Beat::of(&times(gaps), 0).unwrap().log_ratio
    }

    #[test]
    fn a_beat_is_found_through_jitter_missed_beats_and_a_changed_sleep() {
        assert!(ratio((0..6).map(|_| 17.0)) > 6.0, "few and even");
        assert!(ratio((0..24).map(|i| 10.0 * (0.4 + 1.2 * chance(i)))) > 4.0, "60 % of jitter");
        let missed = Beat::of(&times((0..20).map(|i| [10.0, 20.0, 10.0, 30.0, 10.0][i % 5])), 0).unwrap();
        assert!(missed.log_ratio > 6.0 && (missed.period - 10.0).abs() < 0.1 && missed.left_out > 0.2, "{missed:?}");
        let changed = Beat::of(&times((0..16).map(|i| if i < 9 { 6.0 } else { 15.7 })), 0).unwrap();
        assert!(changed.log_ratio > 6.0 && changed.changed.is_some_and(|period| (period - 15.7).abs() < 0.1));
    }

    #[test]
    fn chance_and_people_keep_no_beat() {
        for seed in 0..20 {
            let by_chance = (0..24).map(|i| -6.0 * ln(1.0 - chance(seed * 100 + i)));
            assert!(ratio(by_chance) < 3.0, "chance {seed}");
            let reading =
                (0..24).map(|i| if i % 6 == 5 { 20.0 + 60.0 * chance(seed * 90 + i) } else { 0.05 + chance(i) });
            assert!(ratio(reading) < 3.0, "people {seed}");
        }
        assert!(Beat::of(&times([5.0; 3]), 0).is_none(), "too few");
        assert!(Beat::of(&times([0.2, 0.3, 0.1, 5.0, 0.1, 0.1]), 1000).is_none(), "together");
    }
}
