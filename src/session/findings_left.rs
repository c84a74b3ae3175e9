//! What a selection leaves of findings and incidents.

use crate::model::{Analysis, Finding, Incident};
use std::collections::BTreeSet;

/// Which findings are left.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum FindingsLeft {
    /// Nothing is selected: all are.
    #[default]
    All,
    /// They were asked for; until they are known none is.
    Asked,
    /// Those with these ids.
    Some(BTreeSet<String>),
    /// They cannot be told, and why.
    Refused(String),
}

impl FindingsLeft {
    /// True if a finding is left.
    pub fn has(&self, id: &str) -> bool {
        match self {
            FindingsLeft::All => true,
            FindingsLeft::Some(ids) => ids.contains(id),
            FindingsLeft::Asked | FindingsLeft::Refused(_) => false,
        }
    }

    /// The findings that are left, in their order.
    pub fn findings<'a>(&self, analysis: &'a Analysis) -> Vec<&'a Finding> {
        analysis.findings.iter().filter(|one| self.has(&one.id)).collect()
    }

    /// The incidents of which a finding is left.
    pub fn incidents<'a>(&self, analysis: &'a Analysis) -> Vec<&'a Incident> {
        analysis.incidents.iter().filter(|one| one.findings.iter().any(|id| self.has(id))).collect()
    }
}

/// The filter that selects the traffic of a finding.
pub fn filter_of(id: &str) -> String {
    format!("finding == {}", crate::filter::quoted(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::model::finding::tests::made;

    #[test]
    fn an_incident_is_left_with_any_of_its_findings() {
        let findings = vec![made("a", &[], &[]), made("b", &[], &[])];
        let incident = |id: &str, findings: &[&str]| Incident {
            id: id.to_owned(),
            sentence: String::new(),
            severity: Severity::Low,
            start_ns: 0,
            end_ns: 0,
            findings: findings.iter().map(|id| (*id).to_owned()).collect(),
        };
        let incidents = vec![incident("x", &["a-1", "b-1"]), incident("y", &["a-1"])];
        let analysis = Analysis { findings, incidents, ..Analysis::default() };
        let left = FindingsLeft::Some(BTreeSet::from(["b-1".to_owned()]));
        assert_eq!(left.findings(&analysis).iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["b-1"]);
        assert_eq!(left.incidents(&analysis).iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["x"]);
        assert_eq!(FindingsLeft::All.incidents(&analysis).len(), 2);
        assert!(FindingsLeft::Asked.findings(&analysis).is_empty());
    }
}
