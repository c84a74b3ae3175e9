//! BitTorrent: handshakes of peers (BEP 3), the distributed hash table (BEP 5), trackers over UDP (BEP 15), searches in the
//! local network (BEP 14), and uTP (BEP 29) by its shape.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::head::Head;
use crate::decode::app::support::head::number;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::overlay::BitTorrentMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::format::text::hex;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::BitTorrent,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(BitTorrent) }),
    frame: None,
};

const HANDSHAKE: &[u8] = b"\x13BitTorrent protocol";
/// Bytes of a handshake: name, eight reserved bytes, hash, peer.
const HANDSHAKE_BYTES: usize = 68;
/// Bytes of an info hash.
const HASH_BYTES: usize = 20;
/// Bytes of the header of uTP.
const UTP_HEADER_BYTES: usize = 20;
/// Lowest port that peers are expected at.
const LOWEST_PORT: u16 = 1024;
/// Longest name of a query.
const MOST_NAME_BYTES: usize = 32;

fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    match bytes.starts_with(HANDSHAKE) {
        true => ProbeResult::Certain,
        false if bytes.len() > 1 && HANDSHAKE.starts_with(bytes) => ProbeResult::NeedMore,
        false => ProbeResult::NotForUs,
    }
}

struct BitTorrent;

impl StreamParser for BitTorrent {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if !bytes.starts_with(HANDSHAKE) {
            return ParseStep::Done;
        }
        let Some(handshake) = bytes.get(..HANDSHAKE_BYTES) else { return ParseStep::Took(0) };
        fields.begin();
        fields.token(FieldId::Message, BitTorrentMessage::Handshake);
        if let Some((_, [hash @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _])) =
            handshake.split_at_checked(HANDSHAKE.len() + 8)
        {
            fields.text(FieldId::Hash, &hex(hash));
        }
        // Most clients name themselves and their version in the first eight bytes (BEP 20).
        let peer = handshake.get(HANDSHAKE_BYTES - HASH_BYTES..).unwrap_or(&[]);
        if let Some(name) = peer.get(..8).filter(|name| name.starts_with(b"-") && name.ends_with(b"-")) {
            fields.bytes(FieldId::Agent, name);
        }
        ParseStep::Done
    }
}

fn read(payload: &[u8], ends: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    match payload {
        [b'd', b'1' | b'2', b':', .., b'e'] => hash_table(payload, fields),
        [0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, 0, 0, 0, 0, _, _, _, _] => {
            fields.token(FieldId::Message, BitTorrentMessage::TrackerConnect);
            ProbeResult::Certain
        }
        [b'B', b'T', b'-', b'S', b'E', b'A', b'R', b'C', b'H', b' ', ..] => {
            fields.token(FieldId::Message, BitTorrentMessage::LocalSearch);
            let head = Head::of(payload);
            let hashes = head.headers().filter(|(name, _)| name.eq_ignore_ascii_case(b"infohash"));
            hashes.for_each(|(_, hash)| fields.bytes(FieldId::Hash, hash));
            ProbeResult::Certain
        }
        [0x01 | 0x11 | 0x21 | 0x31 | 0x41, 0..=2, ..] if ends.source_port.min(ends.target_port) >= LOWEST_PORT => {
            utp(payload, fields)
        }
        _ => ProbeResult::NotForUs,
    }
}

/// A dictionary whose key `y` says what it is: query, response or error.
fn hash_table(payload: &[u8], fields: &mut FieldBuffer) -> ProbeResult {
    let Some(at) = memchr::memmem::rfind(payload, b"1:y1:") else { return ProbeResult::NotForUs };
    let name = match payload.get(at + 5) {
        Some(b'q') => BitTorrentMessage::DhtQuery,
        Some(b'r') => BitTorrentMessage::DhtResponse,
        Some(b'e') => BitTorrentMessage::DhtError,
        _ => return ProbeResult::NotForUs,
    };
    fields.token(FieldId::Message, name);
    fields.bytes(FieldId::Function, string(payload, b"1:q").filter(|q| q.len() <= MOST_NAME_BYTES).unwrap_or(&[]));
    if let Some(hash) = string(payload, b"9:info_hash").filter(|hash| hash.len() == HASH_BYTES) {
        fields.text(FieldId::Hash, &hex(hash));
    }
    ProbeResult::Certain
}

/// The string behind a key.
fn string<'a>(payload: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let rest = payload.get(memchr::memmem::find(payload, key)? + key.len()..)?;
    let (digits, text) = rest.split_at(memchr::memchr(b':', rest.get(..4)?)?);
    text.get(1..)?.get(..usize::try_from(number(digits)?).ok()?)
}

/// Version 1, known extensions whose lengths fit, and data only where the type has some.
fn utp(payload: &[u8], fields: &mut FieldBuffer) -> ProbeResult {
    let (Some(kind), Some(mut extension)) = (payload.first().map(|first| first >> 4), payload.get(1).copied()) else {
        return ProbeResult::NotForUs;
    };
    let Some(mut rest) = payload.get(UTP_HEADER_BYTES..) else { return ProbeResult::NotForUs };
    while extension != 0 {
        let [next @ 0..=2, n @ 4..=32, after @ ..] = rest else { return ProbeResult::NotForUs };
        let Some(after) = after.get(usize::from(*n)..) else { return ProbeResult::NotForUs };
        (extension, rest) = (*next, after);
    }
    let name = match (kind, rest.is_empty()) {
        (0, false) => BitTorrentMessage::UTPData,
        (1, true) => BitTorrentMessage::UTPEnd,
        (2, true) => BitTorrentMessage::UTPState,
        (3, true) => BitTorrentMessage::UTPReset,
        (4, true) => BitTorrentMessage::UTPRequest,
        _ => return ProbeResult::NotForUs,
    };
    fields.token(FieldId::Message, name);
    ProbeResult::Unsure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn a_handshake_names_what_is_shared_and_the_client() {
        let bytes = [HANDSHAKE, &[0; 8], &[0xab; 20], b"-UT3530-123456789012"].concat();
        let mut fields = FieldBuffer::default();
        for end in HANDSHAKE.len()..bytes.len() {
            assert_eq!(BitTorrent.on_data(Direction::ToResponder, &bytes[..end], &mut fields), ParseStep::Took(0));
        }
        assert_eq!(BitTorrent.on_data(Direction::ToResponder, &bytes, &mut fields), ParseStep::Done);
        let hash = format!("hash={}", "ab".repeat(20));
        assert_eq!(listed(&fields), ["message=handshake", &hash, "agent=-UT3530-"]);
    }

    #[test]
    fn datagrams_of_each_kind_are_told() {
        let ends = PortPair::new(false, 40_000, 40_001);
        let query = b"d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe";
        let mut fields = FieldBuffer::default();
        assert_eq!(read(query, &ends, &mut fields), ProbeResult::Certain);
        let hash = "hash=6d6e6f707172737475767778797a313233343536";
        assert_eq!(listed(&fields), ["message=DHT query", "function=get_peers", hash]);
        (0..query.len()).for_each(|end| assert_eq!(read(&query[..end], &ends, &mut fields), ProbeResult::NotForUs));
        let search = b"BT-SEARCH * HTTP/1.1\r\nHost: x\r\nInfohash: AB12\r\n\r\n";
        fields.clear();
        assert_eq!(read(search, &ends, &mut fields), ProbeResult::Certain);
        assert_eq!(listed(&fields), ["message=local search", "hash=AB12"]);
        let mut state = [0x21; 20];
        state[1] = 0;
        assert_eq!(read(&state, &ends, &mut fields), ProbeResult::Unsure);
        assert_eq!(read(&state[..19], &ends, &mut fields), ProbeResult::NotForUs);
    }
}
