//! Parsers of what is neither TCP nor UDP: ARP, ICMP, IGMP, and the protocols of switches.

pub mod arp;
pub mod cdp;
pub mod eapol;
pub mod icmp;
pub mod icmpv6;
pub mod igmp;
pub mod lldp;
pub mod stp;
