//! Detectors of devices that impersonate another host, router, server or switch.

pub mod arp_spoofing;
pub mod dns_response_spoofing;
pub mod icmp_redirect;
pub mod llmnr_poisoning;
pub mod name_poisoning;
pub mod neighbour_spoofing;
pub mod rogue_dhcp;
pub mod rogue_router;
pub mod stp_root_takeover;
