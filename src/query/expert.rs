//! Packets to what TCP analysis remarks on them: their connections are counted once more from their first packets, and what is
//! found is kept.

use super::listing::QueryContext;
use super::slices::{known_of, raw, spans};
use crate::decode::fragments::Fragments;
use crate::decode::inspect;
use crate::flow::remarks::{SegmentRemarks, has_any};
use crate::maths::sorting::Gather;
use crate::model::Secrets;
use crate::model::flow::health::Remarks;
use crate::stats::packet_index::{IndexedPacket, PacketFlow};
use std::collections::{BTreeMap, BTreeSet};

/// Most packets that are read again for one answer; a connection of more is not looked into.
const MOST_PACKETS: u64 = 200_000;
/// Connections that are remembered.
const MOST_KNOWN: usize = 4096;

/// The remarks of the connections that were looked into: packets with one, by their places, ascending.
#[derive(Default)]
pub(super) struct Expert {
    known: BTreeMap<u32, Vec<(u64, Remarks)>>,
}

impl Expert {
    /// The remarks on each of some packets; none where the connection is too long to look into.
    pub(super) fn of(&mut self, context: &mut QueryContext<'_>, places: &[u64]) -> Vec<Option<Remarks>> {
        let pipeline = context.pipeline;
        let serial_of = |place: &u64| match pipeline.index().get(*place)?.belongs {
            PacketFlow::Flow(serial, _) => Some(serial),
            PacketFlow::Alone(_) => None,
        };
        let serials: Vec<Option<u32>> = places.iter().map(serial_of).collect();
        let remarkable = |serial: &u32| pipeline.flows().get(*serial).filter(|flow| flow.is_tcp() && has_any(flow));
        let meant: BTreeSet<u32> = serials.iter().flatten().filter(|one| remarkable(one).is_some()).copied().gathered();
        if self.known.len() > MOST_KNOWN {
            self.known.clear();
        }
        let mut budget = MOST_PACKETS;
        let mut wanted: BTreeMap<u32, Vec<(u64, Remarks)>> = BTreeMap::new();
        for serial in meant.iter().filter(|serial| !self.known.contains_key(serial)) {
            let n = remarkable(serial).map_or(0, |flow| flow.packets());
            if let Some(left) = budget.checked_sub(n) {
                budget = left;
                wanted.insert(*serial, Vec::new());
            }
        }
        if !wanted.is_empty() {
            count_again(context, &mut wanted);
            self.known.extend(wanted);
        }
        let of = |(place, serial): (&u64, &Option<u32>)| {
            let Some(serial) = serial.filter(|serial| meant.contains(serial)) else { return Some(Remarks::default()) };
            let known = self.known.get(&serial)?;
            let at = known.binary_search_by_key(place, |(own, _)| *own).ok();
            Some(at.and_then(|at| known.get(at)).map(|(_, remarks)| *remarks).unwrap_or_default())
        };
        places.iter().zip(&serials).map(of).collect()
    }
}

/// Reads all packets of connections in order, and notes those that are remarked on.
fn count_again(context: &mut QueryContext<'_>, wanted: &mut BTreeMap<u32, Vec<(u64, Remarks)>>) {
    let pipeline = context.pipeline;
    let index = pipeline.index();
    let is_wanted =
        |belongs: PacketFlow| matches!(belongs, PacketFlow::Flow(serial, _) if wanted.contains_key(&serial));
    let places = (0_u64..).zip(index.belongs()).filter(|(_, belongs)| is_wanted(*belongs)).map(|(place, _)| place);
    let known: Vec<(u64, IndexedPacket)> = places.filter_map(|place| Some((place, index.get(place)?))).collect();
    let mut remarks = SegmentRemarks::new(pipeline.flows().limits());
    let mut fragments = Fragments::default();
    spans(context.source, &known, |place, packet, bytes| {
        let Some(bytes) = bytes else { return };
        let beside = known_of(pipeline, packet, Secrets::Masked);
        let facts = inspect::facts(&raw(&packet.location, bytes), place, beside, false, &mut fragments);
        let found = remarks.of(&facts.packet);
        if let PacketFlow::Flow(serial, _) = packet.belongs
            && found != Remarks::default()
            && let Some(own) = wanted.get_mut(&serial)
        {
            own.push((place, found));
        }
    });
}
