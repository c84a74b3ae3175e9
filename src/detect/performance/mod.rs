//! Detectors of faults that make a network slow.

pub mod retransmission_storm;
