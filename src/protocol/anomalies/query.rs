//! The questions about anomalies and their answers.

use super::choice::AnomalyChoice;
use super::offer::AnomalyOffer;
use super::result::AnomalyResult;
use super::row::{AnomalyReasons, AnomalyRow};
use crate::model::listing::Page;
use crate::protocol::window::Window;
use serde::{Deserialize, Serialize};

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
