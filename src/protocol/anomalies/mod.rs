//! What the page asks about anomalies, and what it gets: what is learnt from and how, and the small results of it.

mod choice;
mod offer;
mod query;
mod result;
mod row;

pub use choice::{AnomalyChoice, AnomalyProfile, AnomalyScope, PROFILES};
pub use offer::{AnomalyFeature, AnomalyMethod, AnomalyOffer, AnomalyParameter, Withheld};
pub use query::{AnomalyAnswer, AnomalyQuery, AnomalySort, MapRegion, ScoredWithin};
pub use result::{
    Agreement, AnomalyMap, AnomalyResult, Cut, FindingLink, Judged, MapAxis, MapPoint, MethodResult, ProposedThreshold,
    ScoreHistogram,
};
pub use row::{AnomalyLink, AnomalyReason, AnomalyReasons, AnomalyRow};
