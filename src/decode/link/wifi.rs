//! IEEE 802.11 frames: addresses, and what data frames carry unless it is encrypted (LINKTYPE_IEEE802_11).
//!
//! Source: IEEE 802.11-2020, clause 9.2 and 9.3. Bits are counted as they lie in the bytes.

use super::{Inner, Work, ethernet, header};
use crate::model::app::protocol::AppProto;

const MANAGEMENT: u8 = 0;
const DATA: u8 = 2;
/// Subtype bit: a data frame without data.
const NO_DATA: u8 = 4;
/// Subtype bit: a quality-of-service field follows the addresses.
const QOS: u8 = 8;
/// Flag: to the distribution system.
const TO_DS: u8 = 0x01;
/// Flag: from the distribution system.
const FROM_DS: u8 = 0x02;
/// Flag: the body is encrypted.
const PROTECTED: u8 = 0x40;
/// Flag: in a quality-of-service frame, an HT control field follows.
const ORDER: u8 = 0x80;
/// QoS control bit: the body is a list of frames.
const AMSDU: u8 = 0x80;

pub(super) fn read<'a>(data: &'a [u8], work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    body(data, false, work)
}

/// Reads a frame; `is_padded` if the header is filled up to four bytes, as some drivers do.
pub(super) fn body<'a>(data: &'a [u8], is_padded: bool, work: &mut Work<'_, '_>) -> Option<(Inner, &'a [u8])> {
    work.packet.layers.push(AppProto::Wifi);
    let ([control, flags], _) = header(data, work)?;
    let (kind, subtype) = (control >> 2 & 3, control >> 4);
    if !matches!(kind, MANAGEMENT | DATA) {
        return None;
    }
    let (head, mut rest): (&[u8; 24], _) = header(data, work)?;
    let address = |at: usize| head.get(at..at + 6).and_then(|raw| raw.try_into().ok()).unwrap_or([0; 6]);
    let (first, second, third) = (address(4), address(10), address(16));
    if kind == MANAGEMENT {
        work.packet.macs = Some((second, first));
        return None;
    }
    let mut length = head.len();
    work.packet.macs = Some(match (flags & TO_DS > 0, flags & FROM_DS > 0) {
        (false, false) => (second, first),
        (true, false) => (second, third),
        (false, true) => (third, first),
        (true, true) => {
            let (fourth, behind) = header(rest, work)?;
            (rest, length) = (behind, length + 6);
            (*fourth, third)
        }
    });
    let mut is_list = false;
    if subtype & QOS > 0 {
        let ([qos, _], behind) = header(rest, work)?;
        (rest, length) = (behind, length + 2);
        is_list = qos & AMSDU > 0;
        if flags & ORDER > 0 {
            // High-throughput control.
            let ([_, _, _, _], behind) = header(rest, work)?;
            (rest, length) = (behind, length + 4);
        }
    }
    if subtype & NO_DATA > 0 || flags & PROTECTED > 0 {
        return None;
    }
    if is_padded {
        rest = rest.get(length.next_multiple_of(4) - length..)?;
    }
    if is_list {
        // The first frame of the list speaks for all: target, source, length.
        let ([t0, t1, t2, t3, t4, t5, s0, s1, s2, s3, s4, s5, _, _], behind) = header(rest, work)?;
        work.packet.macs = Some(([*s0, *s1, *s2, *s3, *s4, *s5], [*t0, *t1, *t2, *t3, *t4, *t5]));
        rest = behind;
    }
    ethernet::llc(rest, work)
}
