//! Questions of measures and dimensions: hands the tables to `explore`, and selects what their listings would show.

use super::filter;
use super::listing::{Places, Sight, Table};
use crate::explore::{self, Selected, Sources};
use crate::model::explore::{Answer, Catalogue, Question, Selection};
use crate::model::listing::PacketRow;
use crate::model::rows::DataRow;
use crate::protocol::{Filter, Window};

/// Answers a question.
pub(super) fn ask(sight: &mut Sight<'_>, question: &Question) -> Result<Answer, String> {
    let selected = selected(sight, &question.selection)?;
    with_sources(sight, |sources| explore::ask(sources, &selected, question))
}

/// What can be asked.
pub(super) fn catalogue(sight: &Sight<'_>) -> Catalogue {
    with_sources(sight, explore::catalogue)
}

fn with_sources<T>(sight: &Sight<'_>, ask: impl FnOnce(&Sources<'_>) -> T) -> T {
    let pipeline = sight.pipeline;
    ask(&Sources {
        flows: pipeline.flows(),
        names: pipeline.names(),
        fields: pipeline.flow_fields(),
        index: pipeline.index(),
        rows: pipeline.rows(),
        flows_of_rows: &|| pipeline.flows_of_rows(),
        scores: pipeline.scores(),
        analysis: sight.analysis,
        findings: explore::FindingsOfFlows::default(),
    })
}

/// What a selection selects, or why its filter cannot be used: the only place that knows how filters do it. Flows and
/// packets are those that their listings show; the rows of a table of flows are those of its flows.
fn selected(sight: &mut Sight<'_>, selection: &Selection) -> Result<Selected, String> {
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
    let pipeline = sight.pipeline;
    if pipeline.has_rows_only() {
        let n = pipeline.rows().map_or(0, crate::stats::rows::RowStore::len);
        selected.rows = Some(marks(n, DataRow::places(sight, &all(filter)).map_err(|error| error.to_string())?));
        return Ok(selected);
    }
    let mut flows = vec![false; pipeline.flows().len()];
    for serial in filter::flows(sight, &filter).map_err(|error| error.to_string())? {
        let place = serial.checked_sub(pipeline.flows().first_serial());
        if let Some(slot) = place.and_then(|place| flows.get_mut(place as usize)) {
            *slot = true;
        }
    }
    selected.flows = Some(flows);
    if !pipeline.index().is_empty() {
        let places = PacketRow::places(sight, &all(filter)).map_err(|error| error.to_string())?;
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
