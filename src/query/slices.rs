//! Packets of the index to their bytes, read again in large slices.

use super::Source;
use crate::decode::inspect::Known;
use crate::explore::Turn;
use crate::model::Secrets;
use crate::pipeline::Pipeline;
use crate::read::RawPacket;
use crate::stats::packet_index::{IndexedPacket, PacketFlow, PacketLocation};
use std::collections::BTreeMap;

/// Packets that stand this close together in the file are read at once.
const MOST_SPAN_BYTES: u64 = 4 << 20;

/// Reads packets in the order given, in large slices of their files; what cannot be read any more has no bytes.
pub(super) fn spans(
    source: &mut dyn Source,
    known: &[(u64, IndexedPacket)],
    mut see: impl FnMut(u64, &IndexedPacket, Option<&[u8]>),
) {
    let mut rest = known;
    while !rest.is_empty() {
        rest = span(source, rest, &mut see);
    }
}

/// The same, and gives turns on the way.
pub(super) async fn spans_in_turns(
    source: &mut dyn Source,
    known: &[(u64, IndexedPacket)],
    turn: &Turn<'_>,
    mut see: impl FnMut(u64, &IndexedPacket, Option<&[u8]>),
) {
    let mut rest = known;
    while !rest.is_empty() {
        rest = span(source, rest, &mut see);
        turn.give().await;
    }
}

/// Takes a packet's place, what is known of it, and its bytes.
type See<'s> = dyn FnMut(u64, &IndexedPacket, Option<&[u8]>) + 's;

/// Reads the first slice; gives what is left.
fn span<'k>(
    source: &mut dyn Source,
    known: &'k [(u64, IndexedPacket)],
    see: &mut See<'_>,
) -> &'k [(u64, IndexedPacket)] {
    let (now, later) = known.split_at(close_together(known));
    let blocks = blocks(source, now);
    for (place, packet) in now {
        let location = &packet.location;
        let length = location.captured_bytes as usize;
        match blocks.get(&location.file) {
            Some((start, block)) => {
                let from = location.offset.saturating_sub(*start) as usize;
                see(*place, packet, block.get(from..from.saturating_add(length)));
            }
            None => see(*place, packet, source.read_at(location.file, location.offset, length).as_deref()),
        }
    }
    later
}

/// How many of the first packets stand within one slice of each of their files; at least one.
fn close_together(known: &[(u64, IndexedPacket)]) -> usize {
    let mut spans: BTreeMap<u8, (u64, u64)> = BTreeMap::new();
    for (n, (_, IndexedPacket { location, .. })) in known.iter().enumerate() {
        let end = location.offset + u64::from(location.captured_bytes);
        let span = spans.entry(location.file).or_insert((location.offset, end));
        *span = (span.0.min(location.offset), span.1.max(end));
        if n > 0 && span.1 - span.0 > MOST_SPAN_BYTES {
            return n;
        }
    }
    known.len()
}

/// Of every file whose packets stand close together, where they begin, and the bytes from there to the last.
pub(super) fn blocks(source: &mut dyn Source, known: &[(u64, IndexedPacket)]) -> BTreeMap<u8, (u64, Vec<u8>)> {
    let mut spans: BTreeMap<u8, (u64, u64)> = BTreeMap::new();
    for (_, IndexedPacket { location, .. }) in known {
        let end = location.offset + u64::from(location.captured_bytes);
        let span = spans.entry(location.file).or_insert((location.offset, end));
        *span = (span.0.min(location.offset), span.1.max(end));
    }
    spans.retain(|_, (start, end)| *end - *start <= MOST_SPAN_BYTES);
    let read = spans.into_iter().filter_map(|(file, (start, end))| {
        let block = source.read_at(file, start, (end - start) as usize)?;
        Some((file, (start, block)))
    });
    read.collect()
}

/// The packet as the reader gave it.
pub(super) fn raw<'a>(location: &PacketLocation, data: &'a [u8]) -> RawPacket<'a> {
    RawPacket {
        time_ns: location.time_ns,
        is_timed: true,
        wire_bytes: location.wire_bytes,
        link_type: location.link_type,
        file: location.file,
        interface: 0,
        offset: location.offset,
        data,
    }
}

/// What is known of the packet's flow.
pub(super) fn known_of(pipeline: &Pipeline, packet: &IndexedPacket, secrets: Secrets) -> Known {
    let PacketFlow::Flow(serial, direction) = packet.belongs else { return Known { secrets, ..Known::default() } };
    let flow = pipeline.flows().get(serial).filter(|flow| flow.is_app_certain);
    Known { flow: Some(serial), direction: Some(direction), app: flow.and_then(|flow| flow.app), secrets }
}
