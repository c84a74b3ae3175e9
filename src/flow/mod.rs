//! Packets to flows: the flow table, TCP state, server names, streams of bytes, and the features and facts of a flow.

pub mod announced;
pub mod asked;
mod chunks;
pub mod cic;
mod exchanges;
pub mod features;
mod hops;
mod join;
pub mod more;
pub mod names;
mod periods;
pub mod reassembly;
pub mod roster;
pub mod table;
mod tcp;
pub mod told;
