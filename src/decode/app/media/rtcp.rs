//! RTCP (RFC 3550, section 6): report type, sender's SSRC, what it lost, CNAME and tool. Recognised on any port if the lengths of all
//! packets add up to the datagram.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Security;
use crate::model::app::kinds::media::RtcpMessage;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Rtcp,
    datagram: Some(Datagram { is_by_content: true, read }),
    stream: None,
    frame: None,
};

/// Most packets in one datagram.
const MOST_PACKETS: usize = 16;
/// Index and authentication tag after an encrypted packet (SRTCP; RFC 3711, section 3.4), whose content cannot be read.
const ENCRYPTED_BYTES: usize = 14;

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    // Version 2, then the type: a sender's or receiver's report, or feedback alone (RFC 5506).
    let [0x80..=0xbf, kind @ (200 | 201 | 205 | 206), _, _, source @ ..] = payload else {
        return ProbeResult::NotForUs;
    };
    let Some(source) = source.first_chunk() else { return ProbeResult::NotForUs };
    let Some((n_bytes, n_packets)) = packets(payload) else { return ProbeResult::NotForUs };
    fields.token(FieldId::Message, name(*kind));
    fields.number(FieldId::Ssrc, u64::from(u32::from_be_bytes(*source)));
    match payload.len() - n_bytes {
        0 => {
            reception(payload, fields);
            descriptions(payload, fields);
            ProbeResult::Certain
        }
        ENCRYPTED_BYTES if n_packets == 1 => {
            fields.token(FieldId::Security, Security::Encrypted);
            ProbeResult::Unsure
        }
        _ => ProbeResult::NotForUs,
    }
}

/// Length in bytes and number of the packets at the front; `None` if one is too short for its type.
fn packets(payload: &[u8]) -> Option<(usize, usize)> {
    let mut rest = payload;
    let mut n_packets = 0;
    while let Some(([first, kind, _, _], body)) = next(&mut rest) {
        let n_reports = usize::from(first & 0x1f);
        let needed = match kind {
            200 => 24 + 24 * n_reports,
            201 => 4 + 24 * n_reports,
            203 => 4 * n_reports,
            202 => 0,
            204..=207 => 4,
            _ => break,
        };
        if body < needed {
            return None;
        }
        n_packets += 1;
        if n_packets == MOST_PACKETS {
            break;
        }
        if rest.first().is_some_and(|first| first >> 6 != 2) {
            break;
        }
    }
    (n_packets > 0).then_some((payload.len() - rest.len(), n_packets))
}

/// Header of the next packet and the number of bytes after it; advances past the packet.
fn next(rest: &mut &[u8]) -> Option<([u8; 4], usize)> {
    let mut after = *rest;
    let head: [u8; 4] = after.array()?;
    let [_, _, n0, n1] = head;
    let n_bytes = 4 * usize::from(u16::from_be_bytes([n0, n1]));
    after.take(n_bytes)?;
    *rest = after;
    Some((head, n_bytes))
}

/// The first report block (RFC 3550, sections 6.4.1 and 6.4.2): the stream that the sender receives, and how it arrives. A
/// call has one.
fn reception(payload: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let mut rest = payload;
    let [first, kind, _, _]: [u8; 4] = rest.array()?;
    if first & 0x1f == 0 {
        return None;
    }
    // The sender's SSRC; a sender's report also says what it sent.
    match kind {
        200 => rest.take(24)?,
        201 => rest.take(4)?,
        _ => return None,
    };
    let [s0, s1, s2, s3, lost]: [u8; 5] = rest.array()?;
    // Lost in all, and the highest sequence number.
    rest.take(7)?;
    let jitter: [u8; 4] = rest.array()?;
    fields.number(FieldId::ReportedSource, u64::from(u32::from_be_bytes([s0, s1, s2, s3])));
    fields.number(FieldId::ReportedLoss, u64::from(lost));
    fields.number(FieldId::ReportedJitter, u64::from(u32::from_be_bytes(jitter)));
    Some(())
}

/// CNAME and TOOL (RFC 3550, section 6.5) of the first source description.
fn descriptions(payload: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let mut rest = payload;
    for _ in 0..MOST_PACKETS {
        let mut packet = rest;
        let ([_, kind, _, _], n_bytes) = next(&mut rest)?;
        if kind != 202 {
            continue;
        }
        packet.take(8)?;
        let mut items = packet.get(..n_bytes.checked_sub(4)?)?;
        while let Some(kind @ 1..) = items.u8() {
            let text = items.field8()?;
            match kind {
                1 => fields.bytes(FieldId::Client, text),
                6 => fields.bytes(FieldId::Agent, text),
                _ => {}
            }
        }
        return Some(());
    }
    None
}

fn name(kind: u8) -> RtcpMessage {
    match kind {
        200 => RtcpMessage::SenderReport,
        201 => RtcpMessage::ReceiverReport,
        _ => RtcpMessage::Feedback,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    #[test]
    fn lengths_that_add_up_tell_it_and_those_of_no_prefix_do() {
        let ends = PortPair::new(false, 40_001, 40_003);
        let mut fields = FieldBuffer::default();
        let report = [0x80, 201, 0, 1, 0, 0, 0, 9];
        let names = b"\x81\xca\0\x04\0\0\0\x09\x01\x07anna@pc\0\0\0";
        let both = [&report[..], names].concat();
        assert_eq!(read(&both, &ends, &mut fields), ProbeResult::Certain);
        assert_eq!(listed(&fields), ["message=receiver report", "rtp.ssrc=9", "client=anna@pc"]);
        for end in (0..both.len()).filter(|end| *end != report.len()) {
            assert_ne!(read(&both[..end], &ends, &mut fields), ProbeResult::Certain, "{end}");
        }
        // Version 2, one block; the sender, the stream, 64 of 256 lost, 100 in all, the highest number, jitter, two times.
        let words: [u32; 8] = [0x81c9_0007, 9, 7, 0x4000_0064, 0xffff, 480, 0, 0];
        let receives: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let mut fields = FieldBuffer::default();
        assert_eq!(read(&receives, &ends, &mut fields), ProbeResult::Certain);
        let expected = ["message=receiver report", "rtp.ssrc=9", "rtcp.source=7", "rtcp.lost=64", "rtcp.jitter=480"];
        assert_eq!(listed(&fields), expected);
        let too_short = [0x80, 200, 0, 1, 0, 0, 0, 9];
        assert_eq!(read(&too_short, &ends, &mut fields), ProbeResult::NotForUs);
    }
}
