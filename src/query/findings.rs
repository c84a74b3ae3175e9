//! What a selection leaves of the findings: those with traffic in it, at its time.

use super::filter;
use super::listing::QueryContext;
use crate::maths::sorting::Gather;
use crate::model::finding::Finding;
use crate::model::listing::FilterError;
use crate::model::net::addr::{Addr, Endpoint};
use crate::protocol::{Filter, Scope};
use std::collections::BTreeSet;

/// Most bytes of ids in one answer: more findings than that are no list that somebody reads.
const MOST_BYTES: usize = 80_000;

/// Ids of the findings that a scope leaves, in their order. A finding is left if its time touches that of the scope and some of
/// its flows pass; one without flows by its packets; one of which neither is kept by the hosts of the flows that pass.
///
/// # Errors
/// The scope's filter cannot be used.
pub(super) async fn findings(context: &mut QueryContext<'_>, scope: &Scope) -> Result<Vec<String>, FilterError> {
    let (pipeline, analysis) = (context.pipeline, context.analysis);
    let in_time = analysis.findings.iter().filter(|one| scope.has_part_of(one.start_ns, one.end_ns));
    // The filter of a table without flows is about rows, of which findings know nothing.
    let is_by_time = scope.text.trim().is_empty() || pipeline.has_rows_only();
    let mut left: Vec<&Finding> = in_time.collect();
    if !is_by_time && !left.is_empty() {
        let filter = Filter { scope: scope.clone(), ..Filter::default() };
        let passing = filter::flows(context, &filter).await?;
        let kept = pipeline.flows();
        let is_by_packets = |one: &Finding| one.flow_serials.is_empty() && !one.packet_indices.is_empty();
        let packets = match left.iter().any(|one| is_by_packets(one)) {
            true => filter::packets(context, &filter).await?,
            false => Vec::new(),
        };
        let is_gone = |one: &Finding| one.flow_serials.last().is_none_or(|last| *last < kept.first_serial());
        let hosts: BTreeSet<Addr> = match left.iter().any(|one| is_gone(one) && !is_by_packets(one)) {
            true => passing.iter().filter_map(|serial| kept.get(*serial)).flat_map(ends).gathered(),
            false => BTreeSet::new(),
        };
        let is_of_host = |one: &Endpoint| matches!(one, Endpoint::Ip(address) if hosts.contains(address));
        left.retain(|one| match (is_by_packets(one), is_gone(one)) {
            (true, _) => {
                let place = |index: &u64| u32::try_from(*index).is_ok_and(|at| packets.binary_search(&at).is_ok());
                one.packet_indices.iter().any(place)
            }
            (false, true) => one.sources.iter().chain(&one.targets).any(is_of_host),
            (false, false) => one.flow_serials.iter().any(|serial| passing.binary_search(serial).is_ok()),
        });
    }
    let mut n_bytes = 0;
    let ids = left.into_iter().map(|one| one.id.clone()).take_while(|id| {
        n_bytes += id.len() + 1;
        n_bytes <= MOST_BYTES
    });
    Ok(ids.collect())
}

fn ends(flow: &crate::model::flow::Flow) -> [Addr; 2] {
    [flow.originator().0, flow.responder().0]
}
