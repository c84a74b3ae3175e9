//! DCE/RPC over TCP: the endpoint mapper's port and those that it names.

use super::shared::bytes;
use super::shared::dcerpc::{self, Calls, HEAD_BYTES};
use super::{Ends, Entry, Guess, Step, Stream, Talk};
use crate::model::fact::{FieldBuffer, FieldId};
use crate::model::flow::Direction;
use crate::model::protocol::AppProto;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::MsRpc,
    datagram: None,
    stream: Some(Stream { guess, talk: || Box::new(MsRpc::default()) }),
    frame: None,
};

fn guess(bytes: &[u8], ends: &Ends) -> Guess {
    match dcerpc::length(bytes) {
        Some(_) => Guess::Certain,
        None if bytes.len() < HEAD_BYTES && bytes.starts_with(b"\x05\0") && ends.hint == Some(AppProto::MsRpc) => {
            Guess::More
        }
        None => Guess::NotMine,
    }
}

#[derive(Default)]
struct MsRpc {
    calls: Calls,
}

impl Talk for MsRpc {
    fn read(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> Step {
        if bytes.len() < HEAD_BYTES {
            return Step::Took(0);
        }
        let Some(length) = dcerpc::length(bytes) else { return Step::Done };
        let Some(fragment) = bytes.get(..length) else { return Step::Took(0) };
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
        let ends = Ends::new(true, 135, 50_000);
        assert_eq!((guess(request, &ends), guess(&request[..9], &ends)), (Guess::Certain, Guess::More));
        // The first message of SOCKS 5, and a length that is less than the head's.
        assert_eq!(guess(b"\x05\x01\0", &ends), Guess::NotMine);
        assert_eq!(guess(b"\x05\0\0\x03\x10\0\0\0\x08\0\0\0\x02\0\0\0", &ends), Guess::NotMine);
        let mut fields = FieldBuffer::default();
        for end in 0..request.len() {
            assert_eq!(MsRpc::default().read(Direction::ToResponder, &request[..end], &mut fields), Step::Took(0));
        }
        assert_eq!(MsRpc::default().read(Direction::ToResponder, request, &mut fields), Step::Took(24));
    }
}
