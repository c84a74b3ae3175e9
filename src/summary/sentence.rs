//! A sentence of the summary: what it is about, its words, and the findings that it rests on.

use crate::model::Finding;

/// Most findings that a sentence names by id.
const MOST_IDS: usize = 8;

/// What a sentence is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Topic {
    /// What happened, since when, and who did it to whom.
    What,
    /// Whether it worked.
    Success,
    /// What is at risk, and what to do first.
    Risk,
    /// What else was found.
    Others,
    /// Whether the network is slow.
    Speed,
    /// How sure it is, and what could not be seen.
    Trust,
    /// What was checked where nothing was found.
    Checked,
}

impl Topic {
    /// Id in exports.
    pub fn id(self) -> &'static str {
        match self {
            Topic::What => "what",
            Topic::Success => "success",
            Topic::Risk => "risk",
            Topic::Others => "others",
            Topic::Speed => "speed",
            Topic::Trust => "trust",
            Topic::Checked => "checked",
        }
    }
}

/// A sentence, sometimes two that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sentence {
    /// What it is about.
    pub topic: Topic,
    /// Plain text with its full stop.
    pub text: String,
    /// Ids of the findings that it rests on, most important first, at most eight; empty for what was checked or could
    /// not be seen.
    pub findings: Vec<String>,
}

impl Sentence {
    /// With the findings that it rests on.
    pub fn of<'a>(topic: Topic, text: String, findings: impl IntoIterator<Item = &'a Finding>) -> Sentence {
        let findings = findings.into_iter().take(MOST_IDS).map(|finding| finding.id.clone()).collect();
        Sentence { topic, text, findings }
    }
}
