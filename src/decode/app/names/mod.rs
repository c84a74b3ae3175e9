//! Names: DNS and its relatives, NetBIOS.

pub mod dns;
pub mod llmnr;
pub mod mdns;
pub mod nbdgm;
pub mod nbns;
