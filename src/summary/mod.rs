//! Findings and incidents to the few sentences that a reader needs first, by rules, each with the findings it rests on.
//!
//! Page, report, JSON and command show the same sentences. Success or failure is said only where a finding measured it.

mod briefing;
mod checked;
mod limits;
mod risk;
mod sentence;
mod success;
mod unusual;
mod wording;

pub use briefing::Briefing;
pub use sentence::{Sentence, Topic};
pub use success::{MEASURED, Success};
