//! The packet table, and the chosen packet in full beside it.

use crate::model::Analysis;
use crate::model::listing::PacketRow;
use crate::protocol::{Filter, PacketSort};
use crate::session::route::PacketsRoute;
use crate::session::{Route, Shared, State};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::filter_bar::FilterBar;
use crate::web::page::parts::grid::{Grid, Wanted};
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::Times;
use detail::PacketPane;
use yew::prelude::*;

mod detail;
mod hex;
mod layers;
mod row;
mod use_packet;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct PacketsProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What is chosen in the table.
    pub route: PacketsRoute,
}

/// All packets that pass the filter.
#[component]
pub fn Packets(props: &PacketsProps) -> Html {
    let store = use_store();
    let clock = use_clock();
    let adjust = Callback::from(move |route: PacketsRoute| {
        if let Some(store) = &store {
            store.adjust(Route::Packets(route));
        }
    });
    let on_filter = {
        let (route, adjust) = (props.route.clone(), adjust.clone());
        Callback::from(move |filter: Filter| adjust.emit(PacketsRoute { filter, ..route.clone() }))
    };
    let on_sort = {
        let (route, adjust) = (props.route.clone(), adjust.clone());
        Callback::from(move |sort| {
            let is_descending = sort == route.sort && !route.is_descending;
            adjust.emit(PacketsRoute { sort, is_descending, ..route.clone() });
        })
    };
    let on_choose = {
        let route = props.route.clone();
        Callback::from(move |row: PacketRow| adjust.emit(PacketsRoute { packet: Some(row.index), ..route.clone() }))
    };
    let wanted = Wanted::<PacketRow> {
        result: (props.state.job, props.state.revision),
        filter: props.state.selection.over(&props.route.filter),
        sort: props.route.sort,
        is_descending: props.route.is_descending,
        beside: (),
    };
    html! {
        <div class="table-view">
            <div class="table-head">
                <h1>{"Packets"}</h1>
                <FilterBar label="Filter packets" filter={props.route.filter.clone()} on_change={on_filter}
                    analysis={props.analysis.clone()} />
            </div>
            if props.state.has_tables {
                <div class="split split-packets">
                    <Grid<PacketRow> {wanted} times={Times::new(&props.analysis.summary, clock)} chosen={props.route.packet} wished={place_of(&props.route).filter(|_| props.state.selection.passes_all())} {on_sort} on_choose={on_choose.clone()}
                        on_open={on_choose} nothing="No packet matches this filter and what is selected." />
                    <PacketPane index={props.route.packet} job={props.state.job} />
                </div>
            } else {
                <TablesLost />
            }
        </div>
    }
}

/// The row of the chosen packet, where it can be told without asking: in the whole capture in its own order.
fn place_of(route: &PacketsRoute) -> Option<u64> {
    let is_whole = route.filter == Filter::default() && route.sort == PacketSort::Number && !route.is_descending;
    route.packet.filter(|_| is_whole)
}
