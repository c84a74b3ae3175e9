//! Detectors of evasion: packets crafted so that a monitor sees something different from the receiver.

pub mod crafted_packets;
pub mod forged_reset;
pub mod fragment_abuse;
pub mod ipv6_abuse;
pub mod premature_close;
pub mod tcp_overlap;
pub mod ttl_evasion;
pub mod vlan_hopping;
