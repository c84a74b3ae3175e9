//! Questions of measures and dimensions: hands the tables to `explore`, and selects what their listings would show.

use super::filter;
use super::listing::{Places, QueryContext, Table};
use crate::explore::{self, Selected, Sources};
use crate::model::Analysis;
use crate::model::explore::{Answer, Catalogue, Question, Selection};
use crate::model::listing::PacketRow;
use crate::model::rows::DataRow;
use crate::pipeline::Pipeline;
use crate::protocol::{Filter, Window};
use std::rc::Rc;

/// What was selected last, and whether its packets are known: the panels of a view ask about the same.
#[derive(Default)]
pub(super) struct KeptSelection(Option<(Selection, bool, Rc<Selected>)>);

impl KeptSelection {
    async fn of(&mut self, context: &mut QueryContext<'_>, question: &Question) -> Result<Rc<Selected>, String> {
        let needs_packets = explore::needs_packets(question);
        if let Some((kept, has_packets, selected)) = &self.0
            && *kept == question.selection
            && (*has_packets || !needs_packets)
        {
            return Ok(selected.clone());
        }
        self.0 = None;
        let selected = Rc::new(selected(context, &question.selection, needs_packets).await?);
        self.0 = Some((question.selection.clone(), needs_packets, selected.clone()));
        Ok(selected)
    }
}

/// Answers a question.
pub(super) async fn ask(
    context: &mut QueryContext<'_>,
    kept: &mut KeptSelection,
    question: &Question,
) -> Result<Answer, String> {
    let selected = kept.of(context, question).await?;
    let (pipeline, turn) = (context.pipeline, context.turn);
    let flows_of_rows = || pipeline.flows_of_rows();
    let sources = sources((pipeline, context.analysis), &flows_of_rows);
    explore::ask(&sources, &selected, question, turn).await
}

/// What can be asked.
pub(super) fn catalogue(context: &QueryContext<'_>) -> Catalogue {
    let pipeline = context.pipeline;
    explore::catalogue(&sources((pipeline, context.analysis), &|| pipeline.flows_of_rows()))
}

fn sources<'a>(
    (pipeline, analysis): (&'a Pipeline, &'a Analysis),
    flows_of_rows: &'a dyn Fn() -> Vec<Option<u32>>,
) -> Sources<'a> {
    Sources {
        flows: pipeline.flows(),
        names: pipeline.names(),
        fields: pipeline.flow_fields(),
        index: pipeline.index(),
        rows: pipeline.rows(),
        flows_of_rows,
        scores: pipeline.scores(),
        analysis,
        findings: explore::FindingsOfFlows::default(),
    }
}

/// What a selection selects, or why its filter cannot be used: the only place that knows how filters do it. Flows and
/// packets are those that their listings show; the rows of a table of flows are those of its flows.
async fn selected(
    context: &mut QueryContext<'_>,
    selection: &Selection,
    needs_packets: bool,
) -> Result<Selected, String> {
    let Selection { text, flow, finding, from_ns, to_ns } = selection;
    let filter = Filter { text: text.clone(), flow: *flow, finding: finding.clone(), ..Filter::default() };
    let mut selected = Selected {
        flows: None,
        packets: None,
        rows: None,
        from_ns: from_ns.unwrap_or(i64::MIN),
        to_ns: to_ns.unwrap_or(i64::MAX),
    };
    if filter.passes_all() {
        return Ok(selected);
    }
    let pipeline = context.pipeline;
    if pipeline.has_rows_only() {
        let n = pipeline.rows().map_or(0, crate::stats::rows::RowStore::len);
        selected.rows =
            Some(marks(n, DataRow::places(context, &all(filter)).await.map_err(|error| error.to_string())?));
        return Ok(selected);
    }
    let mut flows = vec![false; pipeline.flows().len()];
    for serial in filter::flows(context, &filter).await.map_err(|error| error.to_string())? {
        let place = serial.checked_sub(pipeline.flows().first_serial());
        if let Some(slot) = place.and_then(|place| flows.get_mut(place as usize)) {
            *slot = true;
        }
    }
    selected.flows = Some(flows);
    if !pipeline.index().is_empty() && needs_packets {
        let places = PacketRow::places(context, &all(filter)).await.map_err(|error| error.to_string())?;
        selected.packets = Some(marks(pipeline.index().len() as usize, places));
    }
    Ok(selected)
}

/// All rows of a listing that pass a filter.
fn all<Sort: Default>(filter: Filter) -> Window<Sort> {
    Window { filter, sort: Sort::default(), is_descending: false, offset: 0, count: 0 }
}

/// For each of so many places whether it is among these.
fn marks(n: usize, places: Places) -> Vec<bool> {
    let Places::Some(places) = places else { return vec![true; n] };
    let mut marks = vec![false; n];
    for place in places {
        if let Some(mark) = marks.get_mut(place as usize) {
            *mark = true;
        }
    }
    marks
}
