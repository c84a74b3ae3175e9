//! What is new, gone or different in the open file against a baseline, for the page.

use serde::{Deserialize, Serialize};

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What the baseline is of, and what is compared with it, in a sentence each.
    pub about: [String; 2],
    /// Kinds of things: those that are new and those that vanished.
    pub kinds: Vec<ChangedKind>,
    /// Things of which there are many more or fewer flows.
    pub rates: Vec<ChangedRate>,
    /// Values that lie elsewhere.
    pub shifts: Vec<ChangedValues>,
}

/// New or vanished things of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedKind {
    /// What one is, and many are.
    pub nouns: (String, String),
    /// They are new; else they vanished.
    pub is_new: bool,
    /// How many there are.
    pub n: u64,
    /// Name, flows, bytes on the wire and the beginning of the first flow (ns since 1970): the largest of them.
    pub things: Vec<(String, u64, u64, i64)>,
}

/// A thing whose rate changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedRate {
    /// What kind of thing.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Flows an hour in the baseline and here.
    pub per_hour: [f64; 2],
    /// The chance of that if the rates were equal.
    pub p: f64,
}

/// Values whose distribution changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedValues {
    /// Of what.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Medians in the baseline and here.
    pub medians: [f64; 2],
    /// Kolmogorov and Smirnov's D.
    pub distance: f64,
    /// The chance of such a D.
    pub p: f64,
    /// Cliff's delta.
    pub delta: f64,
    /// How large that effect is, in a word.
    pub effect: String,
}
