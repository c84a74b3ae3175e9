//! What was learnt: scores, thresholds, agreement, map, and how it compares with labels.

use super::choice::AnomalyChoice;
use serde::{Deserialize, Serialize};

/// What was learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyResult {
    /// What was chosen.
    pub choice: AnomalyChoice,
    /// Rows scored, and rows that there are.
    pub n_rows: u64,
    /// See above.
    pub n_all: u64,
    /// Features after preparation.
    pub features: Vec<String>,
    /// What preparation did, in words.
    pub steps: Vec<String>,
    /// What each method made of it.
    pub methods: Vec<MethodResult>,
    /// Methods that could not judge, and why.
    pub left_out: Vec<(String, String)>,
    /// Scores of all together; of one method alone, its own.
    pub scores: ScoreHistogram,
    /// Thresholds from the highest score to the lowest, for a slider.
    pub cuts: Vec<Cut>,
    /// Thresholds that are proposed, the best first.
    pub proposals: Vec<ProposedThreshold>,
    /// One for each pair of methods, as in a matrix, row by row.
    pub agreement: Vec<Agreement>,
    /// How many of the most unusual rows [`Agreement::shared`] compares.
    pub n_compared: u64,
    /// All rows, or a sample with the most unusual, on a plane; none if there is but one feature.
    pub map: Option<AnomalyMap>,
    /// What the label says, if there is one: for judging only.
    pub judged: Option<Judged>,
    /// The finding that means most of the rows, and how many, if these are so many that they decide what is usual.
    pub dominant: Option<(FindingLink, u64)>,
}

/// A finding, by what leads to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingLink {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

impl AnomalyResult {
    /// The place of the cut with so many rows, or the nearest with more.
    pub fn cut_at(&self, n_rows: u64) -> usize {
        let place = self.cuts.partition_point(|cut| u64::from(cut.n_rows) < n_rows);
        place.min(self.cuts.len().saturating_sub(1))
    }
}

/// What one method made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodResult {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// That it learnt from a sample only, in words.
    pub sample: Option<String>,
    /// Its scores from 0 to 1.
    pub scores: ScoreHistogram,
    /// Area under the ROC curve and average precision, by the label.
    pub judged: Option<[f64; 2]>,
}

/// How many rows have which score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoreHistogram {
    /// Where the first part begins.
    pub low: f64,
    /// Where the last part ends.
    pub high: f64,
    /// Rows in each part.
    pub counts: Vec<u32>,
    /// Of these, rows that the label calls attacks; empty without a label.
    pub attacks: Vec<u32>,
}

/// A threshold, and what lies at or above it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    /// Score.
    pub threshold: f64,
    /// Rows with at least this score.
    pub n_rows: u32,
    /// Of these, how many of each class; empty without a label.
    pub of_class: Vec<u32>,
}

/// A threshold that is proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProposedThreshold {
    /// `tail`, `knee` or `share`.
    pub id: String,
    /// Score.
    pub threshold: f64,
    /// Rows with at least this score.
    pub n_rows: u64,
    /// How it was found, in words.
    pub sentence: String,
}

/// How far two methods agree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Spearman's correlation of their ranks.
    pub correlation: f64,
    /// The share of the most unusual rows of each that both have.
    pub shared: f64,
}

/// Rows on a plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyMap {
    /// The two directions.
    pub axes: [MapAxis; 2],
    /// The rows that are shown, the most unusual last.
    pub points: Vec<MapPoint>,
}

/// A direction of the map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapAxis {
    /// The share of all variance that lies along it.
    pub share: f64,
    /// The features that it is made of most, and whether they grow along it.
    pub features: Vec<(String, bool)>,
}

/// A row on the map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapPoint {
    /// Its place among those that were scored.
    pub row: u32,
    /// From 0 to 1, left to right.
    pub x: f32,
    /// From 0 to 1, bottom to top.
    pub y: f32,
    /// Its score.
    pub score: f64,
    /// The label calls it an attack.
    pub is_attack: bool,
}

/// What the label says of the scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The column.
    pub label: String,
    /// Area under the ROC curve.
    pub auroc: f64,
    /// Average precision.
    pub average_precision: f64,
    /// False positive rate and true positive rate.
    pub roc: Vec<(f64, f64)>,
    /// Recall and precision.
    pub pr: Vec<(f64, f64)>,
    /// Name, rows, and whether it is an attack.
    pub classes: Vec<(String, u64, bool)>,
}
