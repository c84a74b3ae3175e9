//! The flow table, and the chosen flow beside it.

use crate::model::Analysis;
use crate::model::listing::FlowRow;
use crate::protocol::Filter;
use crate::session::route::FlowsRoute;
use crate::session::{Route, Shared, State};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::filter_bar::FilterBar;
use crate::web::page::parts::grid::{Grid, Wanted};
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::Times;
use detail::FlowDetail;
use yew::prelude::*;

mod detail;
mod row;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FlowsProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What is chosen in the table.
    pub route: FlowsRoute,
}

/// All flows that pass the filter.
#[component]
pub fn Flows(props: &FlowsProps) -> Html {
    let store = use_store();
    let clock = use_clock();
    let chosen = use_state_eq(|| None::<FlowRow>);
    let adjust = {
        let store = store.clone();
        Callback::from(move |route: FlowsRoute| {
            if let Some(store) = &store {
                store.adjust(Route::Flows(route));
            }
        })
    };
    let on_filter = {
        let (route, adjust) = (props.route.clone(), adjust.clone());
        Callback::from(move |filter: Filter| adjust.emit(FlowsRoute { filter, ..route.clone() }))
    };
    let on_sort = {
        let route = props.route.clone();
        Callback::from(move |sort| {
            let is_descending = if sort == route.sort { !route.is_descending } else { row::is_descending_first(sort) };
            adjust.emit(FlowsRoute { sort, is_descending, ..route.clone() });
        })
    };
    let on_open = Callback::from(move |row: FlowRow| {
        if let Some(store) = &store {
            store.go(Route::packets(Filter { flow: Some(row.serial), ..Filter::default() }));
        }
    });
    let choose = chosen.setter();
    let wanted = Wanted::<FlowRow> {
        result: (props.state.job, props.state.revision),
        filter: props.state.selection.over(&props.route.filter),
        sort: props.route.sort,
        is_descending: props.route.is_descending,
        beside: (),
    };
    html! {
        <div class="table-view">
            <div class="table-head">
                <h1>{"Flows"}</h1>
                <FilterBar label="Filter flows" filter={props.route.filter.clone()} on_change={on_filter}
                    analysis={props.analysis.clone()} />
            </div>
            if props.state.has_tables {
                <div class="split split-flows">
                    <Grid<FlowRow> {wanted} times={Times::new(&props.analysis.summary, clock)} chosen={chosen.as_ref().map(|row| u64::from(row.serial))} {on_sort}
                        on_choose={Callback::from(move |row| choose.set(Some(row)))} {on_open}
                        nothing="No flow matches this filter and what is selected." />
                    <FlowDetail row={(*chosen).clone()} has_packets={props.analysis.table.is_none()} />
                </div>
            } else {
                <TablesLost />
            }
        </div>
    }
}
