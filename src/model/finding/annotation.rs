//! What people say about a finding: a verdict and a note.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether a finding is what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is.
    True,
    /// It is something else.
    False,
    /// An analyst looked at it and could not decide.
    Unsure,
}

impl Verdict {
    /// All, in the order in which they are offered.
    pub const ALL: [Verdict; 3] = [Verdict::True, Verdict::False, Verdict::Unsure];

    /// `true`, `false`, `unsure`.
    pub fn id(self) -> &'static str {
        match self {
            Verdict::True => "true",
            Verdict::False => "false",
            Verdict::Unsure => "unsure",
        }
    }

    /// In words for people.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::True => "True",
            Verdict::False => "False alarm",
            Verdict::Unsure => "Unsure",
        }
    }
}

/// An analyst's verdict and note on a finding.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Annotation {
    /// None while nobody has decided.
    pub verdict: Option<Verdict>,
    /// Free text.
    pub note: String,
}

impl Annotation {
    /// Longest note, characters.
    pub const MOST_NOTE_CHARS: usize = 2000;
    /// Most remarks on one file.
    pub const MOST: usize = 500;

    /// True if there is neither verdict nor note.
    pub fn is_empty(&self) -> bool {
        self.verdict.is_none() && self.note.trim().is_empty()
    }

    /// The same within all limits. Spaces stay: somebody may still be typing.
    pub fn tidy(mut self) -> Annotation {
        self.note = self.note.chars().take(Annotation::MOST_NOTE_CHARS).collect();
        self
    }
}

/// Remarks by the id of the finding.
pub type Annotations = BTreeMap<String, Annotation>;
