//! Findings for people: expected ones are separated, related ones are linked.
//!
//! Nothing here reads or scores: a changed allow-list takes effect at once, on the page as in the command.

pub mod deduplicate;
mod incident;
pub mod offer;

pub use incident::link;

use crate::model::analysis::{Analysis, Expected};
use crate::model::{Finding, Rule};

/// Separates the findings that match a rule, returns those that no longer match one, and links the rest.
pub fn apply(analysis: &mut Analysis, rules: &[Rule]) {
    let before = std::mem::take(&mut analysis.expected);
    let mut all = std::mem::take(&mut analysis.findings);
    all.extend(before.into_iter().map(|expected| expected.finding));
    Finding::sort(&mut all);
    for finding in all {
        match rules.iter().find(|rule| rule.fits(&finding)) {
            Some(rule) => analysis.expected.push(Expected { finding, rule: rule.clone() }),
            None => analysis.findings.push(finding),
        }
    }
    analysis.incidents = link(&analysis.findings);
    analysis.rules = rules.to_vec();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::tests::made;

    #[test]
    fn what_fits_stands_apart_and_comes_back_when_the_rule_is_gone() {
        let mut analysis = Analysis {
            findings: vec![made("beacon", &[[10, 0, 0, 1]], &[]), made("port_scan", &[[10, 0, 0, 2]], &[])],
            ..Analysis::default()
        };
        let all = analysis.clone();
        let rule = Rule { detector: Some("beacon".into()), note: "Monitoring".into(), ..Rule::default() };
        apply(&mut analysis, std::slice::from_ref(&rule));
        assert_eq!((analysis.findings.len(), analysis.expected.len()), (1, 1));
        assert_eq!((&analysis.expected[0].rule, analysis.rule_of("beacon-1")), (&rule, Some(&rule)));
        assert!(analysis.finding("beacon-1").is_some() && analysis.rule_of("port_scan-1").is_none());
        let once = analysis.clone();
        apply(&mut analysis, std::slice::from_ref(&rule));
        assert_eq!(analysis, once);
        apply(&mut analysis, &[]);
        assert_eq!(analysis, all);
    }
}
