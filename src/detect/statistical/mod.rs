//! Statistical detectors: what differs from the rest of the capture.

pub mod traffic_change;
