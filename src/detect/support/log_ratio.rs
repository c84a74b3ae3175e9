//! Turns a log-likelihood ratio, added up from several signs, into a confidence and a line of evidence.
//!
//! It is the natural logarithm of a likelihood ratio, put together by adding (naive Bayes): of each sign ln P(sign | what is
//! looked for) / P(sign | what else looks like it). Signs of one program are not independent, so each is bounded where it is
//! weighed: more of the same adds nothing. Most chances are set by us, from what is published; the detectors say from what.

use crate::detect::support::finding_builder;
use crate::detect::support::severity::Confidence;
use crate::model::Evidence;

/// The confidence that evidence gives, if `least` is required: "likely" at `least`, and `most` where it is `full`
/// more.
pub fn sure(log_ratio: f64, (least, full): (f64, f64), most: Confidence) -> Confidence {
    Confidence::LIKELY.towards(most, (log_ratio - least) / full)
}

/// Evidence as a measured value, beside what is usual.
pub fn evidence(what: &str, log_ratio: f64, usual: impl Into<String>) -> Evidence {
    finding_builder::evidence(&format!("{what}, ln of the likelihood ratio"), log_ratio, "", usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_evidence_makes_surer_up_to_the_most() {
        let sure = [6.0, 10.0, 14.0, 90.0].map(|ratio| sure(ratio, (6.0, 8.0), Confidence::ALMOST_CERTAIN));
        assert_eq!((sure[0], sure[2], sure[3]), (Confidence::LIKELY, sure[3], Confidence::ALMOST_CERTAIN));
        assert!(sure[0] < sure[1] && sure[1] < sure[2]);
    }
}
