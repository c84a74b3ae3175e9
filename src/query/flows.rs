//! The flow table: which flows pass, in which order, and what the page shows of each.

use super::filter;
use super::listing::{Places, QueryContext, Table};
use crate::decode::app::describe;
use crate::flow::fields::FlowField;
use crate::flow::names::Names;
use crate::model::Secrets;
use crate::model::app::protocol::Protocol;
use crate::model::flow::Flow;
use crate::model::flow::Known;
use crate::model::listing::{FilterError, FlowFieldRow, FlowRow};
use crate::pipeline::Pipeline;
use crate::protocol::{FlowSort, Window};

impl Table for FlowRow {
    /// Places are serial numbers.
    async fn places(context: &mut QueryContext<'_>, window: &Window<FlowSort>) -> Result<Places, FilterError> {
        let (pipeline, Window { filter: wanted, sort, is_descending, .. }) = (context.pipeline, window);
        let flows = pipeline.flows();
        if wanted.passes_all() && *sort == FlowSort::Start && flows.first_serial() == 0 {
            return Ok(Places::All { n: flows.len() as u64, is_descending: *is_descending });
        }
        let mut serials = filter::flows(context, wanted).await?;
        if *sort != FlowSort::Start {
            let ranks = if *sort == FlowSort::Name { name_ranks(pipeline) } else { Vec::new() };
            let first = flows.first_serial();
            let mut keyed: Vec<(u128, u32)> = serials
                .iter()
                .filter_map(|serial| {
                    let score = pipeline.scores().get((serial - first) as usize).copied();
                    Some((key(flows.get(*serial)?, score, *sort, &ranks), *serial))
                })
                .collect();
            keyed.sort_unstable();
            serials = keyed.into_iter().map(|(_, serial)| serial).collect();
        }
        if *is_descending {
            serials.reverse();
        }
        Ok(Places::Some(serials))
    }

    fn rows(context: &mut QueryContext<'_>, places: &[u64], (): ()) -> Vec<FlowRow> {
        let (pipeline, secrets) = (context.pipeline, context.secrets());
        let flows = pipeline.flows();
        let given = places.iter().filter_map(|serial| {
            let serial = *serial as u32;
            let score = pipeline.scores().get((serial - flows.first_serial()) as usize).copied();
            let facts = facts(pipeline, serial, secrets);
            Some(FlowRow { facts, ..row(serial, flows.get(serial)?, pipeline.names(), score) })
        });
        given.collect()
    }
}

/// The rank of every name in the alphabet; flows without a name come last.
fn name_ranks(pipeline: &Pipeline) -> Vec<u32> {
    let names = pipeline.names();
    let mut order: Vec<u32> = (1..names.len() as u32).collect();
    order.sort_by(|a, b| names.text(*a).cmp(names.text(*b)));
    let mut ranks = vec![u32::MAX; names.len()];
    for (rank, index) in (0..).zip(order) {
        if let Some(slot) = ranks.get_mut(index as usize) {
            *slot = rank;
        }
    }
    ranks
}

fn key(flow: &Flow, score: Option<f32>, sort: FlowSort, ranks: &[u32]) -> u128 {
    match sort {
        FlowSort::Start => 0,
        FlowSort::Duration => flow.duration_ns().max(0) as u128,
        FlowSort::Source => flow.originator().0.0,
        FlowSort::Target => flow.responder().0.0,
        FlowSort::TargetPort => u128::from(flow.responder().1),
        FlowSort::Transport => u128::from(flow.key.protocol),
        FlowSort::App => flow.app.map_or(u128::MAX, |app| text_key(app.name())),
        FlowSort::Name => ranks.get(flow.name as usize).map_or(u128::MAX, |rank| u128::from(*rank)),
        FlowSort::Packets => u128::from(flow.packets()),
        FlowSort::Bytes => u128::from(flow.bytes()),
        // Scores are not negative, so their bits are in order; flows without one come first.
        FlowSort::Score => score.filter(|score| *score >= 0.0).map_or(0, |score| u128::from(score.to_bits()) + 1),
    }
}

/// The first bytes of a short name as a number that sorts alike, letters of either case alike.
fn text_key(text: &str) -> u128 {
    text.bytes()
        .chain(std::iter::repeat(0))
        .take(15)
        .fold(0, |key, byte| key << 8 | u128::from(byte.to_ascii_lowercase()))
}

fn row(serial: u32, flow: &Flow, names: &Names, score: Option<f32>) -> FlowRow {
    let has_ports = matches!(flow.key.protocol, 6 | 17 | Protocol::NOT_KNOWN);
    let port = |port: u16| if has_ports { port } else { 0 };
    let is_known = flow.key.protocol != Protocol::NOT_KNOWN;
    let sides = [(flow.forward(), Known::FORWARD), (flow.backward(), Known::BACKWARD)];
    FlowRow {
        serial,
        first_ns: flow.first_ns,
        duration_ns: flow.measured(Known::DURATION, flow.duration_ns()),
        source: flow.originator().0,
        source_port: port(flow.originator().1),
        target: flow.responder().0,
        target_port: port(flow.responder().1),
        transport: if is_known { flow.transport().to_string() } else { String::new() },
        app: flow.app.map_or("", |app| app.name()).to_owned(),
        name: names.text(flow.name).to_owned(),
        state: if flow.is_unreachable { "unreachable" } else { flow.state.name() }.to_owned(),
        packets: sides.map(|(side, known)| flow.measured(known.with(Known::PACKETS), u64::from(side.packets))),
        bytes: sides.map(|(side, known)| flow.measured(known.with(Known::BYTES), side.bytes)),
        total: [flow.measured(Known::PACKETS, flow.packets()), flow.measured(Known::BYTES, flow.bytes())],
        score: score.filter(|score| score.is_finite()),
        facts: Vec::new(),
    }
}

fn facts(pipeline: &Pipeline, serial: u32, secrets: Secrets) -> Vec<FlowFieldRow> {
    let Some(flow) = pipeline.flows().get(serial) else { return Vec::new() };
    let said = |fact: &FlowField<'_>| FlowFieldRow {
        label: fact.kind.label().to_owned(),
        value: describe::text(fact.kind, fact.value, secrets),
        n: fact.n,
    };
    pipeline.flow_fields().of(flow, pipeline.names()).iter().map(said).collect()
}
