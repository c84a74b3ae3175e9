//! What a detector says of itself to people: name, category, technique, and why, in fixed headings.

use crate::model::finding::Category;

/// What a detector is, in fixed headings.
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
    /// Harmless causes that a finding lists, unless one of its kinds has its own.
    pub benign_causes: &'static [&'static str],
    /// What to do next, first things first, unless one of its kinds has its own.
    pub advice: &'static [&'static str],
    /// Detectors that see the whole of what this one sees a part of: under theirs its findings are folded.
    pub part_of: &'static [&'static str],
    /// Where method and thresholds come from.
    pub source: &'static str,
}
