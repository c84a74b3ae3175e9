//! Parsers of name services: DNS, multicast DNS, LLMNR, and NetBIOS name and datagram service.

pub mod dns;
pub mod llmnr;
pub mod mdns;
pub mod nbdgm;
pub mod nbns;
