//! A detector's texts for people: name, category, technique and reasons, in fixed headings.

use crate::model::explained::explained;
use crate::model::finding::Category;

/// A detector's texts, in fixed headings.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// Id: the file's stem.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Kind of its findings.
    pub category: Category,
    /// MITRE ATT&CK technique and its published name.
    pub technique: Option<(&'static str, &'static str)>,
    /// What it sees, in one or two plain sentences.
    pub sees: &'static str,
    /// Why that matters.
    pub matters: &'static str,
    /// What else it could be.
    pub otherwise: &'static str,
    /// Harmless causes listed in its findings, unless a kind of finding has its own.
    pub benign_causes: &'static [&'static str],
    /// What to do next, most important first, unless a kind of finding has its own.
    pub advice: &'static [&'static str],
    /// Detectors that see the whole attack where this one sees a part: their findings absorb its own.
    pub part_of: &'static [&'static str],
    /// Source of method and thresholds.
    pub source: &'static str,
}

impl Card {
    /// The same, without what it sees, why that matters and its source in a program that does not show them.
    #[must_use]
    pub const fn explained_where_shown(self) -> Card {
        Card { sees: explained(self.sees), matters: explained(self.matters), source: explained(self.source), ..self }
    }
}
