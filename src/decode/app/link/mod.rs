//! What is no TCP and no UDP: neighbours, switches, ICMP.

pub mod arp;
pub mod cdp;
pub mod eapol;
pub mod icmp;
pub mod icmpv6;
pub mod igmp;
pub mod lldp;
pub mod stp;
