//! What makes a network slow without anybody meaning it.

pub mod retransmission_storm;
