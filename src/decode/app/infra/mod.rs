//! Parsers of infrastructure protocols: addresses, time, management, logs, boot files.

pub mod dhcp;
pub mod dhcpv6;
pub mod ntp;
pub mod snmp;
pub mod ssdp;
pub mod syslog;
pub mod tftp;
