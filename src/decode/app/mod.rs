//! Application payload to facts: which protocol it is, by content with ports as hints, and what it says.
//!
//! One file per protocol, one line in [`ALL`]; `entry` says what each gives, `finder` asks them. What several of them read
//! is in `shared`. TCP segments are put in order by `flow::reassembly` before they come here.

pub mod describe;
pub mod shared;

mod arp;
mod bittorrent;
mod cdp;
mod dhcp;
mod dhcpv6;
mod dnp3;
mod dns;
mod eapol;
mod finder;
mod ftp;
mod http;
mod http2;
pub(super) mod icmp;
pub(super) mod icmpv6;
mod igmp;
mod imap;
mod irc;
mod kerberos;
mod ldap;
mod lldp;
mod llmnr;
mod mdns;
mod modbus;
mod mongodb;
mod mqtt;
mod ms_rpc;
mod ms_sql;
mod mysql;
mod nbdgm;
mod nbns;
mod ntp;
mod openvpn;
mod parser;
mod pop3;
mod postgresql;
mod quic;
mod radius;
mod rdp;
mod redis;
mod rtcp;
mod rtp;
mod rtsp;
mod shell;
mod sip;
mod smb;
mod smtp;
mod snmp;
mod socks;
mod ssdp;
mod ssh;
mod stp;
mod stratum;
mod stun;
mod syslog;
mod telnet;
mod tftp;
mod tls;
mod vnc;
mod websocket;
mod wireguard;

pub use finder::{Datagrams, entry, guess_stream, read_datagram, read_frame, read_segment};
pub use parser::{Datagram, Entry, Frame, ParseStep, PortPair, ProbeResult, ReadDatagram, Stream, StreamParser};

/// Every application protocol that is read, in the order in which they are asked.
pub const ALL: &[Entry] = &[
    tls::ENTRY,
    // Before HTTP, whose methods theirs resemble.
    sip::ENTRY,
    rtsp::ENTRY,
    http::ENTRY,
    http2::ENTRY,
    websocket::ENTRY,
    quic::ENTRY,
    ssh::ENTRY,
    dns::ENTRY,
    mdns::ENTRY,
    llmnr::ENTRY,
    ftp::ENTRY,
    smb::ENTRY,
    kerberos::ENTRY,
    ms_rpc::ENTRY,
    ldap::ENTRY,
    rdp::ENTRY,
    dhcp::ENTRY,
    nbns::ENTRY,
    nbdgm::ENTRY,
    snmp::ENTRY,
    ntp::ENTRY,
    vnc::ENTRY,
    mysql::ENTRY,
    postgresql::ENTRY,
    ms_sql::ENTRY,
    redis::ENTRY,
    mongodb::ENTRY,
    dhcpv6::ENTRY,
    radius::ENTRY,
    tftp::ENTRY,
    syslog::ENTRY,
    ssdp::ENTRY,
    smtp::ENTRY,
    pop3::ENTRY,
    imap::ENTRY,
    telnet::ENTRY,
    mqtt::ENTRY,
    stratum::ENTRY,
    irc::ENTRY,
    wireguard::ENTRY,
    stun::ENTRY,
    rtcp::ENTRY,
    openvpn::ENTRY,
    bittorrent::ENTRY,
    dnp3::ENTRY,
    rtp::ENTRY,
    socks::ENTRY,
    modbus::ENTRY,
    icmp::ENTRY,
    icmpv6::ENTRY,
    arp::ENTRY,
    igmp::ENTRY,
    stp::ENTRY,
    lldp::ENTRY,
    cdp::ENTRY,
    eapol::ENTRY,
    shell::ENTRY,
];
