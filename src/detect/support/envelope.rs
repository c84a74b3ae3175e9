//! Compares counts per second with an envelope that ordinary traffic stays below, over spans of every length from a
//! second to the whole capture, and finds the span that exceeds it most.
//!
//! Cruz: A Calculus for Network Delay, IEEE Transactions on Information Theory 1991: ordinary traffic brings at most
//! `burst + rate x t` in any time `t`. The largest excess over all spans is found in one pass, as that of Page's cumulative
//! sum (Biometrika 1954) with `rate` for its drift.

use crate::detect::support::rate_series::Seconds;
use crate::maths::elementary::ln;

/// The most that ordinary traffic of a kind brings to one target: `burst + rate x seconds` in any number of seconds.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// In each second, however long it lasts.
    pub rate: f64,
    /// Beyond that, at once.
    pub burst: f64,
}

/// The span in which counts were furthest above an envelope.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Excess {
    /// Its first and last second since 1970.
    pub seconds: (i64, i64),
    /// All that was counted in it.
    pub n: u64,
    /// How much of that is above the envelope's rate; more than its burst.
    pub above: f64,
    /// Mean of a second outside it; none if it is the whole capture.
    pub elsewhere: Option<f64>,
    /// Decimal logarithm of how much likelier the counts are with two rates, inside and outside, than with one: Kulldorff's
    /// scan statistic for Poisson counts (1997).
    pub rise: f64,
}

/// A rise, and no chance, from this likelihood ratio (decimal logarithm): one in a thousand.
const LEAST_RISE: f64 = 3.0;
/// A rise is at least this many times the rate elsewhere.
const LEAST_TIMES: f64 = 5.0;

impl Excess {
    /// How long it lasts, s.
    pub fn length(&self) -> i64 {
        self.seconds.1.saturating_sub(self.seconds.0).saturating_add(1)
    }

    /// Mean of a second in it.
    pub fn rate(&self) -> f64 {
        self.n as f64 / self.length().max(1) as f64
    }

    /// True if it began or ended within the capture: the same target was left alone at other times.
    pub fn is_rise(&self) -> bool {
        self.rise >= LEAST_RISE && self.elsewhere.is_some_and(|elsewhere| self.rate() >= LEAST_TIMES * elsewhere)
    }
}

impl Envelope {
    /// The span in which these counts are furthest above it, if any is; the capture lasts from the first to the last of
    /// `capture` (seconds since 1970).
    pub fn excess(self, counts: &Seconds, capture: (i64, i64)) -> Option<Excess> {
        let (mut sum, mut n, mut from, mut before) = (0.0_f64, 0_u64, 0_i64, i64::MIN);
        let mut best: Option<(f64, (i64, i64), u64)> = None;
        for (second, count) in counts.iter() {
            sum -= second.saturating_sub(before).saturating_sub(1) as f64 * self.rate;
            if before == i64::MIN || sum <= 0.0 {
                (sum, n, from) = (0.0, 0, second);
            }
            sum += f64::from(count) - self.rate;
            n += u64::from(count);
            before = second;
            if sum > self.burst && best.is_none_or(|(most, ..)| sum > most) {
                best = Some((sum, (from, second), n));
            }
        }
        let (above, seconds, n) = best?;
        let mut excess = Excess { seconds, n, above, elsewhere: None, rise: 0.0 };
        let (inside, whole) = (excess.length() as f64, capture.1.saturating_sub(capture.0).saturating_add(1) as f64);
        let rest = counts.total().saturating_sub(n) as f64;
        if whole > inside {
            excess.elsewhere = Some(rest / (whole - inside));
            excess.rise = scan_statistic((n as f64, inside), (rest, whole - inside));
        }
        Some(excess)
    }
}

/// Decimal logarithm of the likelihood ratio of two rates against one, for counts in two stretches of time.
fn scan_statistic((n, inside): (f64, f64), (rest, outside): (f64, f64)) -> f64 {
    let common = (n + rest) / (inside + outside);
    let part = |n: f64, time: f64| if n > 0.0 { n * ln(n / time / common) } else { 0.0 };
    (part(n, inside) + part(rest, outside)) / std::f64::consts::LN_10
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::format::time::SECOND;

    fn excess(rates: &[u32]) -> Option<Excess> {
        let mut counts = Seconds::default();
        for (second, rate) in rates.iter().enumerate().filter(|(_, rate)| **rate > 0) {
            counts.add(second as i64 * SECOND, *rate);
        }
        Envelope { rate: 2.0, burst: 50.0 }.excess(&counts, (0, rates.len() as i64 - 1))
    }

    #[test]
    fn what_lasts_is_found_at_a_low_rate_and_what_is_short_only_at_a_high_one() {
        let mut rates = vec![0; 100];
        rates[20..60].fill(5);
        let slow = excess(&rates).unwrap();
        assert_eq!((slow.seconds, slow.n, slow.above), ((20, 59), 200, 120.0));
        assert!(slow.is_rise() && slow.elsewhere == Some(0.0) && slow.rise > 40.0);
        assert!(excess(&rates[20..30]).is_none());
        assert!(excess(&[0, 60, 0]).is_some_and(|excess| excess.length() == 1));
        assert!(excess(&[2; 1000]).is_none(), "as much as is ordinary, for ever");
    }

    #[test]
    fn what_began_before_the_capture_is_no_rise() {
        let all = excess(&[5; 100]).unwrap();
        assert!(!all.is_rise() && all.elsewhere.is_none() && all.length() == 100);
        let bursts: Vec<u32> = (0..400).map(|i| if i % 40 < 20 { 8 } else { 1 }).collect();
        assert!(!excess(&bursts).unwrap().is_rise(), "again and again");
    }
}
