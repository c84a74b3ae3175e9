//! A flow: its key, its counters in each direction, its outcome, and what is measured of TCP health, loss and
//! anomalies.

mod direction;
mod direction_stats;
pub mod evidence;
pub mod exchanges;
#[expect(clippy::module_inception, reason = "the flow itself, beside what belongs to it")]
mod flow;
pub mod health;
pub mod known;
pub mod loss;
pub mod moments;
pub mod outcome;
pub mod tcp_anomalies;

pub use direction::Direction;
pub use direction_stats::DirectionStats;
pub use flow::*;
pub use known::Known;
pub use outcome::Outcome;
