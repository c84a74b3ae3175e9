//! The text of a table's filter to the flows and packets that pass it.

use super::listing::QueryContext;
use super::scan::{Allowed, scan};
use crate::filter::{self, Tables};
use crate::model::finding::Finding;
use crate::model::flow::Flow;
use crate::model::listing::FilterError;
use crate::pipeline::Pipeline;
use crate::protocol::Filter;
use crate::stats::packet_index::PacketFlow;
use crate::stats::rows::cell;

/// The tables of a pipeline as filters see them.
pub(super) fn tables<'a>(pipeline: &'a Pipeline, findings: &'a [Finding], compiled: &filter::Filter) -> Tables<'a> {
    let flows = pipeline.flows();
    let mut tables = Tables::new(pipeline.flow_fields(), pipeline.names(), findings);
    tables.scores = pipeline.scores();
    tables.first_serial = flows.first_serial();
    tables.start_ns = pipeline.index().times_ns().next().unwrap_or(0);
    if compiled.needs_streams() {
        let mut next = [0_u32; 256];
        let numbered = flows.iter().map(|(_, flow)| {
            let slot = next.get_mut(usize::from(flow.key.protocol));
            slot.map_or(0, |slot| std::mem::replace(slot, *slot + 1))
        });
        tables.streams = numbered.collect();
    }
    if compiled.needs_labels() {
        fill_labels(pipeline, &mut tables);
    }
    tables
}

/// The label of the row, or of the last of several, that each flow of a table comes from.
fn fill_labels(pipeline: &Pipeline, tables: &mut Tables<'_>) {
    let Some((rows, label)) = pipeline.rows().and_then(|rows| Some((rows, rows.layout().label? as usize))) else {
        return;
    };
    let Some(kept) = rows.column(label) else { return };
    let text = |code: u32| String::from_utf8_lossy(kept.text(code).unwrap_or_default()).into_owned();
    tables.label_texts = (0..kept.n_texts() as u32).map(text).collect();
    tables.labels = vec![None; pipeline.flows().len()];
    for (row, serial) in pipeline.flows_of_rows().into_iter().enumerate() {
        let own = rows.cell(label, row);
        let place = serial.and_then(|serial| serial.checked_sub(tables.first_serial));
        let Some(place) = place.map(|place| place as usize).filter(|place| *place < tables.labels.len()) else {
            continue;
        };
        let code = cell::code(own).or_else(|| {
            let number = cell::as_number(own)?;
            let text = number.to_string();
            let known = tables.label_texts.iter().position(|label| *label == text);
            Some(known.unwrap_or_else(|| {
                tables.label_texts.push(text);
                tables.label_texts.len() - 1
            }) as u32)
        });
        if let Some(slot) = tables.labels.get_mut(place) {
            *slot = code;
        }
    }
}

/// Serial numbers of the flows that pass, ascending.
///
/// # Errors
/// The filter cannot be understood, or asks for packets where there are none.
pub(super) async fn flows(context: &mut QueryContext<'_>, filter: &Filter) -> Result<Vec<u32>, FilterError> {
    let compiled = filter::compile(&filter.whole_text())?;
    let pipeline = context.pipeline;
    let has_packets = !pipeline.index().is_empty();
    if !has_packets && let Some(error) = compiled.needs_packets() {
        return Err(error);
    }
    let tables = tables(pipeline, &context.analysis.findings, &compiled);
    let selection = compiled.over(&tables);
    let table = pipeline.flows();
    let is_wanted = wanted(context, filter);
    let by_flow = |(serial, flow): (u32, &Flow)| selection.passes_flow(serial, flow).then_some(serial);
    let is_enough = compiled.is_by_flow() && !(compiled.needs_messages() && pipeline.flow_fields().n_refused > 0);
    let mut passing: Vec<u32> = if compiled.is_by_flow() || !has_packets {
        let mut passing = Vec::new();
        let wanted = table.iter().filter(|(serial, _)| is_wanted(*serial));
        context.turn.each(wanted, |flow| passing.extend(by_flow(flow))).await;
        passing
    } else {
        Vec::new()
    };
    if has_packets && !is_enough {
        // What flows have no room for stands in their packets.
        let mut marks = vec![false; table.len()];
        for index in scan(context, &selection, &compiled, &Allowed { flows: &is_wanted, alone: false }).await {
            if let Some(PacketFlow::Flow(serial, _)) =
                pipeline.index().get(u64::from(index)).map(|packet| packet.belongs)
                && let Some(mark) = serial.checked_sub(table.first_serial()).and_then(|at| marks.get_mut(at as usize))
            {
                *mark = true;
            }
        }
        passing.extend((table.first_serial()..).zip(marks).filter(|(_, mark)| *mark).map(|(serial, _)| serial));
        passing.sort_unstable();
        passing.dedup();
    }
    let is_in_time = |flow: &Flow| filter.scope.has_part_of(flow.first_ns, flow.last_ns);
    passing.retain(|serial| table.get(*serial).is_some_and(is_in_time));
    Ok(passing)
}

/// Places of the packets that pass, ascending.
///
/// # Errors
/// The filter cannot be understood.
pub(super) async fn packets(context: &mut QueryContext<'_>, filter: &Filter) -> Result<Vec<u32>, FilterError> {
    let compiled = filter::compile(&filter.whole_text())?;
    let pipeline = context.pipeline;
    let tables = tables(pipeline, &context.analysis.findings, &compiled);
    let selection = compiled.over(&tables);
    let is_wanted = wanted(context, filter);
    let is_open = filter.flow.is_none() && filter.finding.is_none();
    let mut passing = scan(context, &selection, &compiled, &Allowed { flows: &is_wanted, alone: is_open }).await;
    if filter.scope.from_ns.is_some() || filter.scope.to_ns.is_some() {
        let is_in_time: Vec<bool> = pipeline.index().times_ns().map(|ns| filter.scope.has_part_of(ns, ns)).collect();
        passing.retain(|place| is_in_time.get(*place as usize).copied().unwrap_or(false));
    }
    Ok(passing)
}

/// Which flows the chips of a filter leave.
fn wanted(context: &QueryContext<'_>, filter: &Filter) -> impl Fn(u32) -> bool + use<> {
    let flow = filter.flow;
    // A finding that is no more: nothing is meant by it.
    let of_finding = filter.finding.as_ref().map(|_| {
        let mut serials = context.finding(filter).map(|finding| finding.flow_serials.clone()).unwrap_or_default();
        serials.sort_unstable();
        serials
    });
    move |serial| {
        flow.is_none_or(|flow| flow == serial)
            && of_finding.as_ref().is_none_or(|serials| serials.binary_search(&serial).is_ok())
    }
}
