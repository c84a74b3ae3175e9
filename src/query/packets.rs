//! The packet table: rows come from the index, their text from reading the packets again.

use super::filter::Matcher;
use super::listing::{Places, Sight, Table};
use super::{Source, flows};
use crate::decode::inspect::{self, Known};
use crate::model::Secrets;
use crate::model::listing::PacketRow;
use crate::pipeline::Pipeline;
use crate::protocol::{Filter, PacketSort, Window};
use crate::read::RawPacket;
use crate::stats::packet_index::{IndexedPacket, PacketFlow, PacketLocation};
use std::collections::BTreeMap;

/// Windows that stand this close together in the file are read at once.
const MOST_SPAN_BYTES: u64 = 4 << 20;

impl Table for PacketRow {
    fn places(sight: &Sight<'_>, window: &Window<PacketSort>) -> Places {
        let (index, Window { filter, sort, is_descending, .. }) = (sight.pipeline.index(), window);
        if filter.passes_all() && *sort == PacketSort::Number {
            return Places::All { n: index.len(), is_descending: *is_descending };
        }
        let mut places = passing(sight, filter);
        let mut by =
            |keys: Vec<i64>| places.sort_by_key(|place| keys.get(*place as usize).copied().unwrap_or(i64::MAX));
        match sort {
            PacketSort::Number => {}
            PacketSort::Time => by(index.times_ns().collect()),
            PacketSort::Length => by(index.wire_bytes().map(i64::from).collect()),
            PacketSort::Flow => by(index
                .belongs()
                .map(|belongs| if let PacketFlow::Flow(serial, _) = belongs { i64::from(serial) } else { i64::MAX })
                .collect()),
        }
        if *is_descending {
            places.reverse();
        }
        Places::Some(places)
    }

    /// Rows whose bytes cannot be read any more say so.
    fn rows(sight: &mut Sight<'_>, places: &[u64], (): ()) -> Vec<PacketRow> {
        let (pipeline, secrets) = (sight.pipeline, sight.secrets());
        let found = places.iter().filter_map(|place| Some((*place, pipeline.index().get(*place)?)));
        let known: Vec<(u64, IndexedPacket)> = found.collect();
        let blocks = blocks(sight.source, &known);
        let given = known.iter().map(|(index, packet)| {
            let location = &packet.location;
            let length = location.captured_bytes as usize;
            let bytes = match blocks.get(&location.file) {
                Some((start, block)) => {
                    let from = (location.offset - start) as usize;
                    block.get(from..from + length).map(<[u8]>::to_vec)
                }
                None => sight.source.read_at(location.file, location.offset, length),
            };
            match bytes {
                Some(bytes) => inspect::row(&raw(location, &bytes), *index, known_of(pipeline, packet, secrets)),
                None => unreadable(*index, packet),
            }
        });
        given.collect()
    }
}

fn passing(sight: &Sight<'_>, filter: &Filter) -> Vec<u32> {
    let pipeline = sight.pipeline;
    let index = pipeline.index();
    let places = 0..index.len().min(u64::from(u32::MAX)) as u32;
    if filter.passes_all() {
        return places.collect();
    }
    if let (Some(_), Some(finding)) = (&filter.finding, sight.finding(filter))
        && finding.flow_serials.is_empty()
    {
        return finding
            .packet_indices
            .iter()
            .filter(|place| **place < index.len())
            .map(|place| *place as u32)
            .collect();
    }
    let first = pipeline.flows().first_serial();
    let mut passes = vec![false; pipeline.flows().len()];
    for serial in flows::passing(sight, filter) {
        if let Some(slot) = passes.get_mut((serial - first) as usize) {
            *slot = true;
        }
    }
    let is_by_text = filter.flow.is_none() && filter.finding.is_none();
    let matcher = Matcher::new(&filter.text);
    places
        .zip(index.belongs())
        .filter(|(_, belongs)| match belongs {
            PacketFlow::Flow(serial, _) => {
                serial.checked_sub(first).and_then(|place| passes.get(place as usize)).copied().unwrap_or(false)
            }
            PacketFlow::Alone(named) => is_by_text && matcher.fits_alone(named.map_or("", |named| named.name())),
        })
        .map(|(place, _)| place)
        .collect()
}

/// Of every file whose packets stand close together, where they begin, and the bytes from there to the last.
fn blocks(source: &mut dyn Source, known: &[(u64, IndexedPacket)]) -> BTreeMap<u8, (u64, Vec<u8>)> {
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

fn unreadable(index: u64, packet: &IndexedPacket) -> PacketRow {
    PacketRow {
        index,
        time_ns: packet.location.time_ns,
        source: String::new(),
        target: String::new(),
        protocol: String::new(),
        wire_bytes: packet.location.wire_bytes,
        info: "The file can no longer be read: it changed or moved.".to_owned(),
        flow: flow_of(packet),
    }
}

/// The packet as the reader gave it.
pub(super) fn raw<'a>(location: &PacketLocation, data: &'a [u8]) -> RawPacket<'a> {
    RawPacket {
        time_ns: location.time_ns,
        is_timed: true,
        wire_bytes: location.wire_bytes,
        link_type: location.link_type,
        file: location.file,
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

fn flow_of(packet: &IndexedPacket) -> Option<u32> {
    if let PacketFlow::Flow(serial, _) = packet.belongs { Some(serial) } else { None }
}
