//! The packet table, and the chosen packet in full beside it.

use crate::model::Analysis;
use crate::model::listing::PacketRow;
use crate::protocol::{Filter, PacketLooks, PacketSort, Window};
use crate::session::route::PacketsRoute;
use crate::session::{Colours, Marks, Route, Shared, State};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::filter_bar::FilterBar;
use crate::web::page::parts::grid::{Grid, Wanted};
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::Times;
use crate::web::page::prefs;
use colour_rules::ColourRules;
use detail::PacketPane;
use marking::{MarkTools, keys, only_marked, use_mark_steps};
use row::{Look, Wishes};
use std::rc::Rc;
use yew::prelude::*;

mod colour_rules;
mod detail;
mod hex;
mod layers;
mod marking;
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
    let PacketsProps { state, analysis, route } = props;
    let store = use_store();
    let clock = use_clock();
    let colours = use_state_eq(prefs::colours);
    let marked = Rc::new(state.marks());
    let wanted = wanted(state, route, &colours);
    let steps = use_mark_steps(&marked, route.packet, window(&wanted));
    let adjust = {
        let store = store.clone();
        Callback::from(move |route: PacketsRoute| {
            if let Some(store) = &store {
                store.adjust(Route::Packets(route));
            }
        })
    };
    let on_filter = {
        let (route, adjust) = (route.clone(), adjust.clone());
        Callback::from(move |filter: Filter| adjust.emit(PacketsRoute { filter, ..route.clone() }))
    };
    let on_sort = {
        let (route, adjust) = (route.clone(), adjust.clone());
        Callback::from(move |sort| {
            let is_descending = sort == route.sort && !route.is_descending;
            adjust.emit(PacketsRoute { sort, is_descending, ..route.clone() });
        })
    };
    let on_choose = {
        let route = route.clone();
        Callback::from(move |row: PacketRow| adjust.emit(PacketsRoute { packet: Some(row.index), ..route.clone() }))
    };
    let look = Look { marks: marked.clone(), paints: colours.in_force().map(|rule| rule.paint).collect() };
    let on_key = keys(store, marked.clone(), steps.on_step.clone());
    let tools = tools(&marked, steps.on_step, (&route.filter, &on_filter), &colours);
    html! {
        <div class="table-view">
            <div class="table-head">
                <h1>{"Packets"}</h1>
                <FilterBar label="Filter packets" filter={route.filter.clone()} on_change={on_filter} analysis={analysis.clone()} />
            </div>
            if state.has_tables {
                <div class="split split-packets">
                    <Grid<PacketRow> {wanted} times={Times::new(&analysis.summary, clock)} chosen={route.packet}
                        wished={place_of(route).filter(|_| state.selection.passes_all())} {on_sort} on_choose={on_choose.clone()}
                        on_open={on_choose} {look} on_key={Some(on_key)} go_to={steps.go_to} {tools}
                        nothing="No packet matches this filter and what is selected." />
                    <PacketPane index={route.packet} job={state.job} {marked} />
                </div>
            } else {
                <TablesLost />
            }
        </div>
    }
}

/// The packets that the table shows, and what is looked for in each.
fn wanted(state: &State, route: &PacketsRoute, colours: &Colours) -> Wanted<PacketRow> {
    let rules = colours.in_force().map(|rule| rule.filter.clone()).collect();
    Wanted {
        result: (state.job, state.revision),
        filter: state.selection.over(&route.filter),
        sort: route.sort,
        is_descending: route.is_descending,
        beside: Wishes(PacketLooks { rules, has_remarks: true }),
    }
}

/// The same as a window without rows.
fn window(wanted: &Wanted<PacketRow>) -> Window<PacketSort> {
    let Wanted { filter, sort, is_descending, .. } = wanted;
    Window { filter: filter.clone(), sort: *sort, is_descending: *is_descending, offset: 0, count: 0 }
}

/// What stands below the table: marks and rules for colours.
fn tools(
    marked: &Marks,
    on_step: Callback<bool>,
    (filter, on_filter): (&Filter, &Callback<Filter>),
    colours: &UseStateHandle<Colours>,
) -> Html {
    let (is_only, on_only) = only_marked(marked, filter, on_filter).unwrap_or_default();
    let on_colours = {
        let set = colours.setter();
        Callback::from(move |next: Colours| {
            prefs::choose_colours(&next);
            set.set(next);
        })
    };
    html! {
        <>
            <MarkTools n={marked.len()} {on_step} {is_only} {on_only} />
            <ColourRules colours={(**colours).clone()} on_change={on_colours} />
        </>
    }
}

/// The row of the chosen packet, where it can be told without asking: in the whole capture in its own order.
fn place_of(route: &PacketsRoute) -> Option<u64> {
    let is_whole = route.filter == Filter::default() && route.sort == PacketSort::Number && !route.is_descending;
    route.packet.filter(|_| is_whole)
}
