//! What the page asks about learning from labels, and what it gets: what there is to choose, and how good what was trained is on rows that
//! it was not trained on.

use super::anomalies::{AnomalyMethod, AnomalyScope};
use serde::{Deserialize, Serialize};

/// What is trained on, and how it is tested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingChoice {
    /// What one row is: rows or flows.
    pub scope: AnomalyScope,
    /// Ids of classifiers, at least one.
    pub methods: Vec<String>,
    /// Names of features with + and - in front: those to add and to leave out.
    pub features: Vec<String>,
    /// Tell the classes of the label apart, not only attacks from the rest.
    pub by_class: bool,
    /// Let every class count the same in all, however few rows it has.
    pub is_balanced: bool,
    /// How rows are parted: id of a kind of folds.
    pub folds: String,
    /// Number of folds.
    pub n_folds: u32,
    /// Of random choices.
    pub seed: u64,
    /// Further labels that mean benign.
    pub benign: Vec<String>,
    /// Parameters of classifiers that differ from their defaults, by id.
    pub parameters: Vec<(String, f64)>,
}

impl Default for TrainingChoice {
    fn default() -> TrainingChoice {
        TrainingChoice {
            scope: AnomalyScope::Rows,
            methods: Vec::new(),
            features: Vec::new(),
            by_class: false,
            is_balanced: false,
            folds: "stratified".to_owned(),
            n_folds: 5,
            seed: 42,
            benign: Vec::new(),
            parameters: Vec::new(),
        }
    }
}

/// A question about learning from labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TrainingQuery {
    /// What could be trained on.
    Offer(TrainingChoice),
    /// Train and test. Replaces what was trained before.
    Train(TrainingChoice),
    /// Stop training.
    Cancel,
}

/// What there is to train on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TrainingOffer {
    /// What one row is.
    pub scope: AnomalyScope,
    /// What rows there are: rows, flows, and how many.
    pub scopes: Vec<(AnomalyScope, u64)>,
    /// The label column, or the file of labels.
    pub label: Option<String>,
    /// It is a file of labels.
    pub is_marked: bool,
    /// Columns that could be the label.
    pub columns: Vec<String>,
    /// Name, rows and whether it is an attack: class by class, the first hundred.
    pub classes: Vec<(String, u64, bool)>,
    /// Name of each feature, its group, and why it is not looked at by default, if so.
    pub features: Vec<(String, String, Option<String>)>,
    /// Classifiers.
    pub methods: Vec<AnomalyMethod>,
    /// Kinds of folds: id, what they do, and whether the rows allow them.
    pub folds: Vec<(String, String, bool)>,
    /// Why nothing can be trained, in a sentence.
    pub why_not: Option<String>,
}

/// An answer about learning from labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TrainingAnswer {
    /// To [`TrainingQuery::Offer`].
    Offer(Box<TrainingOffer>),
    /// How far training is, 0 to 1. The answer comes later.
    Progress(f32),
    /// To [`TrainingQuery::Train`].
    Trained(Box<TrainingResult>),
    /// It cannot be done: a sentence for people.
    Refused(String),
    /// Training was stopped.
    Cancelled,
}

/// What was trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingResult {
    /// What was chosen.
    pub choice: TrainingChoice,
    /// Rows.
    pub n_rows: u64,
    /// Columns that were held back, and why.
    pub held: Vec<(String, String)>,
    /// One a classifier.
    pub methods: Vec<TestedMethod>,
}

/// How good a classifier is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestedMethod {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Where it fails.
    pub fails: String,
    /// From which probability on a row is reported.
    pub threshold: f64,
    /// Of all tested rows.
    pub measures: TestMeasures,
    /// Of those that no row trained on equals; none if all are new.
    pub of_new: Option<TestMeasures>,
    /// Rows trained on, rows tested, AUROC and F1: fold by fold.
    pub folds: Vec<(u64, u64, f64, f64)>,
    /// By how much the mean squared error of the probability rises if the values of a column change places, largest first.
    pub importances: Vec<(String, f64)>,
    /// What speaks against believing it: kind, and a sentence.
    pub leaks: Vec<(String, String)>,
    /// What was done to the columns, in sentences.
    pub preparation: Vec<String>,
    /// That it learnt from so many rows only.
    pub sampled: Option<u64>,
    /// Features after preparation.
    pub n_features: u64,
    /// Bytes of the model's file.
    pub model_bytes: u64,
}

/// Figures of some tested rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestMeasures {
    /// Rows.
    pub n_rows: u64,
    /// Attacks among them.
    pub n_attacks: u64,
    /// Area under the ROC curve.
    pub auroc: f64,
    /// Average precision.
    pub average_precision: f64,
    /// Attacks reported and missed, other rows reported and left quiet.
    pub confusion: [u64; 4],
    /// Mean squared distance of the probability from what was so.
    pub brier: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Share of reported rows that are attacks.
    pub precision: f64,
    /// Share of attacks that are reported.
    pub recall: f64,
    /// Share of other rows that are reported.
    pub false_positive_rate: f64,
    /// Share of rows that are reported or left quiet as they should be.
    pub accuracy: f64,
    /// Name, rows, whether it is an attack, rows reported: class by class.
    pub by_class: Vec<(String, u64, bool, u64)>,
    /// Mean probability, share of attacks and rows: bin by bin.
    pub reliability: Vec<(f64, f64, u64)>,
    /// False positive rate and true positive rate.
    pub roc: Vec<(f32, f32)>,
    /// Recall and precision.
    pub pr: Vec<(f32, f32)>,
}
