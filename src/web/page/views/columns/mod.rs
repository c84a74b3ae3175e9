//! The columns of a table, and the chosen one in full beside them.

use crate::model::Analysis;
use crate::model::rows::ColumnInfo;
use crate::protocol::Filter;
use crate::session::route::ColumnsRoute;
use crate::session::{Route, Shared, State};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::filter_bar::{FilterBar, Scope};
use crate::web::page::parts::grid::{Grid, Wanted};
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::Times;
use detail::ColumnPane;
use yew::prelude::*;

mod detail;
mod row;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ColumnsProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What is chosen.
    pub route: ColumnsRoute,
}

/// All columns that pass the filter.
#[component]
pub fn Columns(props: &ColumnsProps) -> Html {
    let store = use_store();
    let clock = use_clock();
    let adjust = Callback::from(move |route: ColumnsRoute| {
        if let Some(store) = &store {
            store.adjust(Route::Columns(route));
        }
    });
    let on_filter = {
        let (route, adjust) = (props.route.clone(), adjust.clone());
        Callback::from(move |filter: Filter| adjust.emit(ColumnsRoute { filter, ..route.clone() }))
    };
    let on_choose = {
        let route = props.route.clone();
        Callback::from(move |row: ColumnInfo| adjust.emit(ColumnsRoute { column: Some(row.place), ..route.clone() }))
    };
    let wanted = Wanted::<ColumnInfo> {
        result: (props.state.job, props.state.revision),
        filter: props.route.filter.clone(),
        sort: (),
        is_descending: false,
        beside: (),
    };
    let chosen = props.route.column;
    html! {
        <div class="table-view">
            <div class="table-head">
                <h1>{"Columns"}</h1>
                <FilterBar label="Filter columns" filter={props.route.filter.clone()} on_change={on_filter}
                    analysis={props.analysis.clone()} hint="Part of a column's name" scope={Scope::Names} />
            </div>
            if props.analysis.table.is_none() {
                <p class="placeholder">{"This is a capture, not a table: it has no columns. See Packets and Flows."}</p>
            } else if props.state.has_tables {
                <div class="split split-packets">
                    <Grid<ColumnInfo> {wanted} times={Times::new(&props.analysis.summary, clock)}
                        chosen={chosen.map(u64::from)} on_sort={Callback::noop()} on_choose={on_choose.clone()}
                        on_open={on_choose} nothing="No column matches this filter." />
                    <ColumnPane place={chosen} result={(props.state.job, props.state.revision)} />
                </div>
            } else {
                <TablesLost />
            }
        </div>
    }
}
