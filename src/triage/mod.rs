//! Findings for people: expected ones are separated, related ones are linked.
//!
//! Nothing here reads or scores: a changed allow-list takes effect at once, on the page as in the command.

pub mod deduplicate;
mod incident;
pub mod offer;
mod sentence;
mod step;

pub use incident::link;

use crate::issue::{IssueKind, IssueLog};
use crate::maths::sorting::Arrange;
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
    tell_everything(analysis, rules);
    analysis.rules = rules.to_vec();
}

/// A rule that expects everything is no secret.
fn tell_everything(analysis: &mut Analysis, rules: &[Rule]) {
    let kind = IssueKind::EverythingExpected;
    analysis.issues.retain(|issue| issue.id != kind.id());
    let is_everything = |rule: &Rule| rule.is_everything();
    if rules.iter().any(is_everything) {
        let n = analysis.expected.iter().filter(|expected| is_everything(&expected.rule)).count();
        let mut log = IssueLog::default();
        (0..n.max(1)).for_each(|_| log.add(kind, None, None));
        analysis.issues.extend(log.issues());
        analysis.issues.arrange_by_key(|issue| std::cmp::Reverse(issue.severity));
    }
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

    #[test]
    fn a_rule_that_expects_everything_is_an_issue_as_long_as_it_is_there() {
        let finding = || made("beacon", &[[10, 0, 0, 1]], &[[10, 0, 0, 2]]);
        let mut analysis = Analysis { findings: vec![finding(), finding()], ..Analysis::default() };
        let told = |analysis: &Analysis| {
            analysis.issues.iter().find(|issue| issue.id == "everything-expected").map(|issue| issue.count)
        };
        for net in ["0.0.0.0/0", "::/0"] {
            let all = Rule { host: crate::model::Net::parse(net), ..Rule::default() };
            for _ in 0..2 {
                apply(&mut analysis, std::slice::from_ref(&all));
                let n_expected = analysis.expected.len() as u64;
                assert_eq!(told(&analysis), Some(n_expected.max(1)), "{net}");
            }
            assert!(!Rule { port: Some(443), ..all }.is_everything());
        }
        let some = Rule { host: crate::model::Net::parse("10.0.0.0/8"), ..Rule::default() };
        apply(&mut analysis, &[some]);
        assert_eq!((analysis.expected.len(), told(&analysis)), (2, None));
    }
}
