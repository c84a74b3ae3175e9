//! What a host may be: its system and its role, each with what speaks for it and how sure that is. Without evidence nothing is said.

use serde::{Deserialize, Serialize};

/// A guess about a host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Guess {
    /// What it is about.
    pub about: GuessAbout,
    /// The guess: `Windows`, `Domain controller`.
    pub text: String,
    /// How sure it is.
    pub strength: GuessStrength,
    /// What speaks for it, a sentence each, with how often it was seen.
    pub evidence: Vec<String>,
}

/// What a guess is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum GuessAbout {
    /// Its operating system.
    System,
    /// What it does on the network.
    Role,
}

/// How sure a guess is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum GuessStrength {
    /// One sign that others have too.
    Possible,
    /// Signs that few others have.
    Likely,
    /// The host itself says so, or a server that gives it its settings.
    Stated,
}

impl GuessStrength {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            GuessStrength::Possible => "possible",
            GuessStrength::Likely => "likely",
            GuessStrength::Stated => "stated",
        }
    }
}
