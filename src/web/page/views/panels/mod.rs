//! A view of panels: several questions of one subject side by side, about all of it or about one thing.

use crate::model::Analysis;
use crate::protocol::Filter;
use crate::session::route::PanelsRoute;
use crate::session::{Route, Shared, State};
use crate::web::browser::zone;
use crate::web::page::hooks::{use_clock, use_store, use_turns};
use crate::web::page::parts::answer::use_catalogue;
use crate::web::page::parts::filter_bar::FilterBar;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::lost::TablesLost;
use crate::web::page::parts::text::plain;
use panel::PanelCard;
use yew::prelude::*;

mod panel;

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
    let (store, clock) = (use_store(), use_clock());
    let PanelsProps { state, analysis, route } = props;
    let view = state.route.view();
    let result = (state.job, state.revision);
    let catalogue = use_catalogue(result, state.has_tables);
    let offset = zone::offset_minutes(clock, analysis.summary.first_ns.unwrap_or(0));
    let on_filter = {
        let route = route.clone();
        Callback::from(move |filter: Filter| {
            if let Some(store) = &store {
                store.adjust(Route::Panels(PanelsRoute { filter, ..route.clone() }));
            }
        })
    };
    let panels = if route.item.is_some() { view.item_panels } else { view.panels };
    let possible =
        catalogue.as_ref().map(|catalogue| panels.iter().filter(|panel| panel.is_of(catalogue)).collect::<Vec<_>>());
    // A panel at a time, so that none keeps the page busy for long.
    let there = use_turns(possible.as_ref().map_or(0, Vec::len), 2);
    html! {
        <div class="panels">
            if let Some(item) = &route.item {
                <div class="table-head">
                    <h1>{ plain(item) }</h1>
                    <a class="button" href={view.hash()}>{ Icon::Back.html() }<span>{ format!("All {}", view.label.to_lowercase()) }</span></a>
                </div>
            } else {
                <h1>{ view.label }</h1>
                <p class="hint">{ view.help }</p>
            }
            <div class="explore-filter">
                <FilterBar label="Filter what is counted" filter={route.filter.clone()} on_change={on_filter} analysis={analysis.clone()} />
            </div>
            if !state.has_tables {
                <TablesLost />
            } else if let (Some(catalogue), Some(possible)) = (&catalogue, possible) {
                <div class="panel-grid" key={route.item.clone().unwrap_or_default()}>
                    for panel in possible.into_iter().take(there) {
                        <PanelCard key={panel.title} {panel} catalogue={catalogue.clone()} item={route.item.clone()} filter={route.filter.clone()}
                            selection={state.selection.clone()} {result} {offset} file={analysis.file.name.clone()} view={view.id} />
                    }
                </div>
            } else {
                <p class="placeholder" aria-busy="true">{"Counting…"}</p>
            }
        </div>
    }
}
