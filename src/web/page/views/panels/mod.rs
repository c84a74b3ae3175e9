//! A view of panels: several questions of one subject side by side, about all of it or about one thing.

use crate::model::Analysis;
use crate::protocol::Filter;
use crate::session::route::PanelsRoute;
use crate::session::view::HOSTS;
use crate::session::{Route, Shared, State};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::filter_bar::FilterBar;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::panels::PanelGrid;
use crate::web::page::parts::text::data;
use guesses::Guesses;
use yew::prelude::*;

mod guesses;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct PanelsProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What is chosen.
    pub route: PanelsRoute,
}

/// The panels of a view that the input has something for.
#[component]
pub fn Panels(props: &PanelsProps) -> Html {
    let store = use_store();
    let PanelsProps { state, analysis, route } = props;
    let view = state.route.view();
    let on_filter = {
        let route = route.clone();
        Callback::from(move |filter: Filter| {
            if let Some(store) = &store {
                store.adjust(Route::Panels(PanelsRoute { filter, ..route.clone() }));
            }
        })
    };
    let panels = if route.item.is_some() { view.item_panels } else { view.panels };
    html! {
        <div class="panels">
            if let Some(item) = &route.item {
                <div class="table-head">
                    <h1>{ data(item) }</h1>
                    <a class="button" href={view.hash()}>{ Icon::Back.html() }<span>{ format!("All {}", view.label.to_lowercase()) }</span></a>
                </div>
            } else {
                <h1>{ view.label }</h1>
                <p class="hint">{ view.help }</p>
            }
            if let (Some(host), true, true) = (route.item.clone(), *view == HOSTS, state.has_tables) {
                <Guesses {host} result={(state.job, state.revision)} />
            }
            <div class="explore-filter">
                <FilterBar label="Filter what is counted" filter={route.filter.clone()} on_change={on_filter} analysis={analysis.clone()} />
            </div>
            <PanelGrid state={state.clone()} analysis={analysis.clone()} {panels} item={route.item.clone()} filter={route.filter.clone()}
                view={view.id} />
        </div>
    }
}
