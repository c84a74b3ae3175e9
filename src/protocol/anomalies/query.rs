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
    /// A window of the rows that were scored, of those that are asked for.
    Rows(Window<AnomalySort>, ScoredWithin),
    /// Why a row stands out, by its place among those that were scored.
    Reasons(u32),
    /// Stop learning.
    Cancel,
}

/// Which of the rows that were scored are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoredWithin {
    /// Those with at least this score.
    pub least: f64,
    /// Instead those in a part of the map, whatever their score.
    pub region: Option<MapRegion>,
}

/// A part of the map.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapRegion {
    /// From where to where, left to right; the whole map goes from 0 to 1.
    pub x: (f32, f32),
    /// The same, bottom to top.
    pub y: (f32, f32),
}

impl MapRegion {
    /// Half the length of a side of the part around a point.
    const NEAR: f32 = 0.06;

    /// Between two corners.
    pub fn between((x, y): (f32, f32), (other_x, other_y): (f32, f32)) -> MapRegion {
        let span = |a: f32, b: f32| (a.min(b).clamp(0.0, 1.0), a.max(b).clamp(0.0, 1.0));
        MapRegion { x: span(x, other_x), y: span(y, other_y) }
    }

    /// Around a point.
    pub fn around((x, y): (f32, f32)) -> MapRegion {
        MapRegion::between((x - Self::NEAR, y - Self::NEAR), (x + Self::NEAR, y + Self::NEAR))
    }

    /// True for what lies within; what lies beside the map counts at its edge.
    pub fn has(&self, (x, y): (f32, f32)) -> bool {
        let is_in = |(low, high): (f32, f32), at: f32| (low..=high).contains(&at.clamp(0.0, 1.0));
        is_in(self.x, x) && is_in(self.y, y)
    }
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
