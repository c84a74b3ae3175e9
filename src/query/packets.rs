//! The packet table: rows come from the index, their text from reading the packets again.

use super::filter;
use super::listing::{Places, QueryContext, Table};
use super::slices::{blocks, known_of, raw};
use crate::decode::inspect;
use crate::model::listing::{FilterError, PacketRow};
use crate::protocol::{Filter, PacketLooks, PacketSort, Window};
use crate::stats::packet_index::{IndexedPacket, PacketFlow};

impl Table for PacketRow {
    async fn places(context: &mut QueryContext<'_>, window: &Window<PacketSort>) -> Result<Places, FilterError> {
        let (index, Window { filter, sort, is_descending, .. }) = (context.pipeline.index(), window);
        if filter.passes_all() && *sort == PacketSort::Number {
            return Ok(Places::All { n: index.len(), is_descending: *is_descending });
        }
        let mut places = passing(context, filter).await?;
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
        Ok(Places::Some(places))
    }

    /// Rows whose bytes cannot be read any more say so.
    fn rows(context: &mut QueryContext<'_>, places: &[u64], _looks: PacketLooks) -> Vec<PacketRow> {
        let (pipeline, secrets) = (context.pipeline, context.secrets());
        let found = places.iter().filter_map(|place| Some((*place, pipeline.index().get(*place)?)));
        let known: Vec<(u64, IndexedPacket)> = found.collect();
        let blocks = blocks(context.source, &known);
        let given = known.iter().map(|(index, packet)| {
            let location = &packet.location;
            let length = location.captured_bytes as usize;
            let bytes = match blocks.get(&location.file) {
                Some((start, block)) => {
                    let from = (location.offset - start) as usize;
                    block.get(from..from + length).map(<[u8]>::to_vec)
                }
                None => context.source.read_at(location.file, location.offset, length),
            };
            let row = match bytes {
                Some(bytes) => inspect::row(&raw(location, &bytes), *index, known_of(pipeline, packet, secrets)),
                None => unreadable(*index, packet),
            };
            let before = index.checked_sub(1).and_then(|before| pipeline.index().get(before));
            PacketRow { delta_ns: before.map(|before| location.time_ns - before.location.time_ns), ..row }
        });
        given.collect()
    }
}

async fn passing(context: &mut QueryContext<'_>, wanted: &Filter) -> Result<Vec<u32>, FilterError> {
    let index = context.pipeline.index();
    if wanted.passes_all() {
        return Ok((0..index.len().min(u64::from(u32::MAX)) as u32).collect());
    }
    if let (Some(_), Some(finding)) = (&wanted.finding, context.finding(wanted))
        && finding.flow_serials.is_empty()
    {
        let mut meant: Vec<u32> =
            finding.packet_indices.iter().filter(|place| **place < index.len()).map(|place| *place as u32).collect();
        let beside = Filter { finding: None, flow: None, ..wanted.clone() };
        if !beside.passes_all() {
            let passing = filter::packets(context, &beside).await?;
            meant.retain(|place| passing.binary_search(place).is_ok());
        }
        return Ok(meant);
    }
    filter::packets(context, wanted).await
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
        delta_ns: None,
        remarks: Vec::new(),
        is_not_analysed: false,
        paint: None,
    }
}

fn flow_of(packet: &IndexedPacket) -> Option<u32> {
    if let PacketFlow::Flow(serial, _) = packet.belongs { Some(serial) } else { None }
}
