//! QUIC's packets with long headers: version and kind, and the hellos, which anyone can decrypt (RFC 9000, section 17.2;
//! RFC 9001, section 5; RFC 9369).

mod handshakes;
mod initial;
mod keys;

pub use handshakes::Handshakes;

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use std::fmt;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Quic,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: None,
    frame: None,
};

const VERSION_1: u32 = 1;
const VERSION_2: u32 = 0x6b33_43cf;
const LONG_HEADER: u8 = 0x80;
/// Most bytes of a connection id (RFC 9000, section 17.2).
const MOST_ID_BYTES: usize = 20;
/// A client's first packets go to an id of at least so many bytes (RFC 9000, section 7.2): shorter ones are a client's own.
const LEAST_ID_BYTES: usize = 8;
/// Most packets in a datagram that are looked at.
const MOST_PACKETS: usize = 8;
/// Where servers of HTTP/3 listen.
const SERVER_PORT: u16 = 443;

#[inline]
fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    match payload {
        [LONG_HEADER..=0xff, version @ ..] if version.first_chunk().is_some_and(|bytes| is_known(*bytes)) => {
            long(payload, fields)
        }
        // Google's own before it became a standard: flags, connection id, version.
        [0x09 | 0x0d, _, _, _, _, _, _, _, _, b'Q', b'0', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
            fields.begin();
            fields.format(FieldId::Version, format_args!("Q0{}{}", char::from(*a), char::from(*b)));
            ProbeResult::Certain
        }
        _ => ProbeResult::NotForUs,
    }
}

/// Version 0 is a server's list of versions.
#[inline]
fn is_known(version: [u8; 4]) -> bool {
    match version {
        [0, 0, 0, 0 | 1] | [0x6b, 0x33, 0x43, 0xcf] | [0xff, 0, 0, 1..=34] | [0xfa, 0xce, 0xb0, 0..=0x0f] => true,
        [b'Q' | b'T', b'0', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        version => version.iter().all(|byte| byte & 0x0f == 0x0a),
    }
}

fn long(payload: &[u8], fields: &mut FieldBuffer) -> ProbeResult {
    let mut last = None;
    for packet in packets(payload) {
        if last != Some((packet.kind, packet.version)) {
            fields.begin();
            fields.text(FieldId::Message, packet.kind.name());
            fields.format(FieldId::Version, Version(packet.version));
            last = Some((packet.kind, packet.version));
        }
    }
    if last.is_some() { ProbeResult::Certain } else { ProbeResult::NotForUs }
}

/// The packets of a datagram, of which those with long headers stand first (RFC 9000, section 12.2).
fn packets(payload: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    let mut rest = payload;
    let next = move || {
        let packet = Packet::read(rest)?;
        rest = packet.rest;
        Some(packet)
    };
    std::iter::from_fn(next).take(MOST_PACKETS)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Initial,
    ZeroRtt,
    Handshake,
    Retry,
    Negotiation,
    /// Of a version whose kinds are not known.
    Other,
}

impl Kind {
    fn of(first: u8, version: u32) -> Kind {
        let kinds = match version {
            0 => return Kind::Negotiation,
            VERSION_1 | 0xff00_0000..=0xff00_ffff | 0xface_b000..=0xface_b0ff => {
                [Kind::Initial, Kind::ZeroRtt, Kind::Handshake, Kind::Retry]
            }
            VERSION_2 => [Kind::Retry, Kind::Initial, Kind::ZeroRtt, Kind::Handshake],
            _ => return Kind::Other,
        };
        kinds.get(usize::from(first >> 4 & 3)).copied().unwrap_or(Kind::Other)
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Initial => "initial",
            Kind::ZeroRtt => "0-RTT",
            Kind::Handshake => "handshake",
            Kind::Retry => "retry",
            Kind::Negotiation => "version negotiation",
            Kind::Other => "long header",
        }
    }
}

/// A packet with a long header.
struct Packet<'a> {
    kind: Kind,
    version: u32,
    /// The id that it goes to.
    connection: &'a [u8],
    /// What stands before the packet number.
    header: &'a [u8],
    /// The packet number and what follows.
    protected: &'a [u8],
    /// What follows the packet.
    rest: &'a [u8],
}

impl<'a> Packet<'a> {
    fn read(bytes: &'a [u8]) -> Option<Packet<'a>> {
        let mut cursor = bytes;
        let first = cursor.u8().filter(|first| first & LONG_HEADER != 0)?;
        let version = cursor.u32()?;
        is_known(version.to_be_bytes()).then_some(())?;
        let kind = Kind::of(first, version);
        let mut packet = Packet { kind, version, connection: &[], header: &[], protected: &[], rest: &[] };
        if version >> 16 == 0x5130 {
            // Google's versions have other headers.
            return Some(packet);
        }
        packet.connection = cursor.field8().filter(|id| id.len() <= MOST_ID_BYTES)?;
        cursor.field8().filter(|id| id.len() <= MOST_ID_BYTES)?;
        match kind {
            Kind::Initial => {
                let n = varint(&mut cursor)?;
                cursor.take(usize::try_from(n).ok()?)?;
            }
            Kind::ZeroRtt | Kind::Handshake => {}
            Kind::Negotiation => {
                let (list, anomalies) = cursor.as_chunks::<4>();
                return (anomalies.is_empty() && list.iter().any(|version| is_known(*version))).then_some(packet);
            }
            Kind::Retry | Kind::Other => return Some(packet),
        }
        let n = usize::try_from(varint(&mut cursor)?).ok()?;
        packet.header = bytes.get(..bytes.len() - cursor.len())?;
        // The end may not have been captured.
        (packet.protected, packet.rest) = cursor.split_at(n.min(cursor.len()));
        Some(packet)
    }
}

/// A number whose first two bits say how long it is (RFC 9000, section 16).
fn varint(cursor: &mut &[u8]) -> Option<u64> {
    let first = cursor.u8()?;
    let n_more = (1_usize << (first >> 6)) - 1;
    let more = cursor.take(n_more)?;
    Some(more.iter().fold(u64::from(first & 0x3f), |number, byte| number << 8 | u64::from(*byte)))
}

/// A version's name.
struct Version(u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.0.to_be_bytes()) {
            (VERSION_1, _) => f.write_str("1"),
            (VERSION_2, _) => f.write_str("2"),
            (0, _) => Ok(()),
            (_, [0xff, 0, 0, draft]) => write!(f, "draft {draft}"),
            (_, [a @ (b'Q' | b'T'), b'0', b, c]) => {
                write!(f, "{}0{}{}", char::from(a), char::from(b), char::from(c))
            }
            (_, [0xfa, 0xce, 0xb0, n]) => write!(f, "mvfst {n}"),
            (other, _) => write!(f, "0x{other:08x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::keys::{Keys, Role};
    use super::*;
    use crate::model::Addr;

    const CONNECTION: &[u8] = b"\x83\x94\xc8\xf0\x3e\x51\x57\x08";
    const ENDS: PortPair = PortPair { source_port: 50_000, target_port: SERVER_PORT, hint: Some(AppProto::Quic) };

    /// A client's Initial packet.
    fn initial(version: u32, frames: &[u8]) -> Vec<u8> {
        protect(version, Role::Client, CONNECTION, frames)
    }

    /// An Initial packet with packet number 2 in four bytes that protects these frames.
    fn protect(version: u32, role: Role, target: &[u8], frames: &[u8]) -> Vec<u8> {
        let keys = Keys::new(version, CONNECTION, role).unwrap();
        let first: u8 = if version == VERSION_2 { 0xd3 } else { 0xc3 };
        let mut packet = vec![first];
        packet.extend(version.to_be_bytes());
        packet.push(target.len() as u8);
        packet.extend(target);
        packet.extend([0, 0]);
        let mut payload = frames.to_vec();
        keys.unlock(2, &mut payload, |_| true);
        payload.extend([0; 16]);
        packet.extend((0x4000 | (payload.len() + 4) as u16).to_be_bytes());
        let mask = keys.mask(*payload.first_chunk().unwrap());
        packet[0] ^= mask[0] & 0x0f;
        packet.extend([mask[1], mask[2], mask[3], 2 ^ mask[4]]);
        packet.extend(payload);
        packet
    }

    /// A hello of TLS 1.3 to `a.example`, in two frames of which the later stands first; padded.
    fn frames() -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend(b"\0\0\x02\x13\x01\x01\0\0\x22\0\0\0\x0e\0\x0c\0\0\x09a.example\0\x10\0\x05\0\x03\x02h3\0\x2b\0\x03\x02\x03\x04");
        let mut message = vec![1, 0, 0, body.len() as u8];
        message.extend(body);
        let (start, end) = message.split_at(40);
        let mut frames = vec![1, 6, 40, end.len() as u8];
        frames.extend(end);
        frames.extend([0, 0, 6, 0, 40]);
        frames.extend(start);
        frames.resize(300, 0);
        frames
    }

    /// A datagram of one side of a conversation, read and heard.
    fn on_datagram(handshakes: &mut Handshakes, role: Role, datagram: &[u8]) -> FieldBuffer {
        let (client, server) = ((Addr::v4([10, 0, 0, 1]), 50_000), (Addr::v4([10, 0, 0, 2]), SERVER_PORT));
        let (source, target) = if role == Role::Client { (client, server) } else { (server, client) };
        let mut fields = FieldBuffer::default();
        read(datagram, &ENDS, &mut fields);
        handshakes.on_datagram(datagram, source, target, &mut fields);
        fields
    }

    #[test]
    fn the_name_in_an_initial_packet_is_read_for_each_version() {
        for (version, name) in
            [(VERSION_1, "1"), (VERSION_2, "2"), (0xff00_001d, "draft 29"), (0xff00_001b, "draft 27")]
        {
            let fields = on_datagram(&mut Handshakes::default(), Role::Client, &initial(version, &frames()));
            let said = fields.fields_at(0..fields.len() as u32);
            assert_eq!(said.text(FieldId::Version), Some(name));
            assert_eq!(said.text(FieldId::TlsSni), Some("a.example"));
            assert_eq!(said.text(FieldId::TlsAlpn), Some("h3"));
            assert!(said.text(FieldId::Ja4).is_some_and(|print| print.starts_with("q13d0103h3_")));
        }
    }

    #[test]
    fn a_hello_that_goes_on_elsewhere_gives_its_name_and_then_the_rest() {
        // First only the piece that stands first in the packet: the end of the hello.
        let (mut end, mut start) = (frames(), frames());
        let n = 4 + usize::from(end[3]);
        end[n..].fill(0);
        start[..n].fill(0);
        let mut handshakes = Handshakes::default();
        let fields = on_datagram(&mut handshakes, Role::Client, &initial(VERSION_1, &end));
        let said = fields.fields_at(0..fields.len() as u32);
        assert_eq!(said.text(FieldId::TlsSni), Some("a.example"));
        assert_eq!(said.text(FieldId::Ja4), None);
        let fields = on_datagram(&mut handshakes, Role::Client, &initial(VERSION_1, &start));
        assert!(fields.iter().any(|(kind, _)| kind == FieldId::Ja4));
        // Sent again, it says nothing new.
        let fields = on_datagram(&mut handshakes, Role::Client, &initial(VERSION_1, &start));
        assert!(fields.iter().all(|(kind, _)| kind != FieldId::Ja4));
    }

    #[test]
    fn the_server_is_read_with_what_its_client_began_and_only_then() {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend(b"\0\x13\x01\0\0\x06\0\x2b\0\x02\x03\x04");
        let mut frames = vec![2, 0, 0, 0, 0, 6, 0, body.len() as u8 + 4, 2, 0, 0, body.len() as u8];
        frames.extend(body);
        let answer = protect(VERSION_1, Role::Server, &[], &frames);
        let mut handshakes = Handshakes::default();
        assert!(on_datagram(&mut handshakes, Role::Server, &answer).iter().all(|(kind, _)| kind != FieldId::Ja3s));
        on_datagram(&mut handshakes, Role::Client, &initial(VERSION_1, &self::frames()));
        let fields = on_datagram(&mut handshakes, Role::Server, &answer);
        assert_eq!(fields.fields_at(0..fields.len() as u32).text(FieldId::TlsCipher), Some("TLS_AES_128_GCM_SHA256"));
        assert!(fields.iter().any(|(kind, _)| kind == FieldId::Ja3s));
    }

    #[test]
    fn no_prefix_panics_and_other_datagrams_are_not_claimed() {
        let packet = initial(VERSION_1, &frames());
        for end in 0..packet.len() {
            on_datagram(&mut Handshakes::default(), Role::Client, &packet[..end]);
        }
        let dns = b"\x80\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";
        assert_eq!(read(dns, &ENDS, &mut FieldBuffer::default()), ProbeResult::NotForUs);
        let rtp = b"\x80\x08\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00voice";
        assert_eq!(read(rtp, &ENDS, &mut FieldBuffer::default()), ProbeResult::NotForUs);
        assert_eq!(read(&[0x80, 0, 0, 0, 0, 0xff, 0, 0], &ENDS, &mut FieldBuffer::default()), ProbeResult::NotForUs);
    }
}
