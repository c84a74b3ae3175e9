//! The rows of a table as they stand in the file, a window of columns at a time.

use crate::model::Analysis;
use crate::model::format::quantity;
use crate::model::rows::DataRow;
use crate::protocol::{Filter, RowSort};
use crate::session::route::RowsRoute;
use crate::session::{Route, Shared, State};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::filter_bar::{FilterBar, Scope};
use crate::web::page::parts::grid::{Grid, Wanted};
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::{Times, plain};
use row::{ColumnWindow, N_COLUMNS};
use yew::prelude::*;

mod row;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct RowsProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What is chosen.
    pub route: RowsRoute,
}

/// All rows that pass the filter.
#[component]
pub fn Rows(props: &RowsProps) -> Html {
    let store = use_store();
    let clock = use_clock();
    let chosen = use_state_eq(|| props.route.row);
    let adjust = Callback::from(move |route: RowsRoute| {
        if let Some(store) = &store {
            store.adjust(Route::Rows(route));
        }
    });
    let on_filter = {
        let (route, adjust) = (props.route.clone(), adjust.clone());
        Callback::from(move |filter: Filter| adjust.emit(RowsRoute { filter, ..route.clone() }))
    };
    let on_sort = {
        let (route, adjust) = (props.route.clone(), adjust.clone());
        Callback::from(move |sort| {
            let is_descending = if sort == route.sort { !route.is_descending } else { sort == RowSort::Score };
            adjust.emit(RowsRoute { sort, is_descending, ..route.clone() });
        })
    };
    let choose = chosen.setter();
    let on_choose = Callback::from(move |row: DataRow| choose.set(Some(row.number)));
    let Some(table) = &props.analysis.table else {
        return html! {
            <div class="table-view">
                <div class="table-head"><h1>{"Rows"}</h1></div>
                <p class="placeholder">{"This is a capture, not a table: it has no rows. See Packets and Flows."}</p>
            </div>
        };
    };
    let n_columns = table.layout.columns.len() as u32;
    let first = props.route.first_column.min(n_columns.saturating_sub(1)) / N_COLUMNS * N_COLUMNS;
    let in_sight = table.layout.columns.iter().skip(first as usize).take(N_COLUMNS as usize);
    let names = in_sight.map(|column| AttrValue::from(plain(&column.name))).collect();
    let wanted = Wanted::<DataRow> {
        result: (props.state.job, props.state.revision),
        filter: props.state.selection.over(&props.route.filter),
        sort: props.route.sort,
        is_descending: props.route.is_descending,
        beside: ColumnWindow { first, names },
    };
    html! {
        <div class="table-view">
            <div class="table-head">
                <h1>{"Rows"}</h1>
                <FilterBar label="Filter rows" filter={props.route.filter.clone()} on_change={on_filter}
                    analysis={props.analysis.clone()} scope={Scope::rows(&props.analysis)}
                    hint="Filter: part of a text, Label == DDoS, Duration > 1000" />
                if n_columns > N_COLUMNS {
                    { turn(&props.route, (first, n_columns), &adjust) }
                }
            </div>
            if props.state.has_tables {
                <Grid<DataRow> {wanted} times={Times::new(&props.analysis.summary, clock)} chosen={*chosen} {on_sort} wished={props.route.row}
                    on_choose={on_choose.clone()} on_open={on_choose} nothing="No row matches this filter and what is selected." />
            } else {
                <TablesLost />
            }
        </div>
    }
}

/// Buttons that turn to other columns.
fn turn(route: &RowsRoute, (first, n_columns): (u32, u32), adjust: &Callback<RowsRoute>) -> Html {
    let last = (first + N_COLUMNS).min(n_columns);
    let to = |first_column: u32| {
        let route = RowsRoute { first_column, ..route.clone() };
        adjust.reform(move |_: MouseEvent| route.clone())
    };
    html! {
        <div class="turn" role="group" aria-label="Visible columns">
            <button type="button" class="button" disabled={first == 0} onclick={to(first.saturating_sub(N_COLUMNS))}>
                {"Previous columns"}
            </button>
            <span>{ format!("{} to {} of {}", first + 1, last, quantity::count(n_columns.into())) }</span>
            <button type="button" class="button" disabled={last == n_columns} onclick={to(first + N_COLUMNS)}>
                {"Next columns"}
            </button>
        </div>
    }
}
