//! Packets to flows: the flow table, TCP state, server names, streams of bytes, and the features and facts of a flow.

pub mod beacon_score;
mod chunks;
pub mod cic;
pub mod connections;
pub mod endpoints;
mod exchanges;
pub mod expectations;
pub mod extended;
pub mod features;
pub mod fields;
mod health;
mod join;
mod limits;
pub mod loss;
pub mod names;
pub mod optional;
mod periods;
pub mod reassembly;
pub mod remarks;
pub mod site;
pub mod table;
mod tcp;
mod tries;
mod ttl;
