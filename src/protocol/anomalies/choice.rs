//! What is learnt from and how, as people choose it; and ready choices.

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
