//! The rows that stand out, and why each does.

use super::result::FindingLink;
use serde::{Deserialize, Serialize};

/// Where a row leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AnomalyLink {
    /// Nowhere.
    Nowhere,
    /// To a flow, by its serial number.
    Flow(u32),
    /// To the flows that a filter lets pass.
    Flows(String),
    /// To a row of the table, by its number from 0.
    Row(u64),
}

/// A row that was scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyRow {
    /// Its place among those that were scored.
    pub row: u32,
    /// What it is called.
    pub name: String,
    /// Where it leads.
    pub link: AnomalyLink,
    /// Its score.
    pub score: f64,
    /// Its rank by each method, from 0 to 1.
    pub ranks: Vec<f64>,
    /// To so many methods it is among the most unusual hundredth.
    pub n_agreeing: u32,
    /// What the label says.
    pub class: Option<String>,
    /// The gravest finding of what was done that means it too: learning only repeats that.
    pub finding: Option<FindingLink>,
    /// The features that add most to its score, with their values, in words.
    pub reasons: Vec<String>,
}

/// Why a row stands out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyReasons {
    /// The row.
    pub row: AnomalyRow,
    /// What adds most to its score, first.
    pub features: Vec<AnomalyReason>,
    /// The row most like it among the usual half.
    pub nearest: Option<AnomalyRow>,
    /// The methods to which it is among the most unusual hundredth, and the others.
    pub agreeing: Vec<String>,
    /// See above.
    pub others: Vec<String>,
    /// The score that it would have if its first feature had the typical value.
    pub without_first: f64,
}

/// What a feature has to do with a row's score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyReason {
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// 1 is yes and 0 is no.
    pub is_yes_or_no: bool,
    /// Value; none if it is missing.
    pub value: Option<f64>,
    /// A quarter, half and three quarters of all rows have at most these.
    pub quartiles: [f64; 3],
    /// Value of the nearest usual row.
    pub nearest: Option<f64>,
    /// Its share of what all features add, 0 to 1.
    pub contribution: f64,
}
