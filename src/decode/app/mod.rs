//! The register of application protocols: each payload to its fields, by content with ports as hints.
//!
//! One file per protocol in the folder of its family, one line in [`ALL`]. [`parser`] is the contract, [`registry`] asks
//! the protocols in order, `support` is what several of them read. TCP segments are put in order by `flow::reassembly`
//! before they come here.

mod carried;
pub mod describe;
pub mod parser;
pub mod registry;
pub mod support;

mod database;
mod directory;
mod industrial;
mod infra;
pub(in crate::decode) mod link;
mod login;
mod mail;
mod media;
mod names;
mod overlay;
mod web;

use parser::Entry;

/// Every application protocol that is read, in the order in which they are asked.
pub const ALL: &[Entry] = &[
    web::tls::ENTRY,
    // Before HTTP, whose methods theirs resemble.
    media::sip::ENTRY,
    media::rtsp::ENTRY,
    web::http::ENTRY,
    web::http2::ENTRY,
    web::websocket::ENTRY,
    web::quic::ENTRY,
    web::dtls::ENTRY,
    login::ssh::ENTRY,
    names::dns::ENTRY,
    names::mdns::ENTRY,
    names::llmnr::ENTRY,
    login::ftp::ENTRY,
    directory::smb::ENTRY,
    directory::kerberos::ENTRY,
    directory::ms_rpc::ENTRY,
    directory::ldap::ENTRY,
    // Before RDP, which begins with the same layers.
    industrial::s7comm::ENTRY,
    login::rdp::ENTRY,
    infra::dhcp::ENTRY,
    names::nbns::ENTRY,
    names::nbdgm::ENTRY,
    infra::snmp::ENTRY,
    infra::ntp::ENTRY,
    login::vnc::ENTRY,
    database::mysql::ENTRY,
    database::postgresql::ENTRY,
    database::ms_sql::ENTRY,
    database::redis::ENTRY,
    database::mongodb::ENTRY,
    infra::dhcpv6::ENTRY,
    directory::radius::ENTRY,
    infra::tftp::ENTRY,
    infra::syslog::ENTRY,
    infra::ssdp::ENTRY,
    mail::smtp::ENTRY,
    mail::pop3::ENTRY,
    mail::imap::ENTRY,
    login::telnet::ENTRY,
    industrial::mqtt::ENTRY,
    overlay::stratum::ENTRY,
    overlay::irc::ENTRY,
    overlay::wireguard::ENTRY,
    media::stun::ENTRY,
    media::rtcp::ENTRY,
    overlay::openvpn::ENTRY,
    overlay::bittorrent::ENTRY,
    industrial::dnp3::ENTRY,
    industrial::iec104::ENTRY,
    industrial::ethernet_ip::ENTRY,
    media::rtp::ENTRY,
    overlay::socks::ENTRY,
    industrial::modbus::ENTRY,
    link::icmp::ENTRY,
    link::icmpv6::ENTRY,
    link::arp::ENTRY,
    link::igmp::ENTRY,
    link::stp::ENTRY,
    link::lldp::ENTRY,
    link::cdp::ENTRY,
    link::eapol::ENTRY,
    login::shell::ENTRY,
];
