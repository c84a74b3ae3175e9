//! Application payload to facts: which protocol it is, by content with ports as hints, and what it says.
//!
//! One file per protocol, one line in [`ALL`]. What several of them read is in `shared`. TCP segments are put in order by
//! `flow::stream` before they come here.

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
mod nbns;
mod ntp;
mod openvpn;
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

use crate::model::fact::Facts;
use crate::model::flow::Way;
use crate::model::packet::Packet;
use crate::model::protocol::{Named, Protocol};

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

/// One application protocol: how it is recognised and read, by what carries it.
#[derive(Clone, Copy)]
pub struct Entry {
    /// The protocol.
    pub protocol: Named,
    /// In UDP datagrams.
    pub datagram: Option<Datagram>,
    /// In TCP streams.
    pub stream: Option<Stream>,
    /// In packets whose innermost layer it is: no TCP, no UDP.
    pub frame: Option<Frame>,
}

/// Reads one datagram by itself, facts and all.
pub type ReadDatagram = fn(&[u8], &Ends, &mut Facts) -> Guess;

/// Reads a packet whose innermost layer the protocol is; the bytes are the packet's from its link header on.
pub type Frame = fn(&Packet, &[u8], &mut Facts);

/// A protocol over UDP.
#[derive(Clone, Copy)]
pub struct Datagram {
    /// True if it can be told on any port; else only datagrams on its ports are shown to it.
    pub is_by_content: bool,
    /// Reads a datagram.
    pub read: ReadDatagram,
}

/// A protocol over TCP.
#[derive(Clone, Copy)]
pub struct Stream {
    /// Recognises it by the first bytes of one side.
    pub guess: fn(&[u8], &Ends) -> Guess,
    /// Begins to read it.
    pub talk: fn() -> Box<dyn Talk>,
}

/// Whether some bytes are of a protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guess {
    /// They are not.
    NotMine,
    /// They may be: counts where the port says the same.
    Unsure,
    /// They are, whatever the port.
    Certain,
    /// More bytes are needed to say.
    More,
}

/// Where a payload comes from and goes to.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub target_port: u16,
    /// The protocol that one of the ports usually means.
    pub hint: Option<Named>,
}

impl Ends {
    /// With the hint of the ports; of two, that of the smaller comes first.
    #[inline]
    pub fn new(is_tcp: bool, source_port: u16, target_port: u16) -> Ends {
        let (low, high) = (source_port.min(target_port), source_port.max(target_port));
        let hint = Protocol::from_port(is_tcp, low).or_else(|| Protocol::from_port(is_tcp, high));
        Ends { source_port, target_port, hint }
    }

    /// True if the datagram goes to this port or comes from it.
    pub fn has(&self, port: u16) -> bool {
        self.source_port == port || self.target_port == port
    }
}

/// A connection's two sides as one protocol reads them.
pub trait Talk: Send {
    /// Reads what it can at the start of the bytes that come next on one side. Facts go out message by message.
    fn read(&mut self, way: Way, bytes: &[u8], facts: &mut Facts) -> Step;

    /// Bytes of one side are missing. True if it can go on with what follows.
    fn lose(&mut self, _way: Way) -> bool {
        false
    }
}

/// How far a reader came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It read so many bytes and wants to be shown the rest; with none it waits for more.
    Took(usize),
    /// So many bytes do not matter, also those that are still to come.
    Skip(u64),
    /// Nothing more of this side matters.
    Done,
    /// After so many bytes both sides speak another protocol, which is to be found out anew.
    Over(usize),
    /// After so many bytes both sides speak this protocol.
    Into(usize, Named),
}

/// Place in [`ALL`] of each protocol, by its number.
static PLACES: [Option<u8>; Named::ALL.len()] = places();

#[allow(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is an error")]
const fn places() -> [Option<u8>; Named::ALL.len()] {
    let mut places = [None; Named::ALL.len()];
    let mut place = 0;
    while place < ALL.len() {
        places[ALL[place].protocol as usize] = Some(place as u8);
        place += 1;
    }
    places
}

/// The line of a protocol, if it is read.
#[inline]
pub fn entry(protocol: Named) -> Option<&'static Entry> {
    ALL.get(usize::from((*PLACES.get(protocol as usize)?)?))
}

/// Reads a UDP payload: its protocol, and whether that is certain. Facts are added only for a protocol that it is.
#[inline]
pub fn read_datagram(payload: &[u8], ends: &Ends, facts: &mut Facts) -> Option<(Named, bool)> {
    if payload.is_empty() {
        return None;
    }
    let mark = facts.mark();
    if let Some(protocol) = ends.hint
        && let Some(datagram) = entry(protocol).and_then(|entry| entry.datagram)
    {
        if matches!((datagram.read)(payload, ends, facts), Guess::Certain | Guess::Unsure) {
            return Some((protocol, true));
        }
        facts.forget(mark);
    }
    let mut unsure = None;
    for (protocol, datagram) in BY_CONTENT.iter().flatten().filter(|(protocol, _)| Some(*protocol) != ends.hint) {
        match (datagram.read)(payload, ends, facts) {
            Guess::Certain => return Some((*protocol, true)),
            Guess::Unsure => unsure = unsure.or(Some((*protocol, false))),
            Guess::NotMine | Guess::More => {}
        }
        facts.forget(mark);
    }
    unsure
}

/// The datagram protocols that can be told on any port.
static BY_CONTENT: [Option<(Named, Datagram)>; ALL.len()] = by_content();

#[allow(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is an error")]
const fn by_content() -> [Option<(Named, Datagram)>; ALL.len()] {
    let mut all = [None; ALL.len()];
    let mut place = 0;
    while place < ALL.len() {
        if let Some(datagram) = ALL[place].datagram
            && datagram.is_by_content
        {
            all[place] = Some((ALL[place].protocol, datagram));
        }
        place += 1;
    }
    all
}

/// Reads a packet that is neither TCP nor UDP: the protocol of its innermost layer, if that is read.
#[inline]
pub fn read_frame(packet: &Packet, data: &[u8], facts: &mut Facts) -> Option<Named> {
    let Protocol::Named(top) = packet.top()? else { return None };
    (entry(top)?.frame?)(packet, data, facts);
    Some(top)
}

/// Which protocol the first bytes of one side of a connection are.
pub fn guess_stream(bytes: &[u8], ends: &Ends) -> (Guess, Option<(Named, Stream)>) {
    let hinted = ends.hint.and_then(entry).and_then(|entry| Some((entry.protocol, entry.stream?)));
    let mut best = (Guess::NotMine, None);
    if let Some((protocol, stream)) = hinted {
        match (stream.guess)(bytes, ends) {
            Guess::Certain | Guess::Unsure => return (Guess::Certain, hinted),
            Guess::More => best = (Guess::More, Some((protocol, stream))),
            Guess::NotMine => {}
        }
    }
    for entry in ALL.iter().filter(|entry| Some(entry.protocol) != ends.hint) {
        let Some(stream) = entry.stream else { continue };
        match (stream.guess)(bytes, ends) {
            Guess::Certain => return (Guess::Certain, Some((entry.protocol, stream))),
            Guess::More if best.0 != Guess::More => best = (Guess::More, Some((entry.protocol, stream))),
            Guess::Unsure if best.0 == Guess::NotMine => best = (Guess::Unsure, Some((entry.protocol, stream))),
            _ => {}
        }
    }
    best
}

/// Most messages of one packet that are read when it is looked at by itself.
const MOST_STEPS: usize = 32;

/// Reads a TCP payload by itself, as far as that goes: `known` is the protocol of its flow, if that is certain.
pub fn read_segment(payload: &[u8], ends: &Ends, known: Option<Named>, way: Way, facts: &mut Facts) -> Option<Named> {
    let guessed = guess_stream(payload, ends);
    let (protocol, stream) = match guessed {
        (Guess::Certain, Some(told)) => told,
        _ => known.and_then(entry).and_then(|entry| Some((entry.protocol, entry.stream?)))?,
    };
    let mut talk = (stream.talk)();
    let mut rest = payload;
    for _ in 0..MOST_STEPS {
        match talk.read(way, rest, facts) {
            Step::Took(n) if n > 0 => rest = rest.get(n..).unwrap_or(&[]),
            _ => break,
        }
        if rest.is_empty() {
            break;
        }
    }
    Some(protocol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::FactKind;

    #[test]
    fn every_protocol_is_listed_once_and_is_carried_by_something() {
        for (place, listed) in ALL.iter().enumerate() {
            assert_eq!(PLACES[listed.protocol as usize], Some(place as u8), "{}", listed.protocol.name());
            assert!(listed.datagram.is_some() || listed.stream.is_some() || listed.frame.is_some());
        }
    }

    #[test]
    fn no_decoder_of_any_protocol_trips_over_noise() {
        let ends = Ends::new(false, 40_000, 40_001);
        let mut state = 7_u64;
        for length in 0..400 {
            let noise: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            for entry in ALL {
                let mut facts = Facts::default();
                if let Some(datagram) = entry.datagram {
                    (datagram.read)(&noise, &ends, &mut facts);
                }
                if let Some(stream) = entry.stream {
                    (stream.guess)(&noise, &ends);
                    let mut talk = (stream.talk)();
                    for way in [Way::Forward, Way::Backward] {
                        if let Step::Took(n) | Step::Over(n) | Step::Into(n, _) = talk.read(way, &noise, &mut facts) {
                            assert!(n <= noise.len(), "{}", entry.protocol.name());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_question_on_the_port_of_dns_is_read_and_noise_leaves_no_facts() {
        let question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";
        let mut facts = Facts::default();
        let told = read_datagram(question, &Ends::new(false, 50_000, 53), &mut facts);
        assert_eq!(told, Some((Named::Dns, true)));
        assert!(facts.iter().any(|(kind, _)| kind == FactKind::DnsQuery));
        facts.clear();
        assert_eq!(read_datagram(&question[..20], &Ends::new(false, 50_000, 53), &mut facts), None);
        assert!(facts.is_empty());
    }
}
