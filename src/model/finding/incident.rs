//! An incident: findings about the same hosts that follow each other like the steps of an attack.

use crate::model::finding::Severity;
use serde::{Deserialize, Serialize};

/// Findings that belong together.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Incident {
    /// Id of the first finding, so that it stays the same as long as that finding exists.
    pub id: String,
    /// Who did what in which order, in one sentence.
    pub sentence: String,
    /// Severity of the most severe finding.
    pub severity: Severity,
    /// Start of the first finding, ns since 1970.
    pub start_ns: i64,
    /// End of the last finding, ns since 1970.
    pub end_ns: i64,
    /// Ids of the findings, in order of their starts.
    pub findings: Vec<String>,
}
