//! What differs from the rest of the capture, by statistics.

pub mod traffic_change;
