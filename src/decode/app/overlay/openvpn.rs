//! OpenVPN by the shape of its packets (draft-openvpn-wireformat, section 3), over UDP and TCP; in TCP also the TLS that its
//! control packets carry, where that is in the clear.

use crate::decode::app::carried::Carried;
use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::resync;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::overlay::OpenVpnMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::OpenVpn,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(OpenVpn::default()) }),
    frame: None,
};

const CLIENT_RESET_V2: u8 = 7;
const CLIENT_RESET_V3: u8 = 10;
const SERVER_RESET_V2: u8 = 8;
const CONTROL: u8 = 4;
/// Opcode and session id.
const HEAD_BYTES: usize = 9;
/// HMAC by MD5, SHA-1, SHA-256 or SHA-512, then packet id and time (tls-auth); or these and a tag (tls-crypt).
const WRAPS: [usize; 5] = [0, 16 + 8, 20 + 8, 32 + 8, 64 + 8];

fn read(payload: &[u8], ends: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let Some(first) = payload.first() else { return ProbeResult::NotForUs };
    let (kind, key) = (first >> 3, first & 7);
    let Some(name) = name(kind) else { return ProbeResult::NotForUs };
    let guess = match kind {
        CLIENT_RESET_V2 | SERVER_RESET_V2 | CLIENT_RESET_V3 if key == 0 && wrap_of(payload).is_some() => {
            ProbeResult::Certain
        }
        _ if ends.hint != Some(AppProto::OpenVpn) => return ProbeResult::NotForUs,
        6 | 9 => ProbeResult::Unsure,
        _ if payload.len() > HEAD_BYTES => ProbeResult::Unsure,
        _ => return ProbeResult::NotForUs,
    };
    fields.token(FieldId::Message, name);
    guess
}

/// How many bytes of the first packet of a side authenticate it. It acknowledges nothing (or the other's first packet) and
/// has the number 0. Encrypted (tls-crypt), that cannot be seen, but its time stamp's place and its length are known.
fn wrap_of(payload: &[u8]) -> Option<usize> {
    const FIRST: [u8; 5] = [0; 5];
    // One acknowledged packet, its number 0, then the session id of the other side, then the own number 0.
    const ANSWER_BYTES: usize = 1 + 4 + 8 + 4;
    WRAPS.into_iter().find(|wrap| {
        let Some(rest) = payload.get(HEAD_BYTES + wrap..) else { return false };
        let answers = rest.len() == ANSWER_BYTES
            && rest.starts_with(&[1, 0, 0, 0, 0])
            && rest.ends_with(&[0, 0, 0, 0])
            && payload.first().is_some_and(|first| first >> 3 == SERVER_RESET_V2);
        answers || rest == FIRST
    })
}

/// Number and content of a control packet behind what authenticates it.
fn control(packet: &[u8], wrap: usize) -> Option<(u32, &[u8])> {
    let mut cursor = packet.get(HEAD_BYTES + wrap..)?;
    let n_acknowledged = usize::from(cursor.u8()?);
    if n_acknowledged > 0 {
        cursor.take(4 * n_acknowledged + 8)?;
    }
    Some((cursor.u32()?, cursor))
}

fn name(kind: u8) -> Option<OpenVpnMessage> {
    Some(match kind {
        1 | CLIENT_RESET_V2 | CLIENT_RESET_V3 => OpenVpnMessage::ClientReset,
        2 | 8 => OpenVpnMessage::ServerReset,
        3 => OpenVpnMessage::SoftReset,
        4 => OpenVpnMessage::Control,
        5 => OpenVpnMessage::Acknowledgment,
        6 | 9 => OpenVpnMessage::Data,
        11 => OpenVpnMessage::WrappedControl,
        _ => return None,
    })
}

/// Packets with their length in two bytes in front.
fn packet(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let ([n0, n1], rest) = bytes.split_first_chunk::<2>()?;
    let n = usize::from(u16::from_be_bytes([*n0, *n1]));
    Some((rest.get(..n).unwrap_or(rest), n))
}

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match packet(bytes) {
        Some((packet, n)) if packet.len() == n && n > 0 => read(packet, ends, &mut FieldBuffer::default()),
        _ => ProbeResult::NotForUs,
    }
}

#[derive(Default)]
struct OpenVpn {
    /// Of the first packet.
    wrap: Option<usize>,
    tls: Option<Carried>,
    /// Numbers of the control packets that come next.
    next: [u32; 2],
}

impl StreamParser for OpenVpn {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((packet, n)) = packet(bytes) else { return ParseStep::Took(0) };
        let Some(first) = packet.first() else { return if n == 0 { ParseStep::Done } else { ParseStep::Took(0) } };
        let kind = first >> 3;
        let Some(name) = name(kind) else { return ParseStep::Done };
        let is_read = matches!(kind, CLIENT_RESET_V2 | CLIENT_RESET_V3 | SERVER_RESET_V2) && self.tls.is_none()
            || kind == CONTROL && self.tls.is_some();
        if is_read && packet.len() < n {
            return ParseStep::Took(0);
        }
        fields.begin();
        fields.token(FieldId::Message, name);
        if is_read {
            self.control(direction, kind, packet, fields);
        }
        ParseStep::Skip(2 + n as u64)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        let length = |rest: &[u8]| {
            let (packet, n) = packet(rest)?;
            packet.first().and_then(|first| name(first >> 3)).map(|_| 2 + n)
        };
        resync::follows(bytes, length).then_some(0)
    }
}

impl OpenVpn {
    fn control(&mut self, direction: Direction, kind: u8, packet: &[u8], fields: &mut FieldBuffer) -> Option<()> {
        let [forward, backward] = &mut self.next;
        let next = if direction == Direction::ToResponder { forward } else { backward };
        if kind != CONTROL {
            self.wrap = Some(wrap_of(packet)?);
            self.next = [1, 1];
            self.tls = Carried::of(AppProto::Tls);
            return None;
        }
        let (number, content) = control(packet, self.wrap?)?;
        // What is sent again came already: TCP keeps the order.
        if number == *next {
            *next += 1;
            self.tls.as_mut()?.push(direction, content, fields);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn reset(opcode: u8, wrap: usize, rest: &[u8]) -> Vec<u8> {
        [&[opcode << 3][..], &[0xab; 8], &vec![0xcd; wrap], rest].concat()
    }

    #[test]
    fn the_first_packets_are_certain_on_any_port() {
        let ends = PortPair::new(false, 40_000, 40_001);
        let answer = [&[1, 0, 0, 0, 0][..], &[0xef; 8], &[0; 4]].concat();
        for (packet, name) in [
            (reset(7, 0, &[0; 5]), "client reset"),
            (reset(7, 28, &[0; 5]), "client reset"),
            (reset(8, 0, &answer), "server reset"),
            (reset(8, 72, &answer), "server reset"),
        ] {
            let mut fields = FieldBuffer::default();
            assert_eq!(read(&packet, &ends, &mut fields), ProbeResult::Certain);
            assert_eq!(listed(&fields), [format!("message={name}")]);
            for end in 0..packet.len() - 5 {
                assert_eq!(read(&packet[..end], &ends, &mut fields), ProbeResult::NotForUs);
            }
            let stream = [&[0, packet.len() as u8], packet.as_slice()].concat();
            assert_eq!(guess(&stream, &PortPair::new(true, 40_000, 40_001)), ProbeResult::Certain);
            assert_eq!(
                OpenVpn::default().on_data(Direction::ToResponder, &stream, &mut fields),
                ParseStep::Skip(stream.len() as u64)
            );
        }
        assert_eq!(read(&[0x30; 100], &ends, &mut FieldBuffer::default()), ProbeResult::NotForUs);
        assert_eq!(
            read(&[0x30; 100], &PortPair::new(false, 1194, 40_001), &mut FieldBuffer::default()),
            ProbeResult::Unsure
        );
    }

    #[test]
    fn tls_in_control_packets_is_read_once_each() {
        let in_tcp = |packet: Vec<u8>| [&[0, packet.len() as u8], packet.as_slice()].concat();
        let control = |wrap, number: u8, content: &[u8]| {
            in_tcp(reset(CONTROL, wrap, &[&[1, 0, 0, 0, 0][..], &[0xef; 8], &[0, 0, 0, number], content].concat()))
        };
        for wrap in [0, 28] {
            let (mut parser, mut fields) = (OpenVpn::default(), FieldBuffer::default());
            parser.on_data(Direction::ToResponder, &in_tcp(reset(7, wrap, &[0; 5])), &mut fields);
            for packet in [
                control(wrap, 1, b"\x15\x03\x03\0"),
                control(wrap, 2, b"\x02\x02\x28"),
                control(wrap, 2, b"\x02\x02\x28"),
            ] {
                for end in 2..packet.len() {
                    assert_eq!(parser.on_data(Direction::ToResponder, &packet[..end], &mut fields), ParseStep::Took(0));
                }
                assert_eq!(
                    parser.on_data(Direction::ToResponder, &packet, &mut fields),
                    ParseStep::Skip(packet.len() as u64)
                );
            }
            let alerts = fields.iter().filter(|(kind, _)| *kind == FieldId::TlsAlert);
            assert_eq!(alerts.count(), 1);
        }
    }
}
