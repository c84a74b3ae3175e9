//! WebSocket frames after the HTTP upgrade (RFC 6455, section 5.2): their types; payload is skipped.

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
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::WebSocket,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(WebSocket) }),
    frame: None,
};

/// A frame proves nothing: only the upgrade before it does.
fn guess(_: &[u8], _: &PortPair) -> ProbeResult {
    ProbeResult::NotForUs
}

const RESERVED: u8 = 0x30;
const IS_MASKED: u8 = 0x80;

struct WebSocket;

impl StreamParser for WebSocket {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((kind, n)) = head(bytes) else { return ParseStep::Took(0) };
        let name = match kind & 0x0f {
            0 => "continuation",
            1 => "text",
            2 => "binary",
            8 => "close",
            9 => "ping",
            10 => "pong",
            _ => return ParseStep::Done,
        };
        if kind & RESERVED != 0 {
            return ParseStep::Done;
        }
        fields.begin();
        fields.text(FieldId::Message, name);
        ParseStep::Skip(n)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        let length = |rest: &[u8]| {
            let (kind, n) = head(rest).filter(|(kind, _)| kind & RESERVED == 0)?;
            matches!(kind & 0x0f, 0..=2 | 8..=10).then(|| usize::try_from(n).ok()).flatten()
        };
        resync::follows(bytes, length).then_some(0)
    }
}

/// The first byte of a frame, and the bytes of all of it.
fn head(bytes: &[u8]) -> Option<(u8, u64)> {
    let mut cursor = bytes;
    let [kind, length] = cursor.array()?;
    let n = match length & !IS_MASKED {
        126 => u64::from(cursor.u16()?),
        127 => cursor.array().map(u64::from_be_bytes)?,
        n => u64::from(n),
    };
    let n_mask = if length & IS_MASKED != 0 { 4 } else { 0 };
    Some((kind, n.saturating_add((bytes.len() - cursor.len()) as u64).saturating_add(n_mask)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_passed_over_by_their_length() {
        let mut fields = FieldBuffer::default();
        let mut parser = WebSocket;
        assert_eq!(parser.on_data(Direction::ToOriginator, b"\x81\x05hello", &mut fields), ParseStep::Skip(7));
        assert_eq!(
            parser.on_data(Direction::ToResponder, b"\x82\xfe\x01\0mask", &mut fields),
            ParseStep::Skip(4 + 4 + 256)
        );
        assert_eq!(parser.on_data(Direction::ToResponder, b"\x82\xff\0\0", &mut fields), ParseStep::Took(0));
        assert_eq!(parser.on_data(Direction::ToResponder, b"\x87\x00", &mut fields), ParseStep::Done);
        let said: Vec<_> = fields.messages().filter_map(|said| said.text(FieldId::Message)).collect();
        assert_eq!(said, ["text", "binary"]);
    }
}
