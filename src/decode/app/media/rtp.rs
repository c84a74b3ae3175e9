//! RTP (RFC 3550, section 5) by its shape: payload type and source. Nothing in a packet proves it, so that only calls
//! whose packets have the size that their encoding gives them are certain.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Rtp,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: None,
    frame: None,
};

/// Longest packet of a telephone call.
const MOST_CALL_BYTES: usize = 480;
/// Lowest port that media are expected at.
const LOWEST_PORT: u16 = 1024;

fn read(payload: &[u8], ends: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    // Version 2, no padding, no contributing sources: what nearly all senders send.
    let Some(([first @ (0x80 | 0x90), second, s0, s1, t0, t1, t2, t3, source @ ..], rest)) =
        payload.split_first_chunk::<12>()
    else {
        return ProbeResult::NotForUs;
    };
    // Servers and clients of both choose even ports (RFC 3550, section 11).
    let has_ports = ends.source_port.min(ends.target_port) >= LOWEST_PORT
        && (ends.source_port.is_multiple_of(2) || ends.target_port.is_multiple_of(2));
    let kind = second & 0x7f;
    let Some(name) = name(kind).filter(|_| has_ports && !rest.is_empty()) else { return ProbeResult::NotForUs };
    if *first == 0x90 && !has_extension(rest) {
        return ProbeResult::NotForUs;
    }
    fields.text(FieldId::Payload, name);
    fields.number(FieldId::Ssrc, u64::from(u32::from_be_bytes(*source)));
    fields.number(FieldId::MediaSequence, u64::from(u16::from_be_bytes([*s0, *s1])));
    fields.number(FieldId::MediaTime, u64::from(u32::from_be_bytes([*t0, *t1, *t2, *t3])));
    let is_call = *first == 0x80 && rest.len() <= MOST_CALL_BYTES && fits(kind, rest.len());
    if is_call { ProbeResult::Certain } else { ProbeResult::Unsure }
}

/// A profile's word, then so many words (RFC 3550, section 5.3.1).
fn has_extension(rest: &[u8]) -> bool {
    let Some([_, _, n0, n1]) = rest.first_chunk::<4>() else { return false };
    4 + 4 * usize::from(u16::from_be_bytes([*n0, *n1])) <= rest.len()
}

/// Frames of the encodings of telephones have one size each: 10 ms of G.711 and G.722, 20 of GSM, 10 of G.729, 30 of
/// G.723 (RFC 3551, section 4.5).
fn fits(kind: u8, n_bytes: usize) -> bool {
    match kind {
        0 | 8 | 9 => n_bytes.is_multiple_of(80),
        3 => n_bytes.is_multiple_of(33),
        4 => n_bytes.is_multiple_of(24) || n_bytes.is_multiple_of(20),
        // Silence is two bytes more.
        18 => matches!(n_bytes % 10, 0 | 2),
        _ => false,
    }
}

/// Names of payload types (RFC 3551, section 6).
fn name(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0 => "G.711 µ-law",
        3 => "GSM",
        4 => "G.723",
        8 => "G.711 A-law",
        9 => "G.722",
        14 => "MPEG audio",
        18 => "G.729",
        26 => "JPEG",
        31 => "H.261",
        32 => "MPEG video",
        33 => "MPEG transport stream",
        34 => "H.263",
        96..=127 => "dynamic",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn a_call_is_certain_and_other_media_may_be() {
        let ends = PortPair::new(false, 40_000, 50_002);
        let mut fields = FieldBuffer::default();
        let head = [0x80, 0x08, 0, 1, 0, 0, 0, 160, 0, 0, 1, 2];
        let call = [&head[..], &[0xd5; 160]].concat();
        assert_eq!(read(&call, &ends, &mut fields), ProbeResult::Certain);
        assert_eq!(listed(&fields), ["payload=G.711 A-law", "rtp.ssrc=258", "rtp.sequence=1", "rtp.timestamp=160"]);
        assert_eq!(read(&call[..100], &ends, &mut fields), ProbeResult::Unsure);
        assert_eq!(read(&call[..12], &ends, &mut fields), ProbeResult::NotForUs);
        assert_eq!(read(&call, &PortPair::new(false, 53, 50_002), &mut fields), ProbeResult::NotForUs);
        (0..12).for_each(|end| assert_eq!(read(&call[..end], &ends, &mut fields), ProbeResult::NotForUs));
    }
}
