//! HTTP/2 in the clear (RFC 9113): the preface, the kinds of the first frames, and the heads of requests and responses.

mod hpack;
mod huffman;

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::head::number;
use crate::decode::app::support::http::add_request;
use crate::decode::app::support::http::add_response;
use crate::decode::app::support::http::without_port;
use crate::decode::app::support::resync;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use hpack::Decoder;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Http2,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Http2::default()) }),
    frame: None,
};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEAD_BYTES: usize = 9;
/// Most bytes of a frame unless both sides agree on more, which few do.
const MOST_FRAME_BYTES: u32 = 1 << 20;
/// Frames of a side that are named: how a connection begins. Heads are read throughout.
const MOST_NAMED: u8 = 32;
/// Most bytes of a head: clients and servers allow 8 to 32 KiB.
const MOST_HEAD_BYTES: usize = 1 << 15;

// Types and flags of frames (RFC 9113, section 6).
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const ACKNOWLEDGED: u8 = 1;
const PUSH_PROMISE: u8 = 5;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 0x04;
const PADDED: u8 = 0x08;
const PRIORITY: u8 = 0x20;

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    match bytes {
        _ if bytes.starts_with(PREFACE) => ProbeResult::Certain,
        _ if PREFACE.starts_with(bytes) => ProbeResult::NeedMore,
        _ => ProbeResult::NotForUs,
    }
}

#[derive(Default)]
struct Http2 {
    sides: [Side; 2],
}

#[derive(Default)]
struct Side {
    n_named: u8,
    decoder: Decoder,
    /// The head that goes on in the next frame.
    head: Vec<u8>,
}

impl StreamParser for Http2 {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.starts_with(PREFACE) {
            fields.begin();
            fields.text(FieldId::Message, "preface");
            return ParseStep::Took(PREFACE.len());
        }
        if PREFACE.starts_with(bytes) {
            return ParseStep::Took(0);
        }
        let [forward, backward] = &mut self.sides;
        let side = if direction == Direction::ToResponder { forward } else { backward };
        let Some((head, rest)) = bytes.split_first_chunk::<FRAME_HEAD_BYTES>() else { return ParseStep::Took(0) };
        let [a, b, c, kind, flags, ..] = *head;
        let n = u32::from_be_bytes([0, a, b, c]);
        let Some(name) = name(kind).filter(|_| n <= MOST_FRAME_BYTES) else { return ParseStep::Done };
        // Each side begins with its settings (section 3.4).
        side.decoder.is_whole |= kind == SETTINGS && flags & ACKNOWLEDGED == 0;
        if !matches!(kind, HEADERS | PUSH_PROMISE | CONTINUATION) {
            if side.n_named < MOST_NAMED {
                side.n_named += 1;
                fields.begin();
                fields.text(FieldId::Message, name);
            }
            return ParseStep::Skip((FRAME_HEAD_BYTES + n as usize) as u64);
        }
        if n as usize > MOST_HEAD_BYTES {
            return ParseStep::Done;
        }
        let Some(payload) = rest.get(..n as usize) else { return ParseStep::Took(0) };
        match side.take(kind, flags, payload, name, fields) {
            Some(()) => ParseStep::Took(FRAME_HEAD_BYTES + payload.len()),
            None => ParseStep::Done,
        }
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        let length = |rest: &[u8]| {
            let [a, b, c, kind, _, stream, ..] = *rest.first_chunk::<FRAME_HEAD_BYTES>()?;
            let n = u32::from_be_bytes([0, a, b, c]);
            let is_frame = n <= MOST_FRAME_BYTES && name(kind).is_some() && stream < 0x80;
            is_frame.then_some(FRAME_HEAD_BYTES + n as usize)
        };
        resync::follows(bytes, length).then_some(0)
    }
}

impl Side {
    /// Takes a frame with a part of a head; none if the heads of this side can be read no longer.
    fn take(&mut self, kind: u8, flags: u8, payload: &[u8], name: &str, fields: &mut FieldBuffer) -> Option<()> {
        let mut block = payload;
        if kind == CONTINUATION {
            // It follows only a head that goes on.
            (!self.head.is_empty()).then_some(())?;
        } else {
            self.head.clear();
            let n_padding = if flags & PADDED != 0 { block.u8()? } else { 0 };
            if kind == PUSH_PROMISE {
                block.u32()?;
            } else if flags & PRIORITY != 0 {
                block.take(5)?;
            }
            block = block.get(..block.len().checked_sub(n_padding.into())?)?;
        }
        if flags & END_HEADERS != 0 && self.head.is_empty() {
            return add_fields(&mut self.decoder, block, name, fields);
        }
        self.head.extend_from_slice(block);
        if self.head.len() > MOST_HEAD_BYTES {
            return None;
        }
        if flags & END_HEADERS != 0 {
            let head = std::mem::take(&mut self.head);
            return add_fields(&mut self.decoder, &head, "headers", fields);
        }
        Some(())
    }
}

/// Adds the facts of a whole head. That of a request says how it is asked (RFC 9113, section 8.3.1).
fn add_fields(decoder: &mut Decoder, block: &[u8], name: &str, fields: &mut FieldBuffer) -> Option<()> {
    let mut is_response = false;
    fields.begin();
    fields.text(FieldId::Message, name);
    decoder.read(block, &mut |name, value| match name {
        b":method" => fields.bytes(FieldId::HttpMethod, value),
        b":authority" => fields.bytes(FieldId::HttpHost, without_port(value)),
        b":path" => fields.bytes(FieldId::HttpPath, value),
        b":status" => {
            is_response = true;
            fields.number(FieldId::HttpStatus, number(value).unwrap_or(0));
        }
        _ if is_response => add_response(name, value, fields),
        _ => add_request(name, value, fields),
    })
}

/// Names of frames (RFC 9113, section 6).
fn name(kind: u8) -> Option<&'static str> {
    let names = [
        "data",
        "headers",
        "priority",
        "reset",
        "settings",
        "push promise",
        "ping",
        "go away",
        "window update",
        "continuation",
    ];
    names.get(usize::from(kind)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn the_preface_and_the_frames_behind_it_are_read() {
        let ends = PortPair::new(true, 40_000, 80);
        let bytes = [PREFACE, b"\0\0\x06\x04\0\0\0\0\0settin"].concat();
        assert_eq!(guess(&bytes, &ends), ProbeResult::Certain);
        assert_eq!(guess(b"PRI", &ends), ProbeResult::NeedMore);
        let mut fields = FieldBuffer::default();
        let mut parser = Http2::default();
        assert_eq!(parser.on_data(Direction::ToResponder, &bytes, &mut fields), ParseStep::Took(PREFACE.len()));
        assert_eq!(parser.on_data(Direction::ToResponder, &bytes[PREFACE.len()..], &mut fields), ParseStep::Skip(15));
        assert_eq!(parser.on_data(Direction::ToOriginator, b"\0\0\0\x77\0\0\0\0\0", &mut fields), ParseStep::Done);
        let said: Vec<_> = fields.messages().filter_map(|said| said.text(FieldId::Message)).collect();
        assert_eq!(said, ["preface", "settings"]);
    }

    #[test]
    fn a_head_is_read_also_in_two_frames_and_padded_and_no_prefix_panics() {
        let head = b"\0\0\x09\x01\x28\0\0\0\x01\x02\0\0\0\0\x10\x82\0\0";
        let more = b"\0\0\x13\x09\x04\0\0\0\x01\x84\x01\x0ba.test:8080\x58\x03x/y";
        let (mut parser, mut fields) = (Http2::default(), FieldBuffer::default());
        for frame in [&head[..], more] {
            for end in 0..frame.len() {
                assert_eq!(parser.on_data(Direction::ToResponder, &frame[..end], &mut fields), ParseStep::Took(0));
            }
            assert_eq!(parser.on_data(Direction::ToResponder, frame, &mut fields), ParseStep::Took(frame.len()));
        }
        let answer = b"\0\0\x06\x01\x05\0\0\0\x01\x8d\x0f\x27\x02ab";
        assert_eq!(parser.on_data(Direction::ToOriginator, answer, &mut fields), ParseStep::Took(answer.len()));
        let expected = [
            "message=headers",
            "http.method=GET",
            "http.path=/",
            "http.host=a.test",
            "message=headers",
            "http.status=404",
            "http.server=ab",
        ];
        assert_eq!(listed(&fields), expected);
        assert_eq!(parser.on_data(Direction::ToResponder, more, &mut fields), ParseStep::Done);
    }
}
