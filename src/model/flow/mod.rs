//! A flow and what is counted and noticed in it.

mod direction;
pub mod evidence;
pub mod exchanges;
#[expect(clippy::module_inception, reason = "the flow itself, beside what belongs to it")]
mod flow;
pub mod health;
pub mod known;
pub mod moments;
pub mod outcome;
pub mod tcp_anomalies;

pub use direction::Direction;
pub use flow::*;
pub use known::Known;
pub use outcome::Outcome;
