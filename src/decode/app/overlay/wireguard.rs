//! WireGuard (its paper, section 5.4): kinds of messages by type and length.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::overlay::WireGuardMessage;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::WireGuard,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: None,
    frame: None,
};

/// Header of sixteen bytes and a tag: nothing inside.
const KEEPALIVE_BYTES: usize = 32;

/// Data come in steps of sixteen bytes, unless that would exceed the tunnel's largest packet: that of IPv6 at least.
const LARGE_BYTES: usize = 1280;

/// A type, three zeros, and the one length of each type; data have a counter that no session brings above 2^40.
fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    let [kind @ 1..=4, 0, 0, 0, rest @ ..] = payload else { return ProbeResult::NotForUs };
    let name = match (kind, payload.len()) {
        (1, 148) => WireGuardMessage::HandshakeInitiation,
        (2, 92) => WireGuardMessage::HandshakeResponse,
        (3, 64) => WireGuardMessage::CookieReply,
        (4, n)
            if n >= KEEPALIVE_BYTES
                && (n.is_multiple_of(16) || n >= LARGE_BYTES)
                && matches!(rest, [_, _, _, _, _, _, _, _, _, 0, 0, 0, ..]) =>
        {
            if n == KEEPALIVE_BYTES {
                WireGuardMessage::Keepalive
            } else {
                WireGuardMessage::TransportData
            }
        }
        _ => return ProbeResult::NotForUs,
    };
    fields.token(FieldId::Message, name);
    ProbeResult::Certain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn types_have_their_lengths() {
        let ends = PortPair::new(false, 40_000, 40_001);
        let mut fields = FieldBuffer::default();
        for (kind, length) in [(1, 148), (2, 92), (3, 64), (4, 32), (4, 1440)] {
            let mut message = vec![0xee; length];
            message[..4].copy_from_slice(&[kind, 0, 0, 0]);
            message[8..16].copy_from_slice(&7_u64.to_le_bytes());
            assert_eq!(read(&message, &ends, &mut fields), ProbeResult::Certain);
            for end in 0..length {
                let is_data = kind == 4 && end >= 32 && (end % 16 == 0 || end >= 1280);
                assert_eq!(read(&message[..end], &ends, &mut FieldBuffer::default()) == ProbeResult::Certain, is_data);
            }
        }
        assert_eq!(listed(&fields)[3..], ["message=keepalive", "message=transport data"]);
    }
}
