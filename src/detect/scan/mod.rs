//! Detectors of scans for ports, hosts and names.

pub mod arp_sweep;
pub mod host_scan;
pub mod port_scan;
pub mod zone_transfer;
