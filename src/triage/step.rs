//! A finding to the stage of an attack that it is, in the order of the kill chain.

use crate::model::finding::{Category, Finding, Severity};

/// Stage of an attack.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Step {
    /// Somebody looks at what is there.
    Look,
    /// Somebody tries to get in, or gets between others.
    Try,
    /// Somebody is in.
    Access,
    /// What is in takes orders or works for others.
    Control,
    /// Data leaves, or a service goes down.
    Harm,
}

/// The stage of a finding; none if it belongs to no particular stage, or is for information only.
pub(super) fn step(finding: &Finding) -> Option<Step> {
    if finding.severity == Severity::Info {
        return None;
    }
    Some(match finding.category {
        Category::Scan => Step::Look,
        Category::BruteForce | Category::Spoofing => Step::Try,
        Category::Cleartext | Category::LateralMovement => Step::Access,
        Category::Beacon | Category::CovertChannel | Category::Mining => Step::Control,
        Category::Exfiltration | Category::Flood => Step::Harm,
        Category::ProtocolAbuse | Category::LongConnection => return step_of_technique(finding.technique.as_deref()?),
        Category::Performance | Category::Statistical => return None,
    })
}

/// The step of a technique whose category may be any or none; the rest of the technique's id is what of it was done.
fn step_of_technique(technique: &str) -> Option<Step> {
    let (main, part) = technique.split_once('.').unwrap_or((technique, ""));
    match (main, part) {
        // Exploitation of a service, and the tools that try all they know.
        ("T1190" | "T1210" | "T1203", _) | ("T1595", "002") => Some(Step::Try),
        ("T1595", _) => Some(Step::Look),
        // A shell that obeys.
        ("T1059", _) => Some(Step::Control),
        _ => None,
    }
}
