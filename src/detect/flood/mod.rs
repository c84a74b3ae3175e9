//! Detectors of traffic or connections beyond what a service can handle.

pub mod amplification;
pub mod arp_storm;
pub mod connection_flood;
pub mod dhcp_starvation;
pub mod icmp_flood;
pub mod mac_flood;
pub mod out_of_state_flood;
pub mod slow_http;
pub mod syn_flood;
pub mod udp_flood;
