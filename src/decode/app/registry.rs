//! Finds the protocol of a payload: asks each registered protocol, starting with the one that the ports suggest.

use crate::decode::app::ALL;
use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::web::quic;
use crate::model::Addr;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::flow::Direction;
use crate::model::packet::Packet;

/// Place in [`ALL`] of each protocol, by its number.
static PLACES: [Option<u8>; AppProto::ALL.len()] = places();

#[allow(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is an error")]
const fn places() -> [Option<u8>; AppProto::ALL.len()] {
    let mut places = [None; AppProto::ALL.len()];
    let mut place = 0;
    while place < ALL.len() {
        places[ALL[place].protocol as usize] = Some(place as u8);
        place += 1;
    }
    places
}

/// The line of a protocol, if it is read.
#[inline]
pub fn entry(protocol: AppProto) -> Option<&'static Entry> {
    ALL.get(usize::from((*PLACES.get(protocol as usize)?)?))
}

/// Reads a UDP payload by itself: its protocol, and whether that is certain. Facts are added only for a protocol that it is.
#[inline]
pub fn read_datagram(payload: &[u8], ends: &PortPair, fields: &mut FieldBuffer) -> Option<(AppProto, bool)> {
    if payload.is_empty() {
        return None;
    }
    let mark = fields.mark();
    if let Some(protocol) = ends.hint
        && let Some(datagram) = entry(protocol).and_then(|entry| entry.datagram)
    {
        if matches!((datagram.read)(payload, ends, fields), ProbeResult::Certain | ProbeResult::Unsure) {
            return Some((protocol, true));
        }
        fields.forget(mark);
    }
    let mut unsure = None;
    for (protocol, datagram) in BY_CONTENT.iter().flatten().filter(|(protocol, _)| Some(*protocol) != ends.hint) {
        match (datagram.read)(payload, ends, fields) {
            ProbeResult::Certain => return Some((*protocol, true)),
            ProbeResult::Unsure => unsure = unsure.or(Some((*protocol, false))),
            ProbeResult::NotForUs | ProbeResult::NeedMore => {}
        }
        fields.forget(mark);
    }
    unsure
}

/// Reads datagrams one after the other; remembers of some what the next ones of their conversation need.
#[derive(Debug, Default)]
pub struct Datagrams {
    quic: quic::Handshakes,
}

impl Datagrams {
    /// Reads a UDP payload, as [`read_datagram`] does, between these addresses and ports.
    #[inline]
    pub fn read(
        &mut self,
        payload: &[u8],
        source: (Addr, u16),
        target: (Addr, u16),
        fields: &mut FieldBuffer,
    ) -> Option<(AppProto, bool)> {
        let told = read_datagram(payload, &PortPair::new(false, source.1, target.1), fields);
        if let Some((AppProto::Quic, _)) = told {
            self.quic.on_datagram(payload, source, target, fields);
        }
        told
    }
}

/// The datagram protocols that can be told on any port.
static BY_CONTENT: [Option<(AppProto, Datagram)>; ALL.len()] = by_content();

#[allow(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is an error")]
const fn by_content() -> [Option<(AppProto, Datagram)>; ALL.len()] {
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
pub fn read_frame(packet: &Packet, data: &[u8], fields: &mut FieldBuffer) -> Option<AppProto> {
    let Protocol::AppProto(top) = packet.top()? else { return None };
    (entry(top)?.frame?)(packet, data, fields);
    Some(top)
}

/// Which protocol the first bytes of one side of a connection are.
pub fn guess_stream(bytes: &[u8], ends: &PortPair) -> (ProbeResult, Option<(AppProto, Stream)>) {
    let hinted = ends.hint.and_then(entry).and_then(|entry| Some((entry.protocol, entry.stream?)));
    let mut best = (ProbeResult::NotForUs, None);
    if let Some((protocol, stream)) = hinted {
        match (stream.guess)(bytes, ends) {
            ProbeResult::Certain | ProbeResult::Unsure => return (ProbeResult::Certain, hinted),
            ProbeResult::NeedMore => best = (ProbeResult::NeedMore, Some((protocol, stream))),
            ProbeResult::NotForUs => {}
        }
    }
    for entry in ALL.iter().filter(|entry| Some(entry.protocol) != ends.hint) {
        let Some(stream) = entry.stream else { continue };
        match (stream.guess)(bytes, ends) {
            ProbeResult::Certain => return (ProbeResult::Certain, Some((entry.protocol, stream))),
            ProbeResult::NeedMore if best.0 != ProbeResult::NeedMore => {
                best = (ProbeResult::NeedMore, Some((entry.protocol, stream)))
            }
            ProbeResult::Unsure if best.0 == ProbeResult::NotForUs => {
                best = (ProbeResult::Unsure, Some((entry.protocol, stream)))
            }
            _ => {}
        }
    }
    best
}

/// Who sends this payload of a connection, the client or the server, as far as its protocol says so by a single message.
pub fn sender(payload: &[u8], ends: &PortPair) -> Option<Role> {
    match guess_stream(payload, ends) {
        (ProbeResult::Certain | ProbeResult::Unsure, Some((_, stream))) => (stream.sender)(payload),
        _ => None,
    }
}

/// Most messages of one packet that are read when it is looked at by itself.
const MOST_STEPS: usize = 32;

/// Reads a TCP payload by itself, as far as that goes: `known` is the protocol of its flow, if that is certain.
pub fn read_segment(
    payload: &[u8],
    ends: &PortPair,
    known: Option<AppProto>,
    direction: Direction,
    fields: &mut FieldBuffer,
) -> Option<AppProto> {
    let guessed = guess_stream(payload, ends);
    let (protocol, stream) = match guessed {
        (ProbeResult::Certain, Some(told)) => told,
        _ => known.and_then(entry).and_then(|entry| Some((entry.protocol, entry.stream?)))?,
    };
    let mut parser = (stream.parser)();
    let mut rest = payload;
    for _ in 0..MOST_STEPS {
        match parser.on_data(direction, rest, fields) {
            ParseStep::Took(n) if n > 0 => rest = rest.get(n..).unwrap_or(&[]),
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
    use crate::model::app::field::FieldId;

    #[test]
    fn every_stream_parser_finds_its_way_behind_lost_bytes() {
        // Of these only what they begin with is read: nothing comes behind it to be found again.
        const GREETINGS: [AppProto; 3] = [AppProto::Vnc, AppProto::Socks, AppProto::BitTorrent];
        for entry in ALL {
            let Some(stream) = entry.stream else { continue };
            let mut parser = (stream.parser)();
            let goes_on = parser.on_gap(Direction::ToResponder);
            assert_eq!(goes_on, !GREETINGS.contains(&entry.protocol), "{:?}", entry.protocol);
            // The end of a message that was lost is of no use to any, and ends none.
            let rest: Vec<u8> = (0..200_u8).map(|i| i.wrapping_mul(37) | 0x80).collect();
            if let Some(at) = parser.find_start(Direction::ToResponder, &rest) {
                parser.on_data(Direction::ToResponder, rest.get(at..).unwrap_or(&[]), &mut FieldBuffer::default());
            }
        }
    }

    #[test]
    fn every_protocol_is_listed_once_and_is_carried_by_something() {
        for (place, listed) in ALL.iter().enumerate() {
            assert_eq!(PLACES[listed.protocol as usize], Some(place as u8), "{}", listed.protocol.name());
            assert!(listed.datagram.is_some() || listed.stream.is_some() || listed.frame.is_some());
        }
    }

    #[test]
    fn no_decoder_of_any_protocol_trips_over_noise() {
        let ends = PortPair::new(false, 40_000, 40_001);
        let mut state = 7_u64;
        for length in 0..400 {
            let noise: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 56) as u8
                })
                .collect();
            for entry in ALL {
                let mut fields = FieldBuffer::default();
                if let Some(datagram) = entry.datagram {
                    (datagram.read)(&noise, &ends, &mut fields);
                }
                if let Some(stream) = entry.stream {
                    (stream.guess)(&noise, &ends);
                    let mut parser = (stream.parser)();
                    for direction in [Direction::ToResponder, Direction::ToOriginator] {
                        if let ParseStep::Took(n) | ParseStep::Switch(n) | ParseStep::SwitchTo(n, _) =
                            parser.on_data(direction, &noise, &mut fields)
                        {
                            assert!(n <= noise.len(), "{}", entry.protocol.name());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_first_bytes_of_each_are_its_own_on_any_port() {
        let firsts: &[(AppProto, &[u8])] = &[
            (AppProto::Tls, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"),
            (AppProto::Http, b"OPTIONS / HTTP/1.1\r\nHost: x\r\n"),
            (AppProto::Sip, b"OPTIONS sip:a@x SIP/2.0\r\n"),
            (AppProto::Rtsp, b"OPTIONS rtsp://x/ RTSP/1.0\r\n"),
            (AppProto::Ssh, b"SSH-2.0-OpenSSH_9.9\r\n"),
            (AppProto::Ftp, b"220 (vsFTPd 3.0.5)\r\n"),
            (AppProto::Smtp, b"220 mx.example.org ESMTP Postfix\r\n"),
            (AppProto::Pop3, b"+OK Dovecot ready.\r\n"),
            (AppProto::Imap, b"* OK [CAPABILITY IMAP4rev1] ready\r\n"),
            (AppProto::Telnet, b"\xff\xfd\x18\xff\xfd\x20"),
            (AppProto::Mqtt, b"\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01a"),
            (AppProto::Irc, b"NICK bot\r\nUSER a 0 * :b\r\n"),
            (AppProto::Stratum, b"{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n"),
            (AppProto::Socks, b"\x05\x01\0"),
            (AppProto::BitTorrent, b"\x13BitTorrent protocol\0\0\0\0\0\0\0\0"),
            (AppProto::Stun, b"\0\x01\0\0\x21\x12\xa4\x42aaaaaaaaaaaa"),
            (AppProto::OpenVpn, b"\0\x0e\x38aaaaaaaa\0\0\0\0\0"),
            (AppProto::Dnp3, b"\x05\x64\x05\xc9\x01\0\0\x04\xa6\x57"),
        ];
        for (protocol, bytes) in firsts {
            let (guess, told) = guess_stream(bytes, &PortPair::new(true, 40_000, 40_001));
            assert_eq!((guess, told.map(|(protocol, _)| protocol)), (ProbeResult::Certain, Some(*protocol)));
            // HTTP has methods of SIP and RTSP, which are asked before it.
            for entry in ALL.iter().filter(|entry| ![*protocol, AppProto::Http].contains(&entry.protocol)) {
                let Some(stream) = entry.stream else { continue };
                let guess = (stream.guess)(bytes, &PortPair::new(true, 40_000, 40_001));
                assert_ne!(guess, ProbeResult::Certain, "{} takes {}", entry.protocol.name(), protocol.name());
            }
        }
    }

    #[test]
    fn a_message_tells_client_from_server() {
        use Role::{Client, Server};
        let bind_ack = b"\x05\0\x0c\x03\x10\0\0\0\x18\0\0\0\x02\0\0\0\0\0\0\0\0\0\x0c\0";
        let messages: [(u16, &[u8], Option<Role>); 26] = [
            (80, b"HTTP/1.1 200 OK\r\n", Some(Server)),
            (80, b"GET / HTTP/1.1\r\n", Some(Client)),
            (25, b"220-mail.example ESMTP\r\n", Some(Server)),
            (25, b"EHLO me\r\n", Some(Client)),
            (25, b"MAIL FROM:<a@example.org>\r\n", Some(Client)),
            (21, b"220 Welcome\r\n", Some(Server)),
            (21, b"USER anna\r\n", Some(Client)),
            (110, b"+OK Dovecot ready.\r\n", Some(Server)),
            (110, b"-ERR no such message\r\n", Some(Server)),
            (110, b"STAT\r\n", Some(Client)),
            (143, b"* OK [CAPABILITY IMAP4rev1] ready\r\n", Some(Server)),
            (143, b"* 12 EXISTS\r\n", Some(Server)),
            (143, b"+ idling\r\n", Some(Server)),
            (143, b"a1 OK FETCH completed\r\n", Some(Server)),
            (143, b"a1 NO no such mailbox\r\n", Some(Server)),
            (143, b"a1 BAD what\r\n", Some(Server)),
            (143, b"a1 FETCH 1:4 BODY[]\r\n", Some(Client)),
            (143, b"a1 uid fetch 1 flags\r\n", Some(Client)),
            (143, b"Dear Anna, here is what you asked for\r\n", None),
            (443, b"\x16\x03\x03\0\x40\x02\0\0\x3c", Some(Server)),
            (443, b"\x16\x03\x01\0\x40\x01\0\0\x3c", Some(Client)),
            (443, b"\x17\x03\x03\0\x40abc", None),
            (135, bind_ack, Some(Server)),
            (389, b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0", Some(Client)),
            (389, b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0", Some(Server)),
            // Both sides greet.
            (22, b"SSH-2.0-x\r\n", None),
        ];
        for (port, payload, role) in messages {
            for ends in [PortPair::new(true, 50_000, port), PortPair::new(true, port, 50_000)] {
                assert_eq!(sender(payload, &ends), role, "{}", String::from_utf8_lossy(payload));
            }
        }
    }

    #[test]
    fn a_question_on_the_port_of_dns_is_read_and_noise_leaves_no_facts() {
        let question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";
        let mut fields = FieldBuffer::default();
        let told = read_datagram(question, &PortPair::new(false, 50_000, 53), &mut fields);
        assert_eq!(told, Some((AppProto::Dns, true)));
        assert!(fields.iter().any(|(kind, _)| kind == FieldId::DnsQuery));
        fields.clear();
        assert_eq!(read_datagram(&question[..20], &PortPair::new(false, 50_000, 53), &mut fields), None);
        assert!(fields.is_empty());
    }
}
