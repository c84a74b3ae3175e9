//! Goes through packets, flows and rows once each and adds what is measured of them to groups.

use super::coded::Coded;
use super::groups::{self, Groups, TOTAL};
use super::key::Side;
use super::measure::{Fold, Measured, Value};
use super::plan::{AskedDimension, AskedMeasure};
use super::sources::{FlowItem, PacketItem, Selected, Sources};
use super::splits::{self, Combinations, Splits};
use super::tally::{NOWHERE, Tally};
use super::turn::Turn;
use crate::model::app::protocol::AppProto;
use crate::model::flow::{Direction, Flow};
use crate::stats::packet_index::PacketFlow;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// What was added up.
pub struct Gathered<'q, 'a> {
    pub splits: Splits<'q, 'a>,
    pub groups: Groups,
    /// One for each measure.
    pub tallies: Vec<Tally>,
    /// For each measure whether it can be split by the dimensions.
    pub is_answered: Vec<bool>,
    /// For each measure whether it is left for [`Gathered::later`].
    pub is_late: Vec<bool>,
    lists: Combinations,
    /// Packets whose flow is not kept any more.
    pub n_forgotten: u64,
}

/// What a packet adds to a measure.
type OfPacket = fn(&PacketItem) -> Measured;

/// What a measure is added up from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Packets,
    Flows,
    Rows,
}

impl Pass {
    /// Of packets that are all selected and told apart by their flows alone, the flows have the sums: those are far fewer. What
    /// belongs to no flow that is kept is added packet by packet.
    fn of(
        measure: &AskedMeasure<'_>,
        (sources, selected): (&Sources<'_>, &Selected),
        dimensions: &[AskedDimension<'_>],
    ) -> Pass {
        match measure.entry.value {
            Value::Packet(..) if sources.has_packets() => {
                let has_sums = measure.entry.fold == Fold::Sum && selected.is_all();
                if has_sums && !splits::have_places(dimensions) { Pass::Flows } else { Pass::Packets }
            }
            Value::Row(_) => Pass::Rows,
            _ => Pass::Flows,
        }
    }
}

/// Finds the values of dimensions that flows and rows have, where a measure is added up from them.
pub async fn coded<'a>(
    (sources, selected): (&'a Sources<'a>, &Selected),
    dimensions: &[AskedDimension<'a>],
    measures: &[AskedMeasure<'a>],
    turn: &Turn<'_>,
) -> Vec<Coded> {
    let pass = |measure: &AskedMeasure<'_>| Pass::of(measure, (sources, selected), dimensions);
    let passes: Vec<Pass> = measures.iter().map(pass).collect();
    let wants = |wanted: Pass| passes.contains(&wanted);
    let flows_of_rows = if wants(Pass::Rows) { (sources.flows_of_rows)() } else { Vec::new() };
    // A packet may be selected whose flow is not: by its time, or one by one.
    let has_flow = |place| wants(Pass::Packets) || selected.has_flow(Some(place));
    let has_row = |row| has_row((sources, selected), &flows_of_rows, row);
    let mut all = Vec::new();
    for dimension in dimensions {
        let mut coded = Coded::default();
        if wants(Pass::Packets) || wants(Pass::Flows) {
            coded.list_flows(sources, dimension, &has_flow, turn).await;
        }
        if wants(Pass::Rows) {
            coded.list_rows(sources, dimension, (&flows_of_rows, &has_row), turn).await;
        }
        all.push(coded);
    }
    all
}

/// Adds up the measures by the dimensions, whose values are in `coded`; of each dimension the codes of `only` are told apart, if
/// there are such. Measures of flows that may be `is_late` are left out.
pub async fn gather<'q, 'a>(
    (sources, selected): (&'a Sources<'a>, &Selected),
    (dimensions, coded): (&'q [AskedDimension<'a>], &'q mut [Coded]),
    (measures, is_late): (&[AskedMeasure<'a>], &[bool]),
    only: Vec<Option<Vec<bool>>>,
    turn: &Turn<'_>,
) -> Gathered<'q, 'a> {
    let splits = Splits::new(dimensions, coded, only);
    let pass = |measure: &AskedMeasure<'_>| Pass::of(measure, (sources, selected), dimensions);
    let passes: Vec<Pass> = measures.iter().map(pass).collect();
    let is_answered = passes.iter().map(|pass| *pass == Pass::Packets || !splits.needs_packets()).collect();
    let is_of_flows = |pass: &Pass| *pass == Pass::Flows && !splits.needs_packets();
    let is_late = passes.iter().zip(is_late).map(|(pass, late)| *late && is_of_flows(pass)).collect();
    let mut gathered = Gathered {
        splits,
        groups: Groups::new(groups::MOST),
        tallies: measures.iter().map(|measure| Tally::new(measure.entry)).collect(),
        is_answered,
        is_late,
        lists: Combinations::One,
        n_forgotten: 0,
    };
    let wants = |wanted: Pass| passes.contains(&wanted);
    if wants(Pass::Packets) || wants(Pass::Flows) {
        let lists = gathered.splits.combinations(false, turn).await;
        if wants(Pass::Packets) {
            let of_packets = passes.iter().map(|pass| *pass == Pass::Packets).collect();
            gathered.packets((sources, selected), measures, &lists, (of_packets, false), turn).await;
        }
        if wants(Pass::Flows) && !gathered.splits.needs_packets() {
            let is_now = |(pass, is_late): (&Pass, &bool)| *pass == Pass::Flows && !is_late;
            let of_flows: Vec<bool> = passes.iter().zip(&gathered.is_late).map(is_now).collect();
            gathered.flows((sources, selected), measures, &lists, (&of_flows, None), turn).await;
        }
        let is_of_packets = |measure: &AskedMeasure<'_>| matches!(measure.entry.value, Value::Packet(..));
        if sources.has_packets() && !wants(Pass::Packets) && measures.iter().any(is_of_packets) {
            let of_packets = measures.iter().map(is_of_packets).collect();
            gathered.packets((sources, selected), measures, &lists, (of_packets, true), turn).await;
        }
        gathered.lists = lists;
    }
    if wants(Pass::Rows) && !gathered.splits.needs_packets() {
        gathered.rows((sources, selected), measures, &passes, turn).await;
    }
    gathered
}

/// True if a row is selected, whenever its flow begins.
fn has_row((sources, selected): (&Sources<'_>, &Selected), flows_of_rows: &[Option<u32>], row: usize) -> bool {
    match &selected.rows {
        Some(rows) => rows.get(row).copied().unwrap_or(false),
        None if selected.flows.is_none() => true,
        None => {
            let serial = flows_of_rows.get(row).copied().flatten();
            selected.has_flow(serial.and_then(|serial| sources.place(serial)))
        }
    }
}

impl<'a> Gathered<'_, 'a> {
    /// The figures of all measures by row, given the row of each group, and of each row of those that were left for later; of one
    /// that is not answered, none.
    pub fn figures(&self, (rows_of_groups, late_rows): (&[u32], &[u32]), n_rows: usize) -> Vec<Vec<Option<f64>>> {
        let places = |is_late: &bool| if *is_late { late_rows } else { rows_of_groups };
        self.is_late.iter().map(places).enumerate().map(|(nth, of)| self.figures_of(nth, of, n_rows)).collect()
    }

    /// The figures of one measure.
    pub fn figures_of(&self, nth: usize, rows_of_groups: &[u32], n_rows: usize) -> Vec<Option<f64>> {
        match (self.tallies.get(nth), self.is_answered.get(nth)) {
            (Some(tally), Some(true)) => tally.figures(rows_of_groups, n_rows),
            _ => vec![None; n_rows],
        }
    }

    /// Adds up what was left for later, where a group counts for the row that it has here, if it has one: there are few rows, while
    /// there may be as many groups as hosts. The figures are then by row.
    pub async fn later(
        &mut self,
        from: (&'a Sources<'a>, &Selected),
        measures: &[AskedMeasure<'a>],
        rows_of_groups: &[u32],
        turn: &Turn<'_>,
    ) {
        let lists = std::mem::replace(&mut self.lists, Combinations::One);
        let is_late = self.is_late.clone();
        self.flows(from, measures, &lists, (&is_late, Some(rows_of_groups)), turn).await;
    }

    async fn packets(
        &mut self,
        (sources, selected): (&'a Sources<'a>, &Selected),
        measures: &[AskedMeasure<'a>],
        lists: &Combinations,
        (is_meant, is_rest): (Vec<bool>, bool),
        turn: &Turn<'_>,
    ) {
        let of_packet = |(measure, is_meant): (&AskedMeasure<'_>, bool)| match measure.entry.value {
            Value::Packet(of_packet, _) if is_meant => Some(of_packet),
            _ => None,
        };
        let values: Vec<Option<OfPacket>> = measures.iter().zip(is_meant).map(of_packet).collect();
        let index = sources.index;
        let forgotten = self.splits.alone(None);
        let has_places = self.splits.has_places();
        let mut alone: HashMap<Option<AppProto>, u32, RandomState> = HashMap::default();
        let known = index.times_ns().zip(index.wire_bytes()).zip(index.belongs()).enumerate();
        let add = |(number, ((time_ns, bytes), belongs)): (usize, ((i64, u32), PacketFlow))| {
            if !selected.has_time(time_ns) {
                return;
            }
            let is_selected = |packets: &Vec<bool>| packets.get(number).copied().unwrap_or(false);
            if !selected.packets.as_ref().is_none_or(is_selected) {
                return;
            }
            let single;
            let (combinations, way) = match belongs {
                PacketFlow::Flow(serial, way) => {
                    let place = sources.place(serial).filter(|place| *place < sources.flows.len());
                    match place {
                        Some(_) if is_rest => return,
                        Some(place) => (lists.of(place), Some(way)),
                        None => {
                            self.n_forgotten += 1;
                            single = [(forgotten, Side::Both)];
                            (single.as_slice(), Some(way))
                        }
                    }
                }
                PacketFlow::Alone(protocol) => {
                    let known = alone.entry(protocol);
                    let combination = *known.or_insert_with(|| self.splits.alone(Some(protocol)));
                    single = [(combination, Side::Both)];
                    (single.as_slice(), None)
                }
            };
            let places = if has_places { self.splits.places(time_ns, bytes) } else { 0 };
            self.add_packet((bytes, way), (combinations, places), &values);
        };
        turn.each(known, add).await;
    }

    /// Adds a packet, by its bytes and direction, to all together and to the groups of its combinations of values.
    #[inline]
    fn add_packet(
        &mut self,
        (bytes, way): (u32, Option<Direction>),
        (combinations, places): (&[(u32, Side)], u64),
        values: &[Option<OfPacket>],
    ) {
        let item = |side: Side| {
            let is_out = way.map(|way| (way == Direction::ToResponder) != side.is_turned());
            PacketItem { bytes, is_out }
        };
        let whole = item(Side::Both);
        for (tally, value) in self.tallies.iter_mut().zip(values) {
            let Some(value) = value else { continue };
            let measured = value(&whole);
            tally.n_unknown += u64::from(measured == Measured::Unknown);
            tally.add(TOTAL, measured);
        }
        for (combination, side) in combinations {
            let group = self.groups.of(*combination, places);
            let own = item(*side);
            for (tally, value) in self.tallies.iter_mut().zip(values) {
                if let Some(value) = value {
                    tally.add(group, value(&own));
                }
            }
        }
    }

    async fn flows(
        &mut self,
        (sources, selected): (&'a Sources<'a>, &Selected),
        measures: &[AskedMeasure<'a>],
        lists: &Combinations,
        (is_meant, rows_of_groups): (&[bool], Option<&[u32]>),
        turn: &Turn<'_>,
    ) {
        let row = |group: u32| match rows_of_groups {
            Some(rows) => rows.get(group as usize).copied().filter(|row| *row != NOWHERE),
            None => Some(group),
        };
        let mut of_groups = Vec::new();
        let add = |(place, (serial, flow)): (usize, (u32, &'a Flow))| {
            if !selected.has_time(flow.first_ns) || !selected.has_flow(Some(place)) {
                return;
            }
            let places = self.splits.places(flow.first_ns, 0);
            let item = FlowItem { serial, flow, sources };
            let own = lists.of(place).iter();
            of_groups.clear();
            of_groups.push((TOTAL, Side::Both));
            of_groups.extend(
                own.filter_map(|(combination, side)| Some((row(self.groups.of(*combination, places))?, *side))),
            );
            for ((tally, measure), _) in
                self.tallies.iter_mut().zip(measures).zip(is_meant).filter(|(_, meant)| **meant)
            {
                of_flow(tally, measure, &item, &of_groups);
            }
        };
        turn.each(sources.flows.iter().enumerate(), add).await;
    }

    async fn rows(
        &mut self,
        (sources, selected): (&'a Sources<'a>, &Selected),
        measures: &[AskedMeasure<'a>],
        passes: &[Pass],
        turn: &Turn<'_>,
    ) {
        let Some(rows) = sources.rows else { return };
        let flows = (sources.flows_of_rows)();
        let serial = |row: usize| flows.get(row).copied().flatten();
        let lists = self.splits.combinations(true, turn).await;
        let columns: Vec<Option<Vec<u64>>> = measures
            .iter()
            .map(|measure| {
                let column = rows.column(measure.asked.column?)?;
                let mut cells = Vec::with_capacity(rows.len());
                column.runs(|_, run| cells.extend_from_slice(run));
                Some(cells)
            })
            .collect();
        let mut of_groups = Vec::new();
        let add = |row: usize| {
            let flow = serial(row).and_then(|serial| sources.flows.get(serial));
            let time_ns = flow.map(|flow| flow.first_ns);
            let is_in_time = selected.is_any_time() || time_ns.is_some_and(|ns| selected.has_time(ns));
            if !is_in_time || !has_row((sources, selected), &flows, row) {
                return;
            }
            // A time that is on no scale is an unknown one.
            let places = self.splits.places(time_ns.unwrap_or(i64::MIN), 0);
            of_groups.clear();
            of_groups.push(TOTAL);
            of_groups.extend(lists.of(row).iter().map(|(combination, _)| self.groups.of(*combination, places)));
            for (((tally, measure), cells), _) in
                self.tallies.iter_mut().zip(measures).zip(&columns).zip(passes).filter(|(_, pass)| **pass == Pass::Rows)
            {
                let Value::Row(value) = measure.entry.value else { continue };
                let measured = value(cells.as_ref().and_then(|cells| cells.get(row)).copied());
                tally.n_unknown += u64::from(measured == Measured::Unknown);
                of_groups.iter().for_each(|group| tally.add(*group, measured));
            }
        };
        turn.each(0..rows.len(), add).await;
    }
}

/// Adds what a flow adds to a measure.
fn of_flow(tally: &mut Tally, measure: &AskedMeasure<'_>, item: &FlowItem<'_>, of_groups: &[(u32, Side)]) {
    match &measure.entry.value {
        Value::Packet(_, value) | Value::Flow(value) => {
            let whole = value(item, Side::Both);
            tally.n_unknown += u64::from(whole == Measured::Unknown);
            for (group, side) in of_groups {
                tally.add(*group, if *side == Side::Responder { value(item, *side) } else { whole });
            }
        }
        Value::Distinct(values) => {
            let mut found = super::dimension::Found::default();
            values(item, &measure.asked, &mut found);
            for (key, _) in &found.0 {
                tally.add_distinct(of_groups.iter().map(|(group, _)| *group), *key);
            }
        }
        Value::Delays(delays) => match delays(item.flow) {
            Some(delays) => of_groups.iter().for_each(|(group, _)| tally.add_delays(*group, delays)),
            None => tally.n_unknown += u64::from(item.flow.is_tcp()),
        },
        Value::Row(_) => {}
    }
}
