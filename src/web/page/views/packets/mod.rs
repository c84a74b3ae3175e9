//! The packet table, and the chosen packet in full beside it.

use crate::model::Analysis;
use crate::model::listing::PacketRow;
use crate::protocol::{Filter, PacketLooks, Window};
use crate::session::route::PacketsRoute;
use crate::session::{Action, Colours, Route, Shared, State, marks};
use crate::web::page::hooks::{use_clock, use_store};
use crate::web::page::parts::filter_bar::FilterBar;
use crate::web::page::parts::grid::{Grid, Wanted};
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::Times;
use crate::web::page::prefs;
use colour_rules::ColourRules;
use detail::PacketPane;
use marking::{MarkTools, seek};
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
    let store = use_store();
    let clock = use_clock();
    let colours = use_state_eq(prefs::colours);
    let go_to = use_state_eq(|| None::<(u64, u32)>);
    let marked = Rc::new(props.state.marks());
    let adjust = {
        let store = store.clone();
        Callback::from(move |route: PacketsRoute| {
            if let Some(store) = &store {
                store.adjust(Route::Packets(route));
            }
        })
    };
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
    let on_colours = {
        let set = colours.setter();
        Callback::from(move |next: Colours| {
            prefs::choose_colours(&next);
            set.set(next);
        })
    };
    let rules: Vec<String> = colours.in_force().map(|rule| rule.filter.clone()).collect();
    let wanted = Wanted::<PacketRow> {
        result: (props.state.job, props.state.revision),
        filter: props.state.selection.over(&props.route.filter),
        sort: props.route.sort,
        is_descending: props.route.is_descending,
        beside: Wishes(PacketLooks { rules, has_remarks: true }),
    };
    let look = Look { marks: marked.clone(), paints: colours.in_force().map(|rule| rule.paint).collect() };
    let window = Window {
        filter: wanted.filter.clone(),
        sort: wanted.sort,
        is_descending: wanted.is_descending,
        offset: 0,
        count: 0,
    };
    // To the next marked packet that passes the filter.
    let on_step = {
        let (store, marked, go_to, from) = (store.clone(), marked.clone(), go_to.clone(), props.route.packet);
        Callback::from(move |is_back: bool| {
            let next = go_to.map_or(0, |(_, n)| n).wrapping_add(1);
            let set = go_to.setter();
            if let Some(store) = &store {
                seek(
                    store,
                    &window,
                    &marked,
                    (from, is_back),
                    Callback::from(move |place| set.set(Some((place, next)))),
                );
            }
        })
    };
    let on_key = {
        let (store, marked, on_step) = (store, marked.clone(), on_step.clone());
        Callback::from(move |(key, row): (String, PacketRow)| {
            match key.as_str() {
                _ if !prefs::has_single_keys() => return false,
                "m" => {
                    let comment = (!marked.contains_key(&row.index)).then(String::new);
                    if let Some(store) = &store {
                        store.dispatch(Action::Mark(row.index, comment));
                    }
                }
                "n" => on_step.emit(false),
                "p" => on_step.emit(true),
                _ => return false,
            }
            true
        })
    };
    let only_marked = {
        let text = marks::filter(&marked);
        let is_on = text.as_deref().is_some_and(|text| text == props.route.filter.text);
        let (route, on_filter) = (props.route.clone(), on_filter.clone());
        text.map(|text| {
            let filter = Filter { text: if is_on { String::new() } else { text }, ..route.filter.clone() };
            (is_on, on_filter.reform(move |()| filter.clone()))
        })
    };
    let tools = html! {
        <>
            <MarkTools n={marked.len()} {on_step} is_only={only_marked.as_ref().is_some_and(|(is_on, _)| *is_on)}
                on_only={only_marked.map(|(_, on_only)| on_only).unwrap_or_default()} />
            <ColourRules colours={(*colours).clone()} on_change={on_colours} />
        </>
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
                    <Grid<PacketRow> {wanted} times={Times::new(&props.analysis.summary, clock)} chosen={props.route.packet}
                        wished={place_of(&props.route).filter(|_| props.state.selection.passes_all())} {on_sort} on_choose={on_choose.clone()}
                        on_open={on_choose} {look} on_key={Some(on_key)} go_to={*go_to} {tools}
                        nothing="No packet matches this filter and what is selected." />
                    <PacketPane index={props.route.packet} job={props.state.job} {marked} />
                </div>
            } else {
                <TablesLost />
            }
        </div>
    }
}

/// The row of the chosen packet, where it can be told without asking: in the whole capture in its own order.
fn place_of(route: &PacketsRoute) -> Option<u64> {
    let is_whole =
        route.filter == Filter::default() && route.sort == crate::protocol::PacketSort::Number && !route.is_descending;
    route.packet.filter(|_| is_whole)
}
