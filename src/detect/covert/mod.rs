//! Detectors of hidden data and hidden destinations.

pub mod dga;
pub mod dns_tunnel;
pub mod encrypted_dns;
pub mod icmp_tunnel;
pub mod non_standard_port;
pub mod vpn_tor_proxy;
