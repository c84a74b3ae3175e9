//! Files beside the open one: what files that people drop turn out to be, which of them are applied, and what came of that.

use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// A kind of file that is applied to captures and tables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum AttachedKind {
    /// A trained model.
    Model,
    /// What is normal.
    Baseline,
    /// A list of indicators.
    Indicators,
    /// What the flows of captures are, to train on.
    Labels,
}

impl AttachedKind {
    /// All, in the order in which they are applied.
    pub const ALL: [AttachedKind; 4] =
        [AttachedKind::Indicators, AttachedKind::Model, AttachedKind::Baseline, AttachedKind::Labels];

    /// For people: `a model`.
    pub fn noun(self) -> &'static str {
        match self {
            AttachedKind::Model => "a model",
            AttachedKind::Baseline => "a baseline",
            AttachedKind::Indicators => "a list of indicators",
            AttachedKind::Labels => "a file of labels",
        }
    }

    /// True if only one of the kind is applied at a time.
    pub fn is_single(self) -> bool {
        self != AttachedKind::Indicators
    }
}

/// What a file turned out to be, by its content.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Offered {
    /// A capture or a table, to be read.
    Input {
        /// A table, which is read by itself.
        is_table: bool,
    },
    /// Settings, and what of the file is not usable.
    Settings(Box<Settings>, Vec<String>),
    /// A session that was saved.
    Session,
    /// To be applied to what is open.
    Attached(AttachedKind),
    /// None of these, and why, in a sentence.
    Unknown(String),
}

/// A file that is applied.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AttachedFile {
    /// Number of the file, unique while the page lives.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AttachedKind,
}

/// What came of a file that is applied.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AttachedOutcome {
    /// Number of the file.
    pub id: u32,
    /// What the file has, in a sentence; empty if it cannot be read.
    pub about: String,
    /// How many findings came of it, or why it is not applied; none while nothing is open.
    pub said: Option<Result<u64, String>>,
}
