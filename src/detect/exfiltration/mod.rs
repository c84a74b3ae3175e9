//! Detectors of data that leaves the network.

pub mod bulk_exfiltration;
pub mod low_and_slow_exfiltration;
pub mod mail_exfiltration;
