//! Packets and flows to running counters, the timeline, histograms and top lists; and the index of packets.

pub mod counters;
pub mod index;
pub mod timeline;
pub mod tops;
