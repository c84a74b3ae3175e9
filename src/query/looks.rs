//! Rows of packets to how they look: what is remarked on them, and the first rule for colours that fits each.

use super::expert::Expert;
use super::filter::tables;
use super::listing::QueryContext;
use super::scan::passes_read;
use super::slices::{known_of, raw, spans};
use crate::decode::fragments::Fragments;
use crate::decode::inspect;
use crate::filter;
use crate::maths::sorting::Arrange;
use crate::model::Secrets;
use crate::model::flow::health::Remarks;
use crate::model::listing::PacketRow;
use crate::protocol::PacketLooks;
use crate::stats::packet_index::IndexedPacket;

/// Rules that are looked at.
const MOST_RULES: usize = 64;

/// Adds to rows of packets what is wanted of their looks. A rule sees each packet by itself, with its flow and the remarks on
/// it; one that cannot be understood fits nothing.
pub(super) fn add(context: &mut QueryContext<'_>, expert: &mut Expert, rows: &mut [PacketRow], looks: &PacketLooks) {
    let rules: Vec<Option<filter::Filter>> =
        looks.rules.iter().take(MOST_RULES).map(|text| filter::compile(text).ok()).collect();
    let needs_remarks = looks.has_remarks || rules.iter().flatten().any(filter::Filter::needs_analysis);
    let places: Vec<u64> = rows.iter().map(|row| row.index).collect();
    let remarks = match needs_remarks {
        true => expert.of(context, &places),
        false => vec![Some(Remarks::default()); places.len()],
    };
    for (row, remarks) in rows.iter_mut().zip(&remarks).filter(|_| looks.has_remarks) {
        match remarks {
            Some(remarks) => row.remarks.extend(remarks.words().map(str::to_owned)),
            None => row.is_not_analysed = true,
        }
    }
    if rules.iter().flatten().next().is_some() {
        paint(context, rows, &rules, &remarks);
    }
}

fn paint(
    context: &mut QueryContext<'_>,
    rows: &mut [PacketRow],
    rules: &[Option<filter::Filter>],
    remarks: &[Option<Remarks>],
) {
    let (pipeline, analysis) = (context.pipeline, context.analysis);
    let index = pipeline.index();
    let wants_messages = rules.iter().flatten().any(filter::Filter::needs_applications);
    let findings = |rule: &filter::Filter| if rule.needs_findings() { analysis.findings.as_slice() } else { &[] };
    let all_tables: Vec<_> =
        rules.iter().map(|rule| rule.as_ref().map(|rule| tables(pipeline, findings(rule), rule))).collect();
    let selections: Vec<_> = rules
        .iter()
        .zip(&all_tables)
        .map(|(rule, tables)| rule.as_ref().zip(tables.as_ref()).map(|(rule, tables)| rule.over(tables)))
        .collect();
    let known: Vec<(u64, IndexedPacket)> =
        rows.iter().filter_map(|row| Some((row.index, index.get(row.index)?))).collect();
    // Spans are read in the order of the file, which that of the rows need not be.
    let mut in_order = known;
    in_order.arrange_by_key(|(place, _)| *place);
    let mut fragments = Fragments::default();
    let mut painted: Vec<(u64, u8)> = Vec::new();
    let remarks_of =
        |place: u64| rows.iter().zip(remarks).find(|(row, _)| row.index == place).and_then(|(_, one)| *one);
    spans(context.source, &in_order, |place, packet, bytes| {
        let Some(bytes) = bytes else { return };
        let beside = known_of(pipeline, packet, Secrets::Shown);
        let facts = inspect::facts(&raw(&packet.location, bytes), place, beside, wants_messages, &mut fragments);
        let before_ns = place.checked_sub(1).and_then(|before| index.get(before)).map(|one| one.location.time_ns);
        let before_ns = before_ns.unwrap_or(packet.location.time_ns);
        let fits = |selection: &filter::Selection<'_>| {
            let known = (pipeline, place, packet, before_ns);
            passes_read(selection, known, &facts, (bytes, &[], remarks_of(place).unwrap_or_default()))
        };
        let first = selections.iter().position(|selection| selection.as_ref().is_some_and(fits));
        painted.extend(first.and_then(|first| u8::try_from(first).ok()).map(|first| (place, first)));
    });
    for row in rows {
        row.paint = painted.iter().find(|(place, _)| *place == row.index).map(|(_, rule)| *rule);
    }
}
