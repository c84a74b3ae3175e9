//! Rates the severity of a finding by one written rule for all detectors.
//!
//! Risk = impact x confidence x (0.6 + 0.4 x extent), after the likelihood-times-impact rule of NIST SP 800-30 Rev. 1.
//! Bands: below 0.15 info, from 0.15 low, from 0.30 medium, from 0.50 high, from 0.75 critical. So a detector that
//! only just reaches its threshold never says more than 60 % of the impact allows, and an unsure one says less still.
//!
//! Impact is what happens if the finding is true. What only lies open, such as a password that was sent in the clear,
//! has not happened yet: it weighs as little as a nuisance unless it opens a machine, or is known to open an account of
//! one, or many have the same habit.

use crate::maths::elementary::log10;
use crate::model::Severity;

/// How sure a detector is that a finding's title is true: one of five levels, or less if there is counter-evidence.
///
/// The words and their ranges are those of Intelligence Community Directive 203 (Analytic Standards, ODNI 2015); the
/// value of each is from the confidence scale of STIX 2.1 (OASIS 2021, appendix A, DNI scale).
/// Which level a sign deserves is set by us, from what else makes the same sign.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Confidence(f64);

impl Confidence {
    /// Unlikely (20 to 45 %): most of what looks so is harmless; worth a look beside other findings.
    pub const UNLIKELY: Confidence = Confidence(0.30);
    /// Roughly even chance (45 to 55 %): harmless causes are as common.
    pub const EVEN: Confidence = Confidence(0.50);
    /// Likely (55 to 80 %): harmless causes exist and are rarer.
    pub const LIKELY: Confidence = Confidence(0.70);
    /// Very likely (80 to 95 %): a harmless cause would be an exception, such as an authorised test.
    pub const VERY_LIKELY: Confidence = Confidence(0.85);
    /// Almost certain (95 to 99 %): what was seen is the thing itself, not a sign of it.
    pub const ALMOST_CERTAIN: Confidence = Confidence(0.95);

    /// From 0 to 1.
    pub fn value(self) -> f64 {
        self.0
    }

    /// Lowered by a factor from 0 to 1.
    pub fn lowered(self, factor: f64) -> Confidence {
        Confidence(self.0 * factor.clamp(0.0, 1.0))
    }

    /// Between this level and another one, by the share (0 to 1) of the signs that are there.
    pub fn towards(self, other: Confidence, signs: f64) -> Confidence {
        Confidence(self.0 + (other.0 - self.0) * signs.clamp(0.0, 1.0))
    }
}

/// What happens if the finding is true, from 0 to 1. These values are set by us: they order the consequences, worst
/// last, and no source gives figures for them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Impact(f64);

impl Impact {
    /// A weakness that could be used; no use was seen. One case is low, many together are medium.
    pub const EXPOSURE: Impact = Impact(0.35);
    /// A secret that is known to open an account of a machine is exposed; no use was seen.
    pub const EXPOSED_ACCOUNT: Impact = Impact(0.53);
    /// A weakness that gives control of a machine; no use was seen.
    pub const EXPOSED_COMMAND: Impact = Impact(0.55);
    /// For information: it wastes resources or breaks a local policy.
    pub const NUISANCE: Impact = Impact(0.35);
    /// For information: it is about the capture, and says how far other figures can be trusted.
    pub const CAVEAT: Impact = Impact(0.15);
    /// A service is slower than it should be for those who use it.
    pub const SLOWDOWN: Impact = Impact(0.5);
    /// An external host scans for what is reachable; the internet does that all day.
    pub const OUTSIDE_LOOK: Impact = Impact(0.45);
    /// An external host scans the services of one machine: aimed at it, unlike what the internet does all day.
    pub const OUTSIDE_AIM: Impact = Impact(0.55);
    /// An internal host scans for what is reachable.
    pub const INSIDE_LOOK: Impact = Impact(0.6);
    /// An attempt to gain access.
    pub const ACCESS_TRY: Impact = Impact(0.75);
    /// A service or the network itself is made slow or unreachable.
    pub const OUTAGE: Impact = Impact(0.8);
    /// A machine may be controlled from outside, or data may be leaving.
    pub const CONTROL: Impact = Impact(0.8);
    /// Traffic of others may be read or changed.
    pub const INTERCEPTION: Impact = Impact(0.9);
}

/// The severity by the rule above; `extent` runs from 0 to 1.
pub fn severity(impact: Impact, confidence: Confidence, extent: f64) -> Severity {
    let risk = impact.0 * confidence.value() * (0.6 + 0.4 * extent.clamp(0.0, 1.0));
    match risk {
        r if r >= 0.75 => Severity::Critical,
        r if r >= 0.50 => Severity::High,
        r if r >= 0.30 => Severity::Medium,
        r if r >= 0.15 => Severity::Low,
        _ => Severity::Info,
    }
}

/// Extent of an act that does its full damage at once, such as copied secrets: repetition does not add to it.
pub const WHOLE: f64 = 1.0;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_threshold_is_medium_and_a_wide_sure_case_is_high() {
        assert_eq!(severity(Impact::INSIDE_LOOK, Confidence::ALMOST_CERTAIN, 0.0), Severity::Medium);
        assert_eq!(severity(Impact::INSIDE_LOOK, Confidence::ALMOST_CERTAIN, 1.0), Severity::High);
        assert_eq!(severity(Impact::OUTSIDE_LOOK, Confidence::ALMOST_CERTAIN, 0.0), Severity::Low);
        assert_eq!(severity(Impact::INTERCEPTION, Confidence::ALMOST_CERTAIN, 1.0), Severity::Critical);
        assert_eq!(severity(Impact::INSIDE_LOOK, Confidence::UNLIKELY.lowered(0.7), 0.0), Severity::Info);
        assert_eq!(severity(Impact::EXPOSURE, Confidence::ALMOST_CERTAIN, 0.0), Severity::Low);
        assert_eq!(severity(Impact::EXPOSURE, Confidence::ALMOST_CERTAIN, extent(8.0, 1.0)), Severity::Medium);
        assert_eq!(severity(Impact::EXPOSED_COMMAND, Confidence::ALMOST_CERTAIN, 0.0), Severity::Medium);
    }

    #[test]
    fn extent_and_score_start_at_the_threshold() {
        assert_eq!((extent(15.0, 15.0), extent(150.0, 15.0), extent(1500.0, 15.0)), (0.0, 1.0, 1.0));
        assert_eq!((past(15.0, 15.0), past(0.0, 15.0)), (0.5, 0.0));
    }

    #[test]
    fn a_confidence_lies_between_its_levels_and_is_only_lowered() {
        let levels = [
            Confidence::UNLIKELY,
            Confidence::EVEN,
            Confidence::LIKELY,
            Confidence::VERY_LIKELY,
            Confidence::ALMOST_CERTAIN,
        ];
        assert!(levels.is_sorted_by(|a, b| a < b));
        assert_eq!(Confidence::UNLIKELY.towards(Confidence::EVEN, 0.5).value(), 0.4);
        assert_eq!(Confidence::EVEN.towards(Confidence::LIKELY, 7.0), Confidence::LIKELY);
        assert_eq!(Confidence::EVEN.lowered(2.0), Confidence::EVEN);
        assert_eq!(Confidence::EVEN.lowered(0.5).value(), 0.25);
    }
}
