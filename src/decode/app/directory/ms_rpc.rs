//! DCE/RPC over TCP: the endpoint mapper's port and those that it names.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::dcerpc;
use crate::decode::app::support::dcerpc::Calls;
use crate::decode::app::support::dcerpc::HEAD_BYTES;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::MsRpc,
    datagram: None,
    stream: Some(Stream { guess, talk: || Box::new(MsRpc::default()) }),
    frame: None,
};

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match dcerpc::length(bytes) {
        Some(_) => ProbeResult::Certain,
        None if bytes.len() < HEAD_BYTES && bytes.starts_with(b"\x05\0") && ends.hint == Some(AppProto::MsRpc) => {
            ProbeResult::NeedMore
        }
        None => ProbeResult::NotForUs,
    }
}

#[derive(Default)]
struct MsRpc {
    calls: Calls,
}

impl StreamParser for MsRpc {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if bytes.len() < HEAD_BYTES {
            return ParseStep::Took(0);
        }
        let Some(length) = dcerpc::length(bytes) else { return ParseStep::Done };
        let Some(fragment) = bytes.get(..length) else { return ParseStep::Took(0) };
        fields.begin();
        fields.text(FieldId::Message, dcerpc::kind(fragment));
        self.calls.read(fragment, 0, fields);
        bytes::pass(bytes, length as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_by_its_head() {
        let request = b"\x05\0\0\x03\x10\0\0\0\x18\0\0\0\x02\0\0\0\0\0\0\0\0\0\x0c\0";
        let ends = PortPair::new(true, 135, 50_000);
        assert_eq!((guess(request, &ends), guess(&request[..9], &ends)), (ProbeResult::Certain, ProbeResult::NeedMore));
        // The first message of SOCKS 5, and a length that is less than the head's.
        assert_eq!(guess(b"\x05\x01\0", &ends), ProbeResult::NotForUs);
        assert_eq!(guess(b"\x05\0\0\x03\x10\0\0\0\x08\0\0\0\x02\0\0\0", &ends), ProbeResult::NotForUs);
        let mut fields = FieldBuffer::default();
        for end in 0..request.len() {
            assert_eq!(
                MsRpc::default().on_data(Direction::ToResponder, &request[..end], &mut fields),
                ParseStep::Took(0)
            );
        }
        assert_eq!(MsRpc::default().on_data(Direction::ToResponder, request, &mut fields), ParseStep::Took(24));
    }
}
