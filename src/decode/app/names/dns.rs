//! DNS over UDP, and over TCP where each message has its length before it (RFC 1035, section 4.2).

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::dns;
use crate::decode::app::support::resync;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Dns,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: Some(Stream { guess, sender, parser: || Box::new(Dns) }),
    frame: None,
};

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    if dns::read(payload, fields) { ProbeResult::Certain } else { ProbeResult::NotForUs }
}

/// The first message of a stream, if all of it is there.
fn message(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    if ends.hint != Some(AppProto::Dns) {
        return ProbeResult::NotForUs;
    }
    match message(bytes) {
        Some(message) if dns::read(message, &mut FieldBuffer::default()) => ProbeResult::Certain,
        Some(_) => ProbeResult::NotForUs,
        None => ProbeResult::NeedMore,
    }
}

/// By the flag of a response (RFC 1035, section 4.1.1), behind the length.
fn sender(bytes: &[u8]) -> Option<Role> {
    Some(if bytes.get(4)? & 0x80 != 0 { Role::Server } else { Role::Client })
}

struct Dns;

impl StreamParser for Dns {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some(message) = message(bytes) else { return ParseStep::Took(0) };
        fields.begin();
        let mark = fields.mark();
        if !dns::read(message, fields) {
            fields.forget(mark);
        }
        ParseStep::Took(2 + message.len())
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }

    fn find_start(&mut self, _: Direction, bytes: &[u8]) -> Option<usize> {
        let is_message = |rest: &[u8]| {
            message(rest)
                .filter(|message| dns::read(message, &mut FieldBuffer::default()))
                .map(|message| 2 + message.len())
        };
        resync::follows(bytes, is_message).then_some(0)
    }
}
