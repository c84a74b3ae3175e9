//! S7comm and S7comm-plus in TPKT and COTP (RFC 1006, RFC 905): what is asked of a Siemens controller, and what it refuses.
//!
//! Siemens publishes neither; functions and their numbers are those of Wireshark's dissectors.

mod function;

use crate::decode::app::parser::{Entry, ParseStep, PortPair, ProbeResult, Stream, StreamParser};
use crate::decode::app::support::bytes::{self, be16};
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::industrial::{S7Error, S7Function, S7Message};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::S7comm,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(S7comm::default()) }),
    frame: None,
};

const TPKT_BYTES: usize = 4;
/// TPKT, and COTP's length and type.
const HEAD_BYTES: usize = TPKT_BYTES + 2;
/// Longest packet: no controller agrees on more than 8 kB.
const MOST_PACKET_BYTES: usize = 8 * 1024 + 64;
// Types of COTP.
const CONNECT: u8 = 0xe0;
const CONFIRM: u8 = 0xd0;
const DATA: u8 = 0xf0;
/// Bit of COTP's data: the last part of a message.
const LAST_PART: u8 = 0x80;
// First byte of a message.
const S7: u8 = 0x32;
const S7_PLUS: u8 = 0x72;
/// Bytes before the parameters of a job; an acknowledgment has two more for its error.
const S7_HEAD_BYTES: usize = 10;

/// A packet: its length, the type of COTP, whether it ends its message, and what it carries as far as it is there.
struct Packet<'a> {
    n_bytes: usize,
    kind: u8,
    is_last: bool,
    payload: &'a [u8],
}

fn packet(bytes: &[u8]) -> Option<Packet<'_>> {
    let [3, 0, _, _, indicator, kind, ..] = bytes else { return None };
    let n_bytes = usize::from(be16(bytes, 2)?);
    let head = TPKT_BYTES + 1 + usize::from(*indicator);
    if n_bytes < head || head < HEAD_BYTES || n_bytes > MOST_PACKET_BYTES {
        return None;
    }
    let is_last = bytes.get(HEAD_BYTES).is_none_or(|number| number & LAST_PART != 0);
    let payload = bytes::part(bytes, head, n_bytes - head);
    Some(Packet { n_bytes, kind: kind & 0xf0, is_last, payload })
}

/// True if a message of one of the two protocols begins here: protocol, and kind or version.
fn is_message(payload: &[u8]) -> bool {
    matches!(payload, [S7, 1..=3 | 7, ..] | [S7_PLUS, 1..=3 | 0xfe, ..])
}

/// Other protocols use port 102 as well, and their connections begin alike: data must say what it is.
fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    let is_hinted = ends.hint == Some(AppProto::S7comm);
    let mut rest = bytes;
    while let Some(packet) = packet(rest) {
        match packet.kind {
            DATA if is_message(packet.payload) => return ProbeResult::Certain,
            DATA if packet.payload.len() < 2 && rest.len() < packet.n_bytes => break,
            DATA => return ProbeResult::NotForUs,
            CONNECT | CONFIRM if is_hinted => rest = bytes::from(rest, packet.n_bytes),
            _ => return ProbeResult::NotForUs,
        }
    }
    let is_cut = rest.is_empty() || rest.len() < HEAD_BYTES && b"\x03\0".starts_with(bytes::part(rest, 0, 2));
    if is_hinted && (is_cut || packet(rest).is_some()) { ProbeResult::NeedMore } else { ProbeResult::NotForUs }
}

#[derive(Default)]
struct S7comm {
    /// By direction: the packets that come are later parts of a message.
    is_in_message: [bool; 2],
}

impl StreamParser for S7comm {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < HEAD_BYTES {
            return ParseStep::Took(0);
        }
        let Some(packet) = packet(bytes) else { return search(bytes) };
        if bytes.len() < packet.n_bytes {
            return ParseStep::Took(0);
        }
        let [to_controller, from_controller] = &mut self.is_in_message;
        let is_in_message = if direction == Direction::ToResponder { to_controller } else { from_controller };
        match packet.kind {
            CONNECT => connection(S7Message::ConnectRequest, fields),
            CONFIRM => connection(S7Message::ConnectConfirm, fields),
            DATA => {
                match packet.payload {
                    _ if *is_in_message => {}
                    [S7, rest @ ..] => message(rest, packet.payload, fields),
                    [S7_PLUS, version, ..] => plus(*version, packet.payload, fields),
                    _ => {}
                }
                *is_in_message = !packet.is_last;
            }
            _ => {}
        }
        ParseStep::Took(packet.n_bytes)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        self.is_in_message = [false; 2];
        true
    }
}

/// The next message in bytes that begin amid one.
fn search(bytes: &[u8]) -> ParseStep {
    let at = (1..bytes.len()).find(|at| {
        packet(bytes::from(bytes, *at)).is_some_and(|packet| packet.kind == DATA && is_message(packet.payload))
    });
    // The last bytes may be the beginning of one.
    ParseStep::Took(at.unwrap_or(bytes.len().saturating_sub(HEAD_BYTES + 2).max(1)))
}

fn connection(kind: S7Message, fields: &mut FieldBuffer) {
    fields.begin();
    fields.token(FieldId::Message, kind);
}

/// A message behind its first byte: its kind, its function, and the error of an answer.
fn message(rest: &[u8], whole: &[u8], fields: &mut FieldBuffer) {
    let Some(kind) = rest.first() else { return };
    fields.begin();
    let n_error_bytes = if matches!(kind, 2 | 3) { 2 } else { 0 };
    let head = S7_HEAD_BYTES + n_error_bytes;
    let n_parameter_bytes = be16(whole, 6).map_or(0, usize::from);
    let parameters = bytes::part(whole, head, n_parameter_bytes);
    let (sent, function) = match kind {
        1 => (S7Message::Job, function::job(parameters)),
        2 => (S7Message::Ack, None),
        3 => (S7Message::AckData, function::job(parameters)),
        _ => function::userdata(parameters),
    };
    fields.token(FieldId::Message, sent);
    if let Some(function) = function {
        fields.token(FieldId::Function, function);
        if let (S7Function::RequestDownload | S7Function::StartUpload, Some(name)) = (function, block(parameters)) {
            fields.bytes(FieldId::File, name);
        }
    }
    if n_error_bytes > 0
        && let Some(class) = whole.get(S7_HEAD_BYTES)
    {
        error(*class, fields);
    }
}

/// The name of the block that is to be loaded, as `_0A00001P`: its length stands behind eight bytes of parameters.
fn block(parameters: &[u8]) -> Option<&[u8]> {
    let n = usize::from(*parameters.get(8)?);
    let name = parameters.get(9..9 + n)?;
    (n == 9 && name.first() == Some(&b'_')).then_some(name)
}

fn error(class: u8, fields: &mut FieldBuffer) {
    let error = match class {
        0 => return,
        0x81 => S7Error::ApplicationRelationship,
        0x82 => S7Error::ObjectDefinition,
        0x83 => S7Error::NoResources,
        0x84 => S7Error::ServiceProcessing,
        0x85 => S7Error::Supplies,
        0x87 => S7Error::Access,
        _ => S7Error::Other,
    };
    fields.token(FieldId::Error, error);
}

/// A message of S7comm-plus: behind version and length a digest in version 3, then what it is and its function.
fn plus(version: u8, whole: &[u8], fields: &mut FieldBuffer) {
    fields.begin();
    fields.text(FieldId::Version, "S7comm-plus");
    let digest = match (version, whole.get(4)) {
        (3, Some(n)) => 1 + usize::from(*n),
        _ => 0,
    };
    let body = bytes::from(whole, 4 + digest);
    let (sent, function) = match body.first() {
        Some(0x31) => (S7Message::PlusRequest, function::plus_request(body)),
        Some(0x32) => (S7Message::PlusResponse, function::plus_response(body)),
        Some(0x33) => (S7Message::PlusNotification, None),
        _ => (S7Message::PlusOther, None),
    };
    fields.token(FieldId::Message, sent);
    if let Some(function) = function {
        fields.token(FieldId::Function, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    const CONNECT_REQUEST: &[u8] = b"\x03\0\0\x16\x11\xe0\0\0\0\x01\0\xc1\x02\x01\0\xc2\x02\x01\x02\xc0\x01\x0a";
    const STOP: &[u8] = b"\x03\0\0\x21\x02\xf0\x80\x32\x01\0\0\x01\0\0\x10\0\0\x29\0\0\0\0\0\x09P_PROGRAM";
    const REFUSED: &[u8] = b"\x03\0\0\x14\x02\xf0\x80\x32\x03\0\0\x01\0\0\x01\0\0\x81\x04\x29";

    fn read(direction: Direction, bytes: &[u8]) -> Vec<String> {
        let (mut s7, mut fields) = (S7comm::default(), FieldBuffer::default());
        for end in 0..bytes.len() {
            assert_eq!(s7.on_data(direction, &bytes[..end], &mut fields), ParseStep::Took(0), "{end}");
        }
        assert_eq!(s7.on_data(direction, bytes, &mut fields), ParseStep::Took(bytes.len()));
        listed(&fields)
    }

    #[test]
    fn a_stop_and_its_refusal_are_read_and_no_prefix_panics() {
        assert_eq!(read(Direction::ToResponder, STOP), ["message=job", "function=PLC stop"]);
        let refused = ["message=ack data", "function=PLC stop", "error=application relationship error"];
        assert_eq!(read(Direction::ToOriginator, REFUSED), refused);
        assert_eq!(read(Direction::ToResponder, CONNECT_REQUEST), ["message=connect request"]);
    }

    #[test]
    fn a_connection_is_named_once_its_data_say_what_it_is() {
        let (on_port, elsewhere) = (PortPair::new(true, 50_000, 102), PortPair::new(true, 50_000, 50_001));
        assert_eq!(guess(CONNECT_REQUEST, &on_port), ProbeResult::NeedMore);
        assert_eq!(guess(CONNECT_REQUEST, &elsewhere), ProbeResult::NotForUs);
        assert_eq!(guess(&[CONNECT_REQUEST, STOP].concat(), &on_port), ProbeResult::Certain);
        assert_eq!(guess(STOP, &elsewhere), ProbeResult::Certain);
        // MMS (ISO 9506) over the same layers, and the negotiation of RDP.
        let mms = b"\x03\0\0\x0c\x02\xf0\x80\x01\0\x01\0\xa0";
        assert_eq!(guess(&[CONNECT_REQUEST, mms].concat(), &on_port), ProbeResult::NotForUs);
        assert_eq!(guess(b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0", &elsewhere), ProbeResult::NotForUs);
    }

    #[test]
    fn behind_a_loss_the_next_message_is_found_and_later_parts_are_none() {
        let (mut s7, mut fields) = (S7comm::default(), FieldBuffer::default());
        assert!(s7.on_gap(Direction::ToResponder));
        let late = [&b"_PROGRAM"[..], STOP].concat();
        assert_eq!(s7.on_data(Direction::ToResponder, &late, &mut fields), ParseStep::Took(8));
        let first = b"\x03\0\0\x13\x02\xf0\0\x32\x01\0\0\x01\0\0\x10\0\0\x05\x01";
        let second = b"\x03\0\0\x09\x02\xf0\x80\x32\x01";
        let parts = [&first[..], second, STOP].concat();
        let mut at = 0;
        while let ParseStep::Took(n) = s7.on_data(Direction::ToResponder, &parts[at..], &mut fields) {
            at += n;
            if at == parts.len() {
                break;
            }
        }
        assert_eq!(listed(&fields), ["message=job", "function=write variable", "message=job", "function=PLC stop"]);
    }

    #[test]
    fn the_newer_protocol_is_read_with_and_without_digest() {
        let explore = b"\x03\0\0\x16\x02\xf0\x80\x72\x01\0\x07\x31\0\0\x04\xbb\0\0\x72\x01\0\0";
        let expected = ["version=S7comm-plus", "message=S7comm-plus request", "function=explore"];
        assert_eq!(read(Direction::ToResponder, explore), expected);
        let invoke = [&b"\x03\0\0\x31\x02\xf0\x80\x72\x03\0\x26\x20"[..], &[7; 32], b"\x31\0\0\x05\x6b"].concat();
        let expected = ["version=S7comm-plus", "message=S7comm-plus request", "function=invoke"];
        assert_eq!(read(Direction::ToResponder, &invoke), expected);
    }
}
