//! Findings of several detectors about one cause to one: the weaker ones are folded under the strongest.

use super::CARDS;
use crate::model::Address;
use crate::model::finding::{Category, Finding};
use crate::model::time::SECOND;
use std::collections::BTreeMap;

/// Findings about the same actors that are this far apart are two events.
const APART_NS: i64 = 60 * SECOND;

/// Same kind, same actors.
type Cause = (Category, Vec<Address>, Vec<Address>);

/// Folds findings of the same category between the same sources and targets, at the same ports and time, into the first
/// in the order of [`Finding::sort`], which then says who saw it too.
pub fn fold(mut findings: Vec<Finding>) -> Vec<Finding> {
    Finding::sort(&mut findings);
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut places: BTreeMap<Cause, Vec<usize>> = BTreeMap::new();
    for finding in findings {
        let same = places.entry((finding.category, finding.sources.clone(), finding.targets.clone())).or_default();
        let stronger = same.iter().copied().find(|place| kept.get(*place).is_some_and(|kept| is_one(kept, &finding)));
        match stronger.and_then(|place| kept.get_mut(place)) {
            Some(stronger) => take(stronger, &finding),
            None => {
                same.push(kept.len());
                kept.push(finding);
            }
        }
    }
    kept
}

/// True if both are of one event, seen by two detectors. Outliers are not events: they stay as they are.
fn is_one(a: &Finding, b: &Finding) -> bool {
    let is_together =
        a.start_ns <= b.end_ns.saturating_add(APART_NS) && b.start_ns <= a.end_ns.saturating_add(APART_NS);
    a.detector != b.detector && a.ports == b.ports && is_together && a.category != Category::Statistical
}

fn take(stronger: &mut Finding, weaker: &Finding) {
    let card = CARDS.iter().map(|(card, _)| card).find(|card| card.id == weaker.detector);
    let name = card.map_or(weaker.detector.as_str(), |card| card.name);
    stronger.explanation.push_str(&format!(" The detector \u{201c}{name}\u{201d} saw it too."));
    stronger.start_ns = stronger.start_ns.min(weaker.start_ns);
    stronger.end_ns = stronger.end_ns.max(weaker.end_ns);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::{inside, outside};
    use crate::detect::{draft, ftp_guessing, login_guessing};
    use crate::model::Severity;

    #[test]
    fn the_weaker_of_two_about_one_cause_is_folded() {
        let made = |card, confidence, port| Finding {
            severity: Severity::High,
            score: confidence,
            confidence,
            sources: draft::addresses([inside(1)]),
            targets: draft::addresses([outside(1)]),
            ports: vec![port],
            ..draft::begin(card)
        };
        let strong = made(&login_guessing::ENTRY.card, 0.9, 21);
        let weak = made(&ftp_guessing::ENTRY.card, 0.5, 21);
        let other = made(&ftp_guessing::ENTRY.card, 0.5, 2121);
        let folded = fold(vec![weak, strong, other]);
        assert_eq!(folded.len(), 2);
        assert_eq!(folded[0].detector, "login_guessing");
        assert!(folded[0].explanation.contains("saw it too"));
    }
}
