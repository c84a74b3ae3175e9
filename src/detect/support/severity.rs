//! How much a finding matters, by one written rule for all detectors.
//!
//! Risk = impact x confidence x (0.6 + 0.4 x extent), after the likelihood-times-impact rule of NIST SP 800-30 Rev. 1.
//! Bands: below 0.15 info, from 0.15 low, from 0.30 medium, from 0.50 high, from 0.75 critical. So a detector that
//! only just reaches its threshold never says more than 60 % of the impact allows, and an unsure one says less still.
//!
//! Impact is what happens if the finding is true. What only lies open, such as a password that was sent in the clear,
//! has not happened yet: it weighs as little as a nuisance unless it opens a machine, or many have the same habit.

use crate::maths::elementary::log10;
use crate::model::{Finding, Severity};

/// What happens if the finding is true, from 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Impact(f64);

impl Impact {
    /// A weakness that somebody could use; nobody has been seen to. One case is low, many together are medium.
    pub const EXPOSURE: Impact = Impact(0.35);
    /// A weakness that gives whoever uses it command of a machine; nobody has been seen to.
    pub const EXPOSED_COMMAND: Impact = Impact(0.55);
    /// Worth knowing: it wastes resources or breaks a rule of the house.
    pub const NUISANCE: Impact = Impact(0.35);
    /// Somebody outside looks at what is reachable; the internet does that all day.
    pub const OUTSIDE_LOOK: Impact = Impact(0.45);
    /// Somebody inside looks at what is reachable.
    pub const INSIDE_LOOK: Impact = Impact(0.6);
    /// Somebody tries to get in.
    pub const ACCESS_TRY: Impact = Impact(0.75);
    /// A service or the network itself is made slow or unreachable.
    pub const OUTAGE: Impact = Impact(0.8);
    /// A machine may be controlled from outside, or data may be leaving.
    pub const CONTROL: Impact = Impact(0.8);
    /// Other people's traffic may be read or changed.
    pub const INTERCEPTION: Impact = Impact(0.9);
}

/// The severity by the rule above; `confidence` and `extent` run from 0 to 1.
pub fn severity(impact: Impact, confidence: f64, extent: f64) -> Severity {
    let risk = impact.0 * confidence.clamp(0.0, 1.0) * (0.6 + 0.4 * extent.clamp(0.0, 1.0));
    match risk {
        r if r >= 0.75 => Severity::Critical,
        r if r >= 0.50 => Severity::High,
        r if r >= 0.30 => Severity::Medium,
        r if r >= 0.15 => Severity::Low,
        _ => Severity::Info,
    }
}

/// Extent of a count: 0 at the threshold, 1 at ten times the threshold, logarithmic between.
pub fn extent(value: f64, threshold: f64) -> f64 {
    if value <= 0.0 || threshold <= 0.0 {
        return 0.0;
    }
    log10(value / threshold).clamp(0.0, 1.0)
}

/// How far a value is past its threshold, for the score: 0.5 at the threshold, towards 1 far past it.
pub fn past(value: f64, threshold: f64) -> f64 {
    if value <= 0.0 { 0.0 } else { value / (value + threshold.max(f64::MIN_POSITIVE)) }
}

/// Gives a finding its severity, score and confidence: `value` is what was measured, `threshold` where it begins to count.
pub fn rate(finding: &mut Finding, impact: Impact, confidence: f64, (value, threshold): (f64, f64)) {
    finding.severity = severity(impact, confidence, extent(value, threshold));
    finding.score = past(value, threshold);
    finding.confidence = confidence;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_threshold_is_medium_and_a_wide_sure_case_is_high() {
        assert_eq!(severity(Impact::INSIDE_LOOK, 0.9, 0.0), Severity::Medium);
        assert_eq!(severity(Impact::INSIDE_LOOK, 0.95, 1.0), Severity::High);
        assert_eq!(severity(Impact::OUTSIDE_LOOK, 0.95, 0.0), Severity::Low);
        assert_eq!(severity(Impact::INTERCEPTION, 0.95, 1.0), Severity::Critical);
        assert_eq!(severity(Impact::INSIDE_LOOK, 0.2, 0.0), Severity::Info);
        assert_eq!(severity(Impact::EXPOSURE, 0.95, 0.0), Severity::Low);
        assert_eq!(severity(Impact::EXPOSURE, 0.95, extent(8.0, 1.0)), Severity::Medium);
        assert_eq!(severity(Impact::EXPOSED_COMMAND, 0.95, 0.0), Severity::Medium);
    }

    #[test]
    fn extent_and_score_start_at_the_threshold() {
        assert_eq!((extent(15.0, 15.0), extent(150.0, 15.0), extent(1500.0, 15.0)), (0.0, 1.0, 1.0));
        assert_eq!((past(15.0, 15.0), past(0.0, 15.0)), (0.5, 0.0));
    }
}
