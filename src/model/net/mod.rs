//! Addresses of hosts and of network cards, and what can be said of one by itself.

pub mod addr;
pub mod network;
pub mod site;
