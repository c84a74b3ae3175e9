//! What questions are answered from, and what of it is selected.

use crate::flow::fields::FlowFields;
use crate::flow::names::Names;
use crate::flow::table::FlowTable;
use crate::model::rows::RowKind;
use crate::model::{Analysis, Flow, Secrets};
use crate::stats::packet_index::PacketIndex;
use crate::stats::rows::RowStore;
use std::cell::OnceCell;

/// The tables of an input.
pub struct Sources<'a> {
    /// The flow table.
    pub flows: &'a FlowTable,
    /// Texts of the traffic.
    pub names: &'a Names,
    /// Fields of the messages of flows.
    pub fields: &'a FlowFields,
    /// The index of packets; empty for a table.
    pub index: PacketIndex<'a>,
    /// The rows of a table.
    pub rows: Option<&'a RowStore>,
    /// Gives the flow of each kept row, in order; called when it is needed.
    pub flows_of_rows: &'a dyn Fn() -> Vec<Option<u32>>,
    /// Largest score of each kept flow, in order; may be shorter.
    pub scores: &'a [f32],
    /// What was found, and the site.
    pub analysis: &'a Analysis,
    /// Filled when a finding is asked for.
    pub findings: FindingsOfFlows,
}

impl Sources<'_> {
    /// Place of a flow among those that are kept.
    pub fn place(&self, serial: u32) -> Option<usize> {
        serial.checked_sub(self.flows.first_serial()).map(|place| place as usize)
    }

    /// True for a capture: there is an index of packets.
    pub fn has_packets(&self) -> bool {
        !self.index.is_empty()
    }

    /// True if rows are no flows.
    pub fn has_rows_only(&self) -> bool {
        self.rows.is_some_and(|rows| rows.layout().kind == RowKind::Rows)
    }

    /// How secrets are written.
    pub fn secrets(&self) -> Secrets {
        Secrets::shown_if(self.analysis.shows_secrets)
    }

    /// Places of the findings that list a flow, ascending.
    pub fn findings_of(&self, serial: u32) -> impl Iterator<Item = u32> {
        let FindingsOfFlows(lists) = &self.findings;
        let (ends, places) = lists.get_or_init(|| listed(self.analysis));
        let end = |at: usize| ends.get(at).copied().unwrap_or_default() as usize;
        let at = serial as usize;
        let own = at.checked_sub(1).map_or(0, end)..if at < ends.len() { end(at) } else { 0 };
        places.get(own).unwrap_or_default().iter().copied()
    }
}

/// Which findings list which flow: where those of each serial number end, and places of findings behind one another.
#[derive(Default)]
pub struct FindingsOfFlows(OnceCell<(Vec<u32>, Vec<u32>)>);

fn listed(analysis: &Analysis) -> (Vec<u32>, Vec<u32>) {
    let pairs = || {
        (0_u32..).zip(&analysis.findings).flat_map(|(place, one)| one.flow_serials.iter().map(move |of| (*of, place)))
    };
    let n = pairs().map(|(serial, _)| serial as usize + 1).max().unwrap_or(0);
    // Counted, then put where they belong: in order of the flows, and of the findings for each.
    let mut ends = vec![0_u32; n];
    pairs().for_each(|(serial, _)| ends.get_mut(serial as usize).into_iter().for_each(|end| *end += 1));
    let mut sum = 0;
    for end in &mut ends {
        // At first where those of the flow begin; at last where they end.
        sum += std::mem::replace(end, sum);
    }
    let mut places = vec![0; sum as usize];
    for (serial, place) in pairs() {
        let Some(end) = ends.get_mut(serial as usize) else { continue };
        if let Some(slot) = places.get_mut(*end as usize) {
            *slot = place;
        }
        *end += 1;
    }
    (ends, places)
}

/// A kept flow.
#[derive(Clone, Copy)]
pub struct FlowItem<'a> {
    /// Its serial number.
    pub serial: u32,
    /// The flow.
    pub flow: &'a Flow,
    /// What else is known of it.
    pub sources: &'a Sources<'a>,
}

impl FlowItem<'_> {
    /// Largest score that a model gave it.
    pub fn score(&self) -> Option<f64> {
        let score = self.sources.scores.get(self.sources.place(self.serial)?)?;
        score.is_finite().then_some(f64::from(*score))
    }
}

/// A packet.
#[derive(Clone, Copy)]
pub struct PacketItem {
    /// Bytes on the wire.
    pub bytes: u32,
    /// True if it goes out, as its row sees it; none for a packet without a flow.
    pub is_out: Option<bool>,
}

/// What is selected. What is not listed is not restricted.
pub struct Selected {
    /// For each kept flow whether it is selected.
    pub flows: Option<Vec<bool>>,
    /// For each packet whether it is selected.
    pub packets: Option<Vec<bool>>,
    /// For each kept row whether it is selected; else its flow decides.
    pub rows: Option<Vec<bool>>,
    /// From this time on, ns since 1970.
    pub from_ns: i64,
    /// Before this time, ns since 1970.
    pub to_ns: i64,
}

impl Selected {
    /// True if a flow is selected, whenever it begins. None is a flow that is not kept.
    pub fn has_flow(&self, place: Option<usize>) -> bool {
        let Some(flows) = &self.flows else { return true };
        place.and_then(|place| flows.get(place)).copied().unwrap_or(false)
    }

    /// True if there is no restriction in time.
    pub fn is_any_time(&self) -> bool {
        self.from_ns == i64::MIN && self.to_ns == i64::MAX
    }

    /// True if nothing is left out.
    pub fn is_all(&self) -> bool {
        self.is_any_time() && self.flows.is_none() && self.packets.is_none() && self.rows.is_none()
    }

    /// True for a time that is selected.
    pub fn has_time(&self, ns: i64) -> bool {
        self.is_any_time() || (self.from_ns..self.to_ns).contains(&ns)
    }
}
