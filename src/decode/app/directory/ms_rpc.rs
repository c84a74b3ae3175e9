//! DCE/RPC over TCP: on the port of the endpoint mapper and on the ports that it returns.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Role;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::bytes;
use crate::decode::app::support::dcerpc::{self, Calls, Fragment, HEAD_BYTES, Pipe};
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::MsRpc,
    datagram: None,
    stream: Some(Stream { guess, sender, parser: || Box::new(MsRpc::default()) }),
    frame: None,
};

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    match Fragment::new(bytes) {
        Some(_) => ProbeResult::Certain,
        None if bytes.len() < HEAD_BYTES && bytes.starts_with(b"\x05\0") && ends.hint == Some(AppProto::MsRpc) => {
            ProbeResult::NeedMore
        }
        None => ProbeResult::NotForUs,
    }
}

/// Request, bind, alter_context and auth3 are the client's; response, fault, bind_ack, bind_nak and alter_context_resp the
/// server's (C706, section 12.6.4; MS-RPCE, section 2.2.2).
fn sender(bytes: &[u8]) -> Option<Role> {
    match Fragment::new(bytes)?.kind {
        0 | 11 | 14 | 16 => Some(Role::Client),
        2 | 3 | 12 | 13 | 15 => Some(Role::Server),
        _ => None,
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
        let Some(fragment) = Fragment::new(bytes) else { return search(bytes) };
        if bytes.len() < fragment.length() {
            return ParseStep::Took(0);
        }
        fields.begin();
        fields.text(FieldId::Message, dcerpc::kind(&fragment));
        self.calls.read(&fragment, Pipe::default(), fields);
        self.calls.answer(&fragment, Pipe::default(), fields);
        bytes::pass(bytes, fragment.length() as u64)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

/// The next fragment in bytes that begin amid one.
fn search(bytes: &[u8]) -> ParseStep {
    let mut places = memchr::memmem::find_iter(bytes, b"\x05\0");
    let next = places.find(|at| *at > 0 && Fragment::new(bytes::from(bytes, *at)).is_some());
    // The last bytes may be the beginning of one.
    ParseStep::Took(next.unwrap_or(bytes.len() - (HEAD_BYTES - 1)))
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

    #[test]
    fn behind_a_loss_the_next_call_is_found() {
        let request = b"\x05\0\0\x03\x10\0\0\0\x18\0\0\0\x02\0\0\0\0\0\0\0\0\0\x0c\0";
        let (mut rpc, mut fields) = (MsRpc::default(), FieldBuffer::default());
        assert!(rpc.on_gap(Direction::ToResponder));
        let late = [&b"the end of \x05\0 another"[..], request].concat();
        assert_eq!(rpc.on_data(Direction::ToResponder, &late, &mut fields), ParseStep::Took(21));
        assert_eq!(rpc.on_data(Direction::ToResponder, &late[21..], &mut fields), ParseStep::Took(24));
        assert_eq!(rpc.on_data(Direction::ToResponder, &[0; 40], &mut fields), ParseStep::Took(25));
    }
}
