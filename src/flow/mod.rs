//! Packets to flows: the flow table, TCP state, server names, and the features of a flow.

pub mod features;
mod join;
pub mod names;
mod periods;
pub mod roster;
pub mod table;
mod tcp;
