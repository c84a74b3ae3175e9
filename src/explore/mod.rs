//! Measures, split by dimensions, under one selection: the one form of question that all views are made of.
//!
//! A question is answered from the flow table, the index of packets, the fields of flows and the rows of a table, in one
//! pass over each that it needs. A flow counts at the time at which it begins, a packet at its own. What was not
//! measured is unknown and stands apart; it is never counted as zero.

mod answer;
mod axis;
mod catalogue;
mod classes;
mod coded;
mod correlation;
pub mod dimension;
mod dimensions;
mod filter;
mod gather;
mod groups;
mod key;
pub mod measure;
mod measures;
mod order;
mod plan;
pub mod sources;
mod splits;
mod tally;
pub mod turn;
mod words;

pub use answer::ask;
pub use catalogue::catalogue;
pub use dimensions::DIMENSIONS;
pub use key::Key;
pub use measures::MEASURES;
pub use plan::{needs_findings, needs_packets};
pub use sources::{FindingsOfFlows, Selected, Sources};
pub use turn::Turn;
