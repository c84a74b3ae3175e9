//! Follows TCP connections through the packets that a filter reads again: which packet completes which message.

use crate::filter::TlsRecord;
use crate::model::Packet;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;
use crate::model::flow::{Direction, Flow};
use crate::pipeline::{AppLayer, Segment, SegmentResult, StreamState};
use std::collections::BTreeMap;

/// How many payload packets of a connection are checked for their protocol, as when it was read first.
const MOST_PROBED: u8 = 6;
/// Longest TLS record with its header (RFC 8446, section 5.2).
const MOST_RECORD_BYTES: usize = 5 + (1 << 14) + 256;

/// The connections that are followed.
#[derive(Default)]
pub(super) struct Streams {
    layer: AppLayer,
    /// By serial number: the place of its stream, and its payload packets so far.
    places: BTreeMap<u32, (u32, u8)>,
    /// By serial number and direction.
    records: BTreeMap<(u32, bool), Records>,
}

/// One side of a TLS connection.
#[derive(Default)]
struct Records {
    next_sequence: u32,
    /// The start of a record whose end has not come.
    pending: Vec<u8>,
}

/// What a segment completes.
#[derive(Default)]
pub(super) struct Completed {
    /// The protocol, once it is known.
    pub(super) app: Option<AppProto>,
    /// The fields of its messages.
    pub(super) fields: FieldBuffer,
    /// Its TLS records.
    pub(super) records: Vec<TlsRecord>,
}

impl Streams {
    /// Takes a packet of a connection, in order; none for what is no TCP segment with payload.
    pub(super) fn take(
        &mut self,
        (serial, flow, direction): (u32, &Flow, Direction),
        packet: &Packet,
        payload: &[u8],
    ) -> Option<Completed> {
        let tcp = packet.tcp().filter(|tcp| tcp.payload_bytes > 0)?;
        let mut completed = Completed { app: flow.app.filter(|_| flow.is_app_certain), ..Completed::default() };
        let (place, n_probed) = self.places.get(&serial).copied().unwrap_or_default();
        if place != Flow::NOT_PARSED && (place > 0 || n_probed < MOST_PROBED) {
            let segment = Segment { serial, direction, time_ns: packet.time_ns, packet: packet.index, tcp, payload };
            let mut evicted = None;
            let SegmentResult { outcome, app, .. } =
                self.layer.on_segment(place, segment, &mut completed.fields, |serial| evicted = Some(serial));
            let place = match outcome {
                StreamState::At(place) => place,
                StreamState::Over => Flow::NOT_PARSED,
                StreamState::Nothing => 0,
            };
            self.places.insert(serial, (place, n_probed.saturating_add(1)));
            if let Some(evicted) = evicted {
                self.places.insert(evicted, (Flow::NOT_PARSED, MOST_PROBED));
            }
            completed.app = app.filter(|(_, is_certain)| *is_certain).map(|(app, _)| app).or(completed.app);
        }
        if completed.app == Some(AppProto::Tls) {
            let side = self.records.entry((serial, direction == Direction::ToOriginator)).or_default();
            completed.records = side.take(tcp.sequence, tcp.payload_bytes, payload);
        }
        Some(completed)
    }
}

impl Records {
    /// The records that a segment completes. After a gap one has to begin with the segment.
    fn take(&mut self, sequence: u32, wire_bytes: u32, payload: &[u8]) -> Vec<TlsRecord> {
        let ahead = sequence.wrapping_sub(self.next_sequence) as i32;
        if self.next_sequence != 0 && ahead < 0 {
            // Sent again.
            return Vec::new();
        }
        if ahead != 0 {
            self.pending.clear();
        }
        self.next_sequence = sequence.wrapping_add(wire_bytes).max(1);
        self.pending.extend_from_slice(payload);
        let mut records = Vec::new();
        while let [kind @ 20..=24, 3, 0..=4, high, low, body @ ..] = self.pending.as_slice() {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let is_cut = payload.len() < wire_bytes as usize;
            if body.len() < length && !is_cut {
                break;
            }
            records.push(TlsRecord { kind: *kind, body: body.get(..length).unwrap_or(body).to_vec() });
            self.pending.drain(..(5 + length).min(self.pending.len()));
        }
        if self.pending.is_empty() {
            // Of many connections, each would keep room for its longest record.
            self.pending = Vec::new();
        }
        let is_record = matches!(self.pending.as_slice(), [] | [20..=24] | [20..=24, 3, ..]);
        if !is_record || self.pending.len() > MOST_RECORD_BYTES {
            self.pending.clear();
        }
        records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_complete_with_its_last_segment() {
        let mut side = Records::default();
        assert!(side.take(100, 7, &[22, 3, 3, 0, 4, 1, 0]).is_empty());
        assert!(side.take(100, 7, &[22, 3, 3, 0, 4, 1, 0]).is_empty(), "sent again");
        let done = side.take(107, 9, &[0, 0, 21, 3, 3, 0, 2, 2, 40]);
        assert_eq!(done.iter().map(|record| (record.kind, record.body.len())).collect::<Vec<_>>(), [(22, 4), (21, 2)]);
        assert_eq!(side.pending.capacity(), 0, "nothing waits");
        assert!(side.take(500, 3, &[1, 2, 3]).is_empty() && side.pending.is_empty());
    }
}
