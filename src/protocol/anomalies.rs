//! What the page asks about anomalies, and what it gets: what is learnt from and how, and the small results of it.

use super::window::Window;
use crate::model::listing::Page;
use serde::{Deserialize, Serialize};

/// What one row of the matrix is that is learnt from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AnomalyScope {
    /// A flow.
    #[default]
    Flows,
    /// An address, by all its flows.
    Hosts,
    /// Who opens flows to whom.
    Pairs,
    /// The flows that begin in a span of time.
    Windows,
    /// A row of a table, by its columns.
    Rows,
}

impl AnomalyScope {
    /// All, in the order in which they are offered.
    pub const ALL: [AnomalyScope; 5] =
        [AnomalyScope::Flows, AnomalyScope::Hosts, AnomalyScope::Pairs, AnomalyScope::Windows, AnomalyScope::Rows];

    /// Stable id, as the command takes it.
    pub fn id(self) -> &'static str {
        match self {
            AnomalyScope::Flows => "flows",
            AnomalyScope::Hosts => "hosts",
            AnomalyScope::Pairs => "pairs",
            AnomalyScope::Windows => "windows",
            AnomalyScope::Rows => "rows",
        }
    }

    /// The scope of an id.
    pub fn from_id(id: &str) -> Option<AnomalyScope> {
        AnomalyScope::ALL.into_iter().find(|scope| scope.id() == id)
    }

    /// For people: what one is, and many are.
    pub fn nouns(self) -> (&'static str, &'static str) {
        match self {
            AnomalyScope::Flows => ("flow", "flows"),
            AnomalyScope::Hosts => ("host", "hosts"),
            AnomalyScope::Pairs => ("host pair", "host pairs"),
            AnomalyScope::Windows => ("time window", "time windows"),
            AnomalyScope::Rows => ("row", "rows"),
        }
    }
}

/// What is to be learnt from, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyChoice {
    /// What one row is.
    pub scope: AnomalyScope,
    /// Length of a time window, seconds; 0 for a round one that gives about two hundred.
    pub window_seconds: f64,
    /// Ids of the methods, of which the mean of the ranks is the score; none for those of the default.
    pub methods: Vec<String>,
    /// Features that are looked at although they are not by default.
    pub added: Vec<String>,
    /// Features that are not looked at although they are by default.
    pub removed: Vec<String>,
    /// The column that results are compared with; none for the one that is found.
    pub label: Option<String>,
    /// Of random choices.
    pub seed: u64,
    /// Most rows that are scored; of more a random sample.
    pub most_rows: u32,
    /// The share of rows that may be unusual, for the proposal by share.
    pub share: f64,
    /// Parameters of the methods that differ from their defaults, by id.
    pub parameters: Vec<(String, f64)>,
}

impl Default for AnomalyChoice {
    fn default() -> AnomalyChoice {
        AnomalyChoice {
            scope: AnomalyScope::Flows,
            window_seconds: 0.0,
            methods: Vec::new(),
            added: Vec::new(),
            removed: Vec::new(),
            label: None,
            seed: 42,
            most_rows: 200_000,
            share: 0.01,
            parameters: Vec::new(),
        }
    }
}

/// A set of choices with a name.
#[derive(Debug)]
pub struct AnomalyProfile {
    /// Stable id.
    pub id: &'static str,
    /// Name.
    pub label: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// Its methods; none for those of the default, `*` alone for all.
    pub methods: &'static [&'static str],
    /// Most rows that are scored.
    pub most_rows: u32,
}

/// The profiles that come with the program.
pub const PROFILES: &[AnomalyProfile] = &[
    AnomalyProfile {
        id: "fast",
        label: "Fast",
        help: "Three methods that take seconds for a million rows.",
        methods: &["isolation_forest", "hbos", "ecod"],
        most_rows: 100_000,
    },
    AnomalyProfile {
        id: "balanced",
        label: "Balanced",
        help: "Four methods of different kinds, by the mean of their ranks: the best choice where nothing is known.",
        methods: &[],
        most_rows: 200_000,
    },
    AnomalyProfile {
        id: "thorough",
        label: "Thorough",
        help: "All methods, and up to a million rows: minutes.",
        methods: &["*"],
        most_rows: 1_000_000,
    },
    AnomalyProfile {
        id: "teaching",
        label: "Teaching",
        help: "Three methods that can be followed by hand, on few rows, with what each looks for in words.",
        methods: &["isolation_forest", "pca", "knn"],
        most_rows: 2_000,
    },
];

/// A question about anomalies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AnomalyQuery {
    /// What could be learnt from and how.
    Offer(AnomalyChoice),
    /// Learn, and say what came of it. Replaces what was learnt before.
    Learn(AnomalyChoice),
    /// A window of the rows that were scored, of those with at least a score.
    Rows(Window<AnomalySort>, f64),
    /// Why a row stands out, by its place among those that were scored.
    Reasons(u32),
    /// Stop learning.
    Cancel,
}

/// Order of the rows that were scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AnomalySort {
    /// By the score.
    #[default]
    Score,
    /// As they come: in time, or as they stand in the file.
    Place,
    /// By how many methods agree.
    Agreeing,
    /// By what the label says.
    Class,
}

/// An answer about anomalies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AnomalyAnswer {
    /// To [`AnomalyQuery::Offer`].
    Offer(Box<AnomalyOffer>),
    /// How far learning is, 0 to 1. The answer comes later.
    Progress(f32),
    /// To [`AnomalyQuery::Learn`].
    Learnt(Box<AnomalyResult>),
    /// To [`AnomalyQuery::Rows`].
    Rows(Page<AnomalyRow>),
    /// To [`AnomalyQuery::Reasons`]; none if there is no such row.
    Reasons(Option<Box<AnomalyReasons>>),
    /// It cannot be done: a sentence for people.
    Refused(String),
    /// Learning was stopped.
    Cancelled,
}

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
    /// Name, rows, and whether it is an attack.
    pub classes: Vec<(String, u64, bool)>,
}

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
