//! Compares a target's counts per second with its baseline in this capture, and with an envelope of ordinary traffic:
//! what stands out is a flood even below the fixed threshold, and a rate that is constant over the capture is none.

use crate::detect::support::envelope::{Envelope, Excess};
use crate::detect::support::finding_builder::{self, FindingBuilder};
use crate::detect::support::rate_series::Seconds;
use crate::detect::support::severity::{Confidence, extent};
use crate::maths::sorting::Arrange;
use crate::model::finding::series::Level;
use crate::model::format::time::{SECOND, span};
use crate::model::{Finding, Series};
use crate::stats::change::{Change, Sense, Usual, changes};
use std::cmp::Reverse;

/// Text about the baseline in every card of a flood, after the source of its threshold.
macro_rules! source {
    ($threshold:literal) => {
        concat!(
            $threshold,
            " Against the capture's own baseline: CUSUM (Page, Biometrika 1954) over counts per second, baseline by \
             median and MAD (Hampel 1974); where there is one, a quarter of the threshold for ten seconds is enough \
             if it is ten times the baseline."
        )
    };
    ($threshold:literal, $envelope:literal) => {
        concat!(
            $crate::detect::support::baseline::source!($threshold),
            " Over spans of any length, against what ordinary traffic stays below (Cruz, A Calculus for Network Delay, \
             1991: a burst and a rate x time): ",
            $envelope,
            " These two are set by us. Whether it began within the capture: scan statistic, log10 of the likelihood \
             ratio of two Poisson rates against one, at least 3 (Kulldorff 1997), and five times the rate elsewhere."
        )
    };
}
pub(in crate::detect) use source;

/// Shorter captures have no baseline, s.
const LEAST_SECONDS: i64 = 30;
/// Most steps of the sum; in longer captures they are longer than a second.
const MOST_STEPS: i64 = 1 << 16;
/// What stands out by change detection is a flood from this share of the fixed threshold on.
const MODEST: f64 = 0.25;
/// A rise must reach this many times the baseline: ordinary traffic comes in short bursts.
const TIMES: f64 = 10.0;
/// A rise must last this long, s.
const LEAST_LENGTH: i64 = 10;
/// Traffic in this share of all seconds is constant, unless it ever exceeds the baseline too far.
const STEADY_SHARE: f64 = 0.9;
/// Traffic that is ever this many times the baseline is not constant.
const STEADY_TIMES: f64 = 3.0;
/// A load that is constant over a capture of this length is ordinary, s. In a shorter one it may be a flood that was
/// under way when the capture began.
const ORDINARY_SECONDS: i64 = 600;
/// A rate below the threshold lowers the confidence by this factor.
const MODEST_CONFIDENCE: f64 = 0.75;
/// Traffic that fills this share of a long capture is ordinary there, as long as it is below the threshold.
const ORDINARY_SHARE: f64 = 0.8;
/// A constant load lowers the confidence by this factor.
const STEADY_CONFIDENCE: f64 = 0.5;

/// A target's counts compared with the capture's baseline.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// Median of all seconds of the capture; none if it is too short to tell.
    usual: Option<f64>,
    n_seconds: i64,
    is_steady: bool,
    /// When it was far above the usual: first and last second since 1970, and the mean.
    rises: Vec<(i64, i64, f64)>,
    /// Where it was furthest above what ordinary traffic of its kind comes to, and that.
    excess: Option<(Excess, Envelope)>,
}

/// What a detector takes for a flood.
#[derive(Clone, Copy, Debug)]
pub struct FloodLimits {
    /// Seconds over which the rate is averaged.
    pub span: i64,
    /// The rate of a second that is a flood whatever is usual.
    pub threshold: f64,
    /// What ordinary traffic stays below over spans of any length; none where nothing can be said of that.
    pub envelope: Option<Envelope>,
}

/// A target that is flooded.
pub struct Flood<'a, K, V> {
    /// The target.
    pub target: &'a K,
    /// Its figures.
    pub figures: &'a V,
    /// Largest mean of a second over the span of the detector.
    pub rate: f64,
    /// What is usual for the target.
    pub baseline: Baseline,
    /// What was measured and from where on it counts: a rate and the threshold, or what is above an envelope and its burst.
    pub measure: (f64, f64),
}

/// Most targets that are compared with their baseline; those with the most of what is counted.
const MOST_CANDIDATES: usize = 200;

/// The candidates that are compared with their baseline, those with the most first: `total` gives what is counted in all.
pub fn most_counted<K, V>(mut candidates: Vec<(K, V)>, total: impl Fn(&V) -> u64) -> Vec<(K, V)> {
    candidates.arrange_by_key(|(_, figures)| Reverse(total(figures)));
    candidates.truncate(MOST_CANDIDATES);
    candidates
}

/// The floods among candidates, those with the most first: `counts` gives what is counted, by seconds and in all.
pub fn floods<'a, K, V>(
    candidates: Vec<(&'a K, &'a V)>,
    counts: impl Fn(&'a V) -> (&'a Seconds, u64),
    limits: FloodLimits,
    span_ns: (i64, i64),
) -> Vec<Flood<'a, K, V>> {
    let mut candidates = candidates;
    candidates.retain(|(_, figures)| limits.may_matter(counts(figures).0));
    let candidates = most_counted(candidates, |figures| counts(figures).1);
    let flood = |(target, figures): (&'a K, &'a V)| {
        let (seconds, _) = counts(figures);
        let (rate, baseline) = (seconds.rate(limits.span), Baseline::within(seconds, span_ns, limits.envelope));
        let measure = baseline.measure(rate, limits.threshold);
        baseline.is_flood(rate, limits.threshold).then_some(Flood { target, figures, rate, baseline, measure })
    };
    candidates.into_iter().filter_map(flood).collect()
}

impl FloodLimits {
    /// True if a target with these counts need be looked at.
    pub fn may_matter(self, seconds: &Seconds) -> bool {
        let is_many = |envelope: Envelope| seconds.total() as f64 > envelope.burst;
        seconds.rate(self.span) >= MODEST * self.threshold || self.envelope.is_some_and(is_many)
    }
}

impl FindingBuilder {
    /// The baseline beside the measured rate, which must be the first evidence, and on the course; `unit` is that of the
    /// rate.
    pub fn baseline(self, baseline: &Baseline, unit: &str, threshold: f64) -> FindingBuilder {
        self.with(|finding| baseline.show(finding, unit, threshold))
    }
}

impl Baseline {
    /// Of these counts in a capture from the first to the last of `span_ns`, and against what is ordinary for their kind.
    pub fn within(seconds: &Seconds, span_ns: (i64, i64), envelope: Option<Envelope>) -> Baseline {
        let capture = (span_ns.0.div_euclid(SECOND), span_ns.1.div_euclid(SECOND));
        let length = capture.1.saturating_sub(capture.0).saturating_add(1);
        let is_ordinary =
            |excess: &Excess| length >= ORDINARY_SECONDS && excess.length() as f64 >= ORDINARY_SHARE * length as f64;
        let excess = envelope.and_then(|envelope| Some((envelope.excess(seconds, capture)?, envelope)));
        Baseline { excess: excess.filter(|(excess, _)| !is_ordinary(excess)), ..Baseline::of(seconds, span_ns) }
    }

    /// Of these counts in a capture from the first to the last of `span_ns`.
    pub fn of(seconds: &Seconds, span_ns: (i64, i64)) -> Baseline {
        let (start, end) = (span_ns.0.div_euclid(SECOND), span_ns.1.div_euclid(SECOND));
        let n_seconds = end.saturating_sub(start).saturating_add(1);
        if n_seconds < LEAST_SECONDS {
            return Baseline::default();
        }
        let width = n_seconds / MOST_STEPS + 1;
        let n_steps = (n_seconds / width + 1) as usize;
        let mut rates = vec![0.0; n_steps.min(n_seconds as usize)];
        for (step, sum) in seconds.stretches(start, width) {
            if let Some(rate) = rates.get_mut(step as usize) {
                *rate = sum as f64 / width as f64;
            }
        }
        let usual = Usual::of(&rates, 1.0);
        let stands_out = |change: &Change| {
            change.mean >= TIMES * usual.median.max(1.0) && change.mean >= 2.0 * change.elsewhere(&rates)
        };
        let time = |place: usize| start + place as i64 * width;
        let rises = changes(&rates, usual, Sense::Up)
            .into_iter()
            .filter(stands_out)
            .map(|change| (time(change.from), time(change.to + 1) - 1, change.mean))
            .collect();
        let n_busy = rates.iter().filter(|rate| **rate > 0.0).count() as f64;
        let most = rates.iter().copied().fold(0.0, f64::max);
        let is_steady = n_busy >= STEADY_SHARE * rates.len() as f64 && most < STEADY_TIMES * usual.median;
        Baseline { usual: Some(usual.median), n_seconds, is_steady, rises, excess: None }
    }

    /// True if it is a flood: past the threshold, or a modest one that lasts and stands out.
    pub fn is_flood(&self, rate: f64, threshold: f64) -> bool {
        rate >= threshold || self.modest(threshold).is_some() || self.excess.is_some()
    }

    /// True if it was far above the usual for some time.
    pub fn has_risen(&self) -> bool {
        self.lasting().next().is_some()
    }

    /// The rises that last.
    fn lasting(&self) -> impl Iterator<Item = &(i64, i64, f64)> {
        self.rises.iter().filter(|(from, to, _)| to - from + 1 >= LEAST_LENGTH)
    }

    /// Where it was furthest above what ordinary traffic of its kind comes to.
    pub fn excess(&self) -> Option<&Excess> {
        self.excess.as_ref().map(|(excess, _)| excess)
    }

    /// What was measured and from where on it counts: the rate and the threshold if it is past that, else what is above the
    /// envelope and its burst.
    pub fn measure(&self, rate: f64, threshold: f64) -> (f64, f64) {
        match self.excess {
            Some((excess, envelope)) if rate < threshold => (excess.above, envelope.burst),
            _ => (rate, threshold),
        }
    }

    /// The largest rise that lasts and is past a share of the threshold.
    fn modest(&self, threshold: f64) -> Option<&(i64, i64, f64)> {
        self.lasting().filter(|rise| rise.2 >= MODEST * threshold).max_by(|a, b| a.2.total_cmp(&b.2))
    }

    /// True if the load is constant, in a capture that is long enough to call it ordinary.
    pub fn is_ordinary(&self) -> bool {
        self.is_steady && self.n_seconds >= ORDINARY_SECONDS
    }

    /// The confidence if the rate is not past the fixed threshold and only the baseline indicates a flood: the further
    /// above ordinary traffic, the higher.
    pub fn weigh(&self, confidence: Confidence, is_past: bool) -> Confidence {
        let sure = match &self.excess {
            Some((excess, envelope)) => {
                MODEST_CONFIDENCE + (1.0 - MODEST_CONFIDENCE) * extent(excess.above, envelope.burst)
            }
            None => MODEST_CONFIDENCE,
        };
        if is_past { confidence } else { confidence.lowered(sure) }
    }

    /// As [`Baseline::weigh`], where ordinary use of the target may look the same: what was there all along may be that.
    pub fn weigh_load(&self, confidence: Confidence, is_past: bool) -> Confidence {
        let is_load = is_past && self.is_steady;
        if is_load { confidence.lowered(STEADY_CONFIDENCE) } else { self.weigh(confidence, is_past) }
    }

    /// Shows the baseline beside the measured rate and marks the change on the chart; `unit` is that of the rate, and the
    /// threshold the one that was applied.
    fn show(&self, finding: &mut Finding, unit: &str, threshold: f64) {
        self.show_excess(finding, threshold);
        let Some(usual) = self.usual else { return };
        let whole = span(self.n_seconds.saturating_mul(SECOND)).replace(".00 s", " s");
        let beside = format!("median {} in this capture ({whole})", finding_builder::round3(usual));
        let evidence = match self.rises.iter().max_by(|a, b| a.2.total_cmp(&b.2)) {
            Some((from, to, mean)) => {
                if usual > 0.0 {
                    finding
                        .explanation
                        .push_str(&format!(" That is {:.0} times the baseline of this capture.", mean / usual));
                }
                let length = span((to - from + 1).saturating_mul(SECOND)).replace(".00 s", " s");
                let name = format!("Mean over the {length} in which it was far above the baseline");
                finding_builder::evidence(&name, *mean, unit, beside)
            }
            None if self.excess.is_some() => return,
            None => {
                let typical = if self.is_steady { "it was so throughout" } else { "no lasting rise" };
                finding_builder::evidence("Baseline per second in this capture, median", usual, unit, typical)
            }
        };
        finding.evidence.insert(1.min(finding.evidence.len()), evidence);
        if let Some(series) = &mut finding.series {
            let spans = self.rises.iter().map(|(from, to, _)| (from * SECOND, (to + 1) * SECOND - 1));
            series.changes = spans.take(Series::MOST_CHANGES).collect();
            let is_below = |level: &&mut Level| series.points.iter().all(|(_, value)| *value < level.value);
            if let Some(level) = series.level.as_mut().filter(is_below) {
                *level = Level { name: "threshold above this baseline".to_owned(), value: MODEST * threshold };
                finding.explanation.push_str(" It is below the fixed threshold, but far above the baseline.");
            }
        }
    }
}

impl Baseline {
    /// Shows the span that exceeds the envelope, if neither the threshold nor the capture's own baseline was exceeded.
    fn show_excess(&self, finding: &mut Finding, threshold: f64) {
        let Some((excess, envelope)) = &self.excess else { return };
        let Some(series) = &mut finding.series else { return };
        let is_past = series.points.iter().any(|(_, value)| *value >= threshold);
        if is_past || self.modest(threshold).is_some() {
            return;
        }
        let round = |value: f64| finding_builder::round3((value * 10.0).round() / 10.0);
        let length = span(excess.length().saturating_mul(SECOND)).replace(".00 s", " s");
        series.level = Some(Level { name: "ordinary for long".to_owned(), value: envelope.rate });
        series.changes = vec![(excess.seconds.0 * SECOND, (excess.seconds.1 + 1) * SECOND - 1)];
        let elsewhere = match excess.elsewhere {
            Some(elsewhere) if excess.is_rise() => format!(", and {} a second at other times", round(elsewhere)),
            _ => String::new(),
        };
        finding.explanation.push_str(&format!(
            " For {length} it was {} a second{elsewhere}: not many in a second, but it lasts. Ordinary traffic comes \
             to at most {} at once and {} a second.",
            round(excess.rate()),
            round(envelope.burst),
            round(envelope.rate)
        ));
        let beside = format!("below {} (and {} a second)", round(envelope.burst), round(envelope.rate));
        let line =
            finding_builder::evidence(&format!("Above the ordinary rate over {length}"), excess.above, "", beside);
        finding.evidence.insert(1.min(finding.evidence.len()), line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rates: &[u32]) -> (Seconds, (i64, i64)) {
        let mut seconds = Seconds::default();
        for (second, rate) in rates.iter().enumerate().filter(|(_, rate)| **rate > 0) {
            seconds.add(second as i64 * SECOND, *rate);
        }
        (seconds, (0, rates.len() as i64 * SECOND - 1))
    }

    fn of(rates: &[u32]) -> Baseline {
        let (seconds, span_ns) = counts(rates);
        Baseline::of(&seconds, span_ns)
    }

    #[test]
    fn a_modest_flood_over_a_quiet_baseline_is_one_and_a_short_burst_is_not() {
        let mut rates = vec![1; 120];
        rates[40..60].fill(30);
        let modest = of(&rates);
        assert!(modest.is_flood(30.0, 100.0) && !modest.is_flood(30.0, 200.0));
        assert_eq!(modest.rises.iter().map(|(from, to, _)| (*from, *to)).collect::<Vec<_>>(), [(40, 59)]);
        assert!(modest.weigh(Confidence::VERY_LIKELY, false) < Confidence::LIKELY);
        rates[44..60].fill(1);
        assert!(!of(&rates).is_flood(30.0, 100.0));
        assert!(!of(&rates[35..64]).is_flood(30.0, 100.0), "too short to have a usual");
    }

    #[test]
    fn a_load_that_was_there_all_along_is_ordinary_in_a_long_capture_and_doubtful_in_a_short_one() {
        let load = |n: usize| of(&(0..n).map(|i| 150 + (i as u32 * 7) % 60).collect::<Vec<_>>());
        assert!(load(900).is_ordinary() && !load(90).is_ordinary());
        assert_eq!(load(90).weigh_load(Confidence::LIKELY, true), Confidence::LIKELY.lowered(0.5));
        assert_eq!(load(90).weigh(Confidence::LIKELY, true), Confidence::LIKELY);
        let bursts: Vec<u32> = (0..900).map(|i| if i % 30 < 5 { 40 } else { 0 }).collect();
        assert!(
            !of(&bursts).is_ordinary() && !of(&bursts).is_flood(40.0, 100.0),
            "what comes again and again is usual"
        );
    }

    #[test]
    fn what_was_usual_stands_beside_what_was_measured() {
        let mut rates = vec![2; 60];
        rates[20..30].fill(500);
        let (seconds, span_ns) = counts(&rates);
        let mut finding = Finding::of("icmp_flood", crate::model::Category::Flood);
        finding.series = seconds.course("Pings", "packets/s", 100.0, span_ns);
        Baseline::of(&seconds, span_ns).show(&mut finding, "packets/s", 100.0);
        assert_eq!((finding.evidence[0].value, finding.evidence[0].unit.as_str()), (500.0, "packets/s"));
        assert!(
            finding.evidence[0].typical.starts_with("median 2 in this capture")
                && finding.explanation.contains("250 times")
        );
        assert_eq!(
            finding.series.as_ref().and_then(|series| series.level.as_ref()).map(|level| level.value),
            Some(100.0)
        );
        assert_eq!(finding.series.map(|series| series.changes), Some(vec![(20 * SECOND, 30 * SECOND - 1)]));
        rates[20..30].fill(40);
        let (seconds, span_ns) = counts(&rates);
        finding.series = seconds.course("Pings", "packets/s", 100.0, span_ns);
        Baseline::of(&seconds, span_ns).show(&mut finding, "packets/s", 100.0);
        assert_eq!(finding.series.and_then(|series| series.level).map(|level| level.value), Some(25.0));
    }
}
