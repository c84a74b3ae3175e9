//! Threshold random walk: decides from the outcomes of first contacts, in order of time, whether their source scans.
//!
//! Jung, Paxson, Berger, Balakrishnan: Fast Portscan Detection Using Sequential Hypothesis Testing, IEEE S&P 2004.

use crate::detect::support::finding_builder;
use crate::maths::elementary::{ln, log10};
use crate::maths::sorting::Arrange;
use crate::model::finding::series::{Level, SeriesKind};
use crate::model::{Evidence, Series};
use std::sync::LazyLock;

/// Chance that a first contact of an ordinary host succeeds.
const THETA_ORDINARY: f64 = 0.8;
/// Chance that a first contact of a scanner succeeds.
const THETA_SCANNER: f64 = 0.2;
/// Wanted chance of calling an ordinary host a scanner.
const ALPHA: f64 = 0.01;
/// Wanted chance of calling a scanner a scanner.
const BETA: f64 = 0.99;

/// Natural logarithms of the likelihood ratios of the outcomes and of the verdicts. Computed once: a walk takes a step for
/// every first contact.
struct LogRatios {
    success: f64,
    failure: f64,
    scanner: f64,
    ordinary: f64,
}

static LOG_RATIOS: LazyLock<LogRatios> = LazyLock::new(|| LogRatios {
    success: ln(THETA_SCANNER / THETA_ORDINARY),
    failure: ln((1.0 - THETA_SCANNER) / (1.0 - THETA_ORDINARY)),
    scanner: ln(BETA / ALPHA),
    ordinary: ln((1.0 - BETA) / (1.0 - ALPHA)),
});

/// Natural logarithm of the likelihood ratio from which on a verdict is "scanner": beta/alpha.
pub static SURE: LazyLock<f64> = LazyLock::new(|| LOG_RATIOS.scanner);

/// What a walk measures, for people.
const LIKELIHOOD: &str = "Scanner against ordinary client, log10 of the likelihood ratio";

/// The likelihood ratio, of which this is the natural logarithm, as a measured value.
pub fn likelihood(log_ratio: f64) -> Evidence {
    finding_builder::evidence(
        LIKELIHOOD,
        log_ratio / std::f64::consts::LN_10,
        "",
        "below 2 (beta/alpha = 99, Jung et al. 2004)",
    )
}

/// A sequential test of one source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Walk {
    log_ratio: f64,
    is_scanner: bool,
}

impl Walk {
    /// Takes the outcome of the next first contact. The first verdict "scanner" stays; after the verdict "ordinary" the
    /// walk begins again, so that a host that turns bad later is still seen.
    pub fn step(&mut self, is_success: bool) {
        self.log_ratio += if is_success { LOG_RATIOS.success } else { LOG_RATIOS.failure };
        if self.log_ratio >= LOG_RATIOS.scanner {
            self.is_scanner = true;
        } else if !self.is_scanner && self.log_ratio <= LOG_RATIOS.ordinary {
            self.log_ratio = 0.0;
        }
    }

    /// True once the ratio has passed beta/alpha.
    pub fn is_scanner(self) -> bool {
        self.is_scanner
    }

    /// Natural logarithm of the likelihood ratio of "scanner" to "ordinary" as it stands now.
    pub fn log_ratio(self) -> f64 {
        self.log_ratio
    }

    /// The whole walk at once.
    pub fn over(outcomes: impl IntoIterator<Item = bool>) -> Walk {
        let mut walk = Walk::default();
        outcomes.into_iter().for_each(|is_success| walk.step(is_success));
        walk
    }
}

/// Steps that are shown even where the verdict comes earlier.
const LEAST_SHOWN: usize = 12;

/// The outcomes of the first [`Steps::MOST`] first contacts, small enough to be kept with every case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Steps {
    /// A bit each, the first the lowest: 1 for a success.
    bits: u64,
    n: u8,
}

impl Steps {
    /// Most outcomes kept: the test decides long before.
    pub const MOST: u8 = 64;

    /// The first of these outcomes.
    pub fn of(outcomes: impl IntoIterator<Item = bool>) -> Steps {
        let mut steps = Steps::default();
        for is_success in outcomes.into_iter().take(usize::from(Steps::MOST)) {
            steps.bits |= u64::from(is_success) << steps.n;
            steps.n += 1;
        }
        steps
    }

    /// The walk step by step, for the eye: log10 of the likelihood ratio beside the verdict's.
    pub fn course(self) -> Option<Series> {
        let mut walk = Walk::default();
        let points = (0..self.n).map(|step| {
            walk.step(self.bits >> step & 1 == 1);
            (i64::from(step) + 1, walk.log_ratio() / std::f64::consts::LN_10)
        });
        let level = log10(BETA / ALPHA);
        let mut points: Vec<(i64, f64)> = points.collect();
        // What comes long after the verdict would only make it small.
        if let Some(verdict) = points.iter().position(|(_, value)| *value >= level) {
            points.truncate((3 * (verdict + 1)).max(LEAST_SHOWN));
        }
        (points.len() >= 2).then(|| Series {
            kind: SeriesKind::Walk,
            name: LIKELIHOOD.to_owned(),
            unit: String::new(),
            points,
            level: Some(Level { name: "a scanner from".to_owned(), value: level }),
            changes: Vec::new(),
        })
    }
}

/// Most events within any span of `window_ns`; `times_ns` ascending.
pub fn busiest(times_ns: &[i64], window_ns: i64) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, time) in times_ns.iter().enumerate() {
        while times_ns.get(first).is_some_and(|early| time - early > window_ns) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

/// Most spans (first and last moment, both included) that share one moment.
pub fn most_open(spans: impl Iterator<Item = (i64, i64)>) -> usize {
    let mut edges: Vec<(i64, i32)> =
        spans.flat_map(|(first, last)| [(first, 1), (last.saturating_add(1), -1)]).collect();
    edges.arrange();
    let (mut open, mut most) = (0_i32, 0_i32);
    for (_, step) in edges {
        open += step;
        most = most.max(open);
    }
    most.max(0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_failures_in_a_row_make_a_scanner_and_three_do_not() {
        assert!(!Walk::over([false; 3]).is_scanner());
        assert!(Walk::over([false; 4]).is_scanner());
        assert!((Walk::over([false; 4]).log_ratio() - 256_f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn successes_pay_for_failures_until_the_walk_begins_again() {
        assert!(!Walk::over([true, false, true, false, true, false, false]).is_scanner());
        // Four successes reach "ordinary"; the walk begins again and four failures then suffice.
        assert!(Walk::over([true, true, true, true, false, false, false, false]).is_scanner());
    }

    #[test]
    fn the_course_of_a_walk_crosses_its_level_where_the_verdict_falls() {
        let series = Steps::of([false, true, false, false, false, false, true]).course().unwrap();
        let level = series.level.unwrap().value;
        let crossed = series.points.iter().find(|(_, value)| *value >= level);
        assert_eq!(crossed.map(|(step, _)| *step), Some(6));
        assert!((series.points[0].1 - 4_f64.log10()).abs() < 1e-9 && series.points[1].1.abs() < 1e-9);
        assert_eq!(Steps::of([false; 500]).course().map(|series| series.points.len()), Some(LEAST_SHOWN));
        let undecided = (0..500).map(|step| step % 2 == 1);
        assert_eq!(Steps::of(undecided).course().map(|series| series.points.len()), Some(64));
        assert!(Steps::of([false]).course().is_none());
    }

    #[test]
    fn the_busiest_span_slides() {
        assert_eq!(busiest(&[0, 10, 11, 12, 30], 2), 3);
        assert_eq!(busiest(&[], 2), 0);
    }

    #[test]
    fn spans_that_touch_are_open_together() {
        assert_eq!(most_open([(0, 5), (5, 9), (6, 7), (20, 30)].into_iter()), 2);
    }
}
