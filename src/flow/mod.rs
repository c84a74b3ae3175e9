//! Packets to flows: the flow table, TCP state, server names, and the features of a flow.

pub mod asked;
mod chunks;
pub mod cic;
pub mod features;
pub mod more;
pub mod names;
mod periods;
pub mod roster;
pub mod table;
mod tcp;
