//! Detectors of faults that make a network slow.

pub mod packet_loss;
pub mod receiver_stalled;
pub mod retransmission_storm;
