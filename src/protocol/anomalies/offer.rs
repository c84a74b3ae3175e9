//! What there is to choose from: scopes, features with their distributions, methods.

use super::choice::AnomalyScope;
use serde::{Deserialize, Serialize};

/// What could be learnt from and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyOffer {
    /// What this is for.
    pub scope: AnomalyScope,
    /// The scopes that there are, with how many rows each has.
    pub scopes: Vec<(AnomalyScope, u64)>,
    /// Length of a time window, seconds.
    pub window_seconds: f64,
    /// Rows that the distributions are of, if they are a sample.
    pub sampled: Option<u64>,
    /// All features and what is none.
    pub features: Vec<AnomalyFeature>,
    /// All methods.
    pub methods: Vec<AnomalyMethod>,
    /// The column that results are compared with.
    pub label: Option<String>,
    /// What more there could be, in words.
    pub note: Option<String>,
}

/// Why something is not looked at unless people say so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Withheld {
    /// It is held for a label: why, in words.
    Label(String),
    /// It says who, when or which row it was: why, in words.
    Identity(String),
}

/// A feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyFeature {
    /// Name.
    pub name: String,
    /// What it is listed under.
    pub group: String,
    /// Unit; empty for text, plain counts and ratios.
    pub unit: String,
    /// How it is computed; empty for a column of a table.
    pub formula: String,
    /// Why it is not looked at by default, if so.
    pub withheld: Option<Withheld>,
    /// Its values were looked at: of very many features, those of the first.
    pub is_described: bool,
    /// Rows without a value.
    pub n_missing: u64,
    /// Different texts, for a feature that is no number.
    pub n_texts: Option<u64>,
    /// Least value, quartiles, largest value; none if there is none.
    pub figures: Option<[f64; 5]>,
    /// How many values lie in each part between least and largest.
    pub histogram: Vec<u32>,
}

/// A method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyMethod {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// What it takes as unusual.
    pub help: String,
    /// When it fails.
    pub fails: String,
    /// The paper.
    pub source: String,
    /// How the contributions of features are found.
    pub explains: String,
    /// One of the default's.
    pub is_default: bool,
    /// How long it takes, in a word.
    pub cost: String,
    /// What can be set.
    pub parameters: Vec<AnomalyParameter>,
}

/// Something of a method that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyParameter {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// What it does.
    pub help: String,
    /// Unit.
    pub unit: String,
    /// Smallest, default and largest value.
    pub range: [f64; 3],
}
