//! Turns a row of Wireshark's packet list into a packet, as far as its text shows: addresses, ports, flags, lengths.

use super::flags;
use super::flow;
use super::packet_fields::{self, Fields, Segment};
use super::roles::Row;
use crate::model::Addr;
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::format::text;
use crate::model::packet::{Captured, Icmp, Ip, Layers, Packet, Tcp, Transport, Udp, tcp_flag};
use crate::model::rows::Role;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Most pairs of hosts whose ports are remembered.
const MOST_PAIRS: usize = 1 << 16;
/// Ethernet and IPv4 header.
const LOWER_HEADERS: u32 = 34;

/// What is known from the rows before: packets of applications name neither ports nor sequence numbers.
#[derive(Default)]
pub struct PacketRows {
    ports: HashMap<(Addr, Addr), (u8, u16, u16), RandomState>,
    streams: HashMap<Ends, Stream, RandomState>,
}

/// One direction of a TCP connection.
#[derive(Clone, Copy, Default)]
struct Stream {
    /// The sequence number behind all bytes so far.
    next: u32,
    /// Bytes below the payload, of the last row that says its length.
    header_bytes: Option<u32>,
}

/// The ends of a direction.
type Ends = (Addr, u16, Addr, u16);

impl PacketRows {
    /// The packet of a row; none without a time.
    pub fn build(&mut self, row: &Row<'_>, index: u64) -> Option<Packet> {
        let time_ns = row.moment(Role::Start)?;
        let wire_bytes = u32::try_from(row.count(Role::Bytes).unwrap_or(0)).unwrap_or(u32::MAX);
        let info = text::decode_cow(row.text(Role::Info).unwrap_or_default());
        let named = row.text(Role::Protocol).or_else(|| row.text(Role::Service));
        let name = text::decode_cow(named.unwrap_or_default());
        let application = application(&name);
        let addresses = row.host(Role::Source).zip(row.host(Role::Target));
        let mut layers = Layers::default();
        layers.push(AppProto::Ethernet);
        let mut ip = None;
        let mut transport = Transport::None;
        if let Some((source, target)) = addresses {
            layers.push(if source.is_v4() { AppProto::Ipv4 } else { AppProto::Ipv6 });
            let protocol;
            (protocol, transport) = match packet_fields::transport(row, |ports| by_name(&name, application, ports)) {
                Some(Fields::Tcp(written)) => {
                    let written = if ports(&info).is_some() { filled(written, &info) } else { written };
                    (6, Transport::Tcp(self.segment((source, target), &written, wire_bytes)))
                }
                Some(Fields::Udp(source_port, target_port)) => {
                    let payload_bytes = wire_bytes.saturating_sub(LOWER_HEADERS + 8);
                    (17, Transport::Udp(Udp { source_port, target_port, payload_bytes }))
                }
                Some(Fields::Other(protocol)) => (protocol, Transport::None),
                None => self.transport(&name, &info, (source, target), wire_bytes),
            };
            layers.push(Protocol::from_ip_protocol(protocol));
            let payload_bytes = wire_bytes.saturating_sub(LOWER_HEADERS);
            ip = Some(Ip { source, target, protocol, ttl: 0, is_fragment: false, payload_bytes });
        } else if name == "ARP" {
            layers.push(AppProto::Arp);
        }
        if let Some(named) = application {
            layers.push(named);
        }
        Some(Packet {
            index,
            time_ns,
            is_timed: true,
            wire_bytes,
            captured_bytes: wire_bytes,
            macs: None,
            vlan: 0,
            vlan_stack: 0,
            layers,
            arp: None,
            ip,
            transport,
            is_damaged: false,
            captured: Captured::default(),
            net_at: 0,
            transport_at: 0,
            payload: 0..0,
            extras: None,
        })
    }

    fn transport(
        &mut self,
        name: &str,
        info: &str,
        (source, target): (Addr, Addr),
        wire_bytes: u32,
    ) -> (u8, Transport) {
        if name.starts_with("ICMP") {
            let is_v6 = name == "ICMPv6";
            let payload_bytes = wire_bytes.saturating_sub(LOWER_HEADERS + 8);
            let (kind, identifier) = echo(info, is_v6);
            let icmp = Icmp { is_v6, kind, code: 0, identifier, payload_bytes, content: None, refused: None };
            return (if is_v6 { 58 } else { 1 }, Transport::Icmp(icmp));
        }
        let (said, flags) = (ports(info), noted_flags(info));
        let known = || self.ports.get(&(source, target)).copied();
        let (protocol, source_port, target_port) = match (said, usual(name)) {
            (Some((from, to)), usual) => {
                let is_udp = flags.is_none() && usual.is_some_and(|(protocol, _)| protocol == 17);
                (if is_udp { 17 } else { 6 }, from, to)
            }
            (None, _) if known().is_some() => known().unwrap_or_default(),
            (None, Some((protocol, port))) => {
                let is_answer = info.contains("response") || info.starts_with("HTTP/") || info.starts_with("Response");
                let (from, to) = if is_answer { (port, 0) } else { (0, port) };
                (protocol, from, to)
            }
            (None, None) => return (0, Transport::None),
        };
        if said.is_some() && self.ports.len() < MOST_PAIRS {
            self.ports.insert((source, target), (protocol, source_port, target_port));
            self.ports.insert((target, source), (protocol, target_port, source_port));
        }
        if protocol == 17 {
            let payload_bytes = wire_bytes.saturating_sub(LOWER_HEADERS + 8);
            return (17, Transport::Udp(Udp { source_port, target_port, payload_bytes }));
        }
        let written = filled(Segment { ports: (source_port, target_port), flags, ..Segment::default() }, info);
        (6, Transport::Tcp(self.segment((source, target), &written, wire_bytes)))
    }

    /// The header of a segment of which this much is written.
    fn segment(&mut self, (source, target): (Addr, Addr), written: &Segment, wire_bytes: u32) -> Tcp {
        let (source_port, target_port) = written.ports;
        let forward = (source, source_port, target, target_port);
        let backward = (target, target_port, source, source_port);
        let flags = written.flags.unwrap_or(0);
        let mut stream = self.streams.get(&forward).copied().unwrap_or_default();
        let header_bytes = stream.header_bytes.unwrap_or(LOWER_HEADERS + 20);
        let payload = written.length.unwrap_or(wire_bytes.saturating_sub(header_bytes));
        let is_request = flags & tcp_flag::SYN != 0;
        let payload_bytes = if is_request { 0 } else { payload };
        // A row that does not say its number goes on where the direction is: anything else would look sent again.
        let sequence = written.sequence.unwrap_or(stream.next);
        let acknowledgment = written.acknowledgment.unwrap_or(0);
        let edges = u32::from(flags & tcp_flag::SYN != 0) + u32::from(flags & tcp_flag::FIN != 0);
        let end = sequence.wrapping_add(payload_bytes).wrapping_add(edges);
        let is_ahead = |place: u32, of: u32| place.wrapping_sub(of) as i32 > 0;
        if is_request || is_ahead(end, stream.next) {
            stream.next = end;
        }
        if let (Some(_), Some(length), false) = (written.sequence, written.length, is_request) {
            stream.header_bytes = wire_bytes.checked_sub(length);
        }
        if self.streams.len() < MOST_PAIRS || self.streams.contains_key(&forward) {
            self.streams.insert(forward, stream);
        }
        // What the other side has received was sent, whether the list has it or not.
        if let Some(other) = self.streams.get_mut(&backward)
            && (written.flags.is_none() || flags & tcp_flag::ACK != 0)
            && written.sequence.is_some()
            && is_ahead(acknowledgment, other.next)
        {
            other.next = acknowledgment;
        }
        Tcp {
            source_port,
            target_port,
            sequence,
            acknowledgment,
            flags,
            has_flags: written.flags.is_some(),
            window: written.window,
            window_scale: None,
            says_came_twice: false,
            header_bytes: 20,
            payload_bytes,
        }
    }
}

/// The ports of `443 → 54321 [SYN]` or, as older versions write it, `443 > 54321`.
fn ports(info: &str) -> Option<(u16, u16)> {
    let (before, after) = info.split_once('→').or_else(|| info.split_once('>'))?;
    let from = before.split_whitespace().next_back()?.parse().ok()?;
    let to = after.split_whitespace().next()?.parse().ok()?;
    Some((from, to))
}

/// A segment with what the text says of it where nothing else did.
fn filled(written: Segment, info: &str) -> Segment {
    let number = |name| field(info, name).map(|number| number as u32);
    Segment {
        ports: written.ports,
        flags: written.flags.or_else(|| noted_flags(info)),
        sequence: written.sequence.or_else(|| number("Seq=")),
        acknowledgment: written.acknowledgment.or_else(|| number("Ack=")),
        length: written.length.or_else(|| number("Len=")),
        window: written.window.or_else(|| field(info, "Win=").map(|window| window.min(65_535) as u16)),
    }
}

/// The flags of `[SYN, ACK]`. Notes such as `[TCP Retransmission]` stand in brackets too.
fn noted_flags(info: &str) -> Option<u8> {
    let mut notes = info.split('[').skip(1).filter_map(|part| part.split_once(']'));
    notes.find_map(|(names, _)| names.split(", ").try_fold(0, |all, name| Some(all | flag(name)?)))
}

fn flag(name: &str) -> Option<u8> {
    match name {
        "ECN" => Some(tcp_flag::ECE),
        "<None>" => Some(0),
        name => flags::named(name.as_bytes()),
    }
}

/// The number behind a name, as in `Seq=5`.
fn field(info: &str, name: &str) -> Option<u64> {
    let (_, behind) = info.split_once(name)?;
    let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Type and identifier of an echo message.
fn echo(info: &str, is_v6: bool) -> (u8, u16) {
    let id = info.split_once("id=0x").map(|(_, behind)| behind.chars().take_while(char::is_ascii_hexdigit).collect());
    let id = id.and_then(|digits: String| u16::from_str_radix(&digits, 16).ok()).unwrap_or(0);
    let kind = match (info.contains("reply"), info.contains("request"), info.contains("unreachable")) {
        (true, ..) => {
            if is_v6 {
                129
            } else {
                0
            }
        }
        (_, true, _) => {
            if is_v6 {
                128
            } else {
                8
            }
        }
        (.., true) => {
            if is_v6 {
                1
            } else {
                3
            }
        }
        _ if info.contains("Redirect") => {
            if is_v6 {
                137
            } else {
                5
            }
        }
        _ => {
            if is_v6 {
                135
            } else {
                11
            }
        }
    };
    (kind, id)
}

/// Transport and server port that a protocol's name usually means.
fn usual(name: &str) -> Option<(u8, u16)> {
    Some(match name {
        "DNS" => (17, 53),
        "MDNS" => (17, 5353),
        "LLMNR" => (17, 5355),
        "NBNS" => (17, 137),
        "DHCP" => (17, 67),
        "DHCPv6" => (17, 547),
        "NTP" => (17, 123),
        "SSDP" => (17, 1900),
        "QUIC" => (17, 443),
        "SNMP" => (17, 161),
        "UDP" => (17, 0),
        "TCP" => (6, 0),
        "HTTP" => (6, 80),
        "SSH" | "SSHv2" => (6, 22),
        "FTP" => (6, 21),
        "TELNET" => (6, 23),
        "SMTP" => (6, 25),
        "SMB" | "SMB2" => (6, 445),
        _ if name.starts_with("TLS") || name.starts_with("SSL") => (6, 443),
        _ => return None,
    })
}

/// The protocol of IP that a row's protocol is or goes over, by its name, or by what else has its ports.
fn by_name(name: &str, application: Option<AppProto>, (from, to): (u16, u16)) -> Option<u8> {
    if let Some((protocol, _)) = usual(name) {
        return Some(protocol);
    }
    // A fragment is called `IPv6`, and carries anything.
    let of_ip = flow::by_name(name.as_bytes()).filter(|protocol| !matches!(*protocol, Protocol::NOT_KNOWN | 41));
    let is_over = |is_tcp| {
        application.is_some() && [from, to].iter().any(|port| Protocol::from_port(is_tcp, *port) == application)
    };
    of_ip.or_else(|| (is_over(false) && !is_over(true)).then_some(17))
}

/// The application that a protocol's name is.
fn application(name: &str) -> Option<AppProto> {
    let name = if name.starts_with("TLS") {
        "TLS"
    } else if name.starts_with("SSH") {
        "SSH"
    } else {
        name
    };
    let transports = [AppProto::Tcp, AppProto::Udp, AppProto::Icmp, AppProto::Icmpv6, AppProto::Arp];
    AppProto::ALL.iter().copied().find(|n| n.name().eq_ignore_ascii_case(name)).filter(|n| !transports.contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_flags_and_numbers_are_read_out_of_the_text() {
        let info = "443 → 54321 [SYN, ACK] Seq=0 Ack=1 Win=64240 Len=0 MSS=1460";
        assert_eq!((ports(info), noted_flags(info)), (Some((443, 54321)), Some(0x12)));
        assert_eq!((field(info, "Win="), field(info, "Len=")), (Some(64240), Some(0)));
        let old = "[TCP Retransmission] 5000 > 80 [PSH, ACK] Seq=1 Ack=1 Win=65535 Len=512";
        assert_eq!((ports(old), noted_flags(old)), (Some((5000, 80)), Some(0x18)));
        assert_eq!(ports("Who has 10.0.0.1? Tell 10.0.0.2"), None);
        assert_eq!(noted_flags("Standard query 0x1 A example.org"), None);
        assert_eq!(noted_flags("[TCP ACKed unseen segment] 80 → 5000 [<None>] Seq=1"), Some(0));
        assert_eq!(echo("Echo (ping) request  id=0x001f, seq=1/256, ttl=64", false), (8, 31));
    }
}
