//! Panels of which the input has something, side by side: one at a time, so that none keeps the page busy for long.

use crate::model::Analysis;
use crate::protocol::Filter;
use crate::session::panel::Panel;
use crate::session::{Shared, State};
use crate::web::browser::zone;
use crate::web::page::hooks::{use_clock, use_incremental_render};
use crate::web::page::parts::answer::use_catalogue;
use crate::web::page::parts::lost::TablesLost;
use card::PanelCard;
use yew::prelude::*;

mod card;

/// What is shown.
#[derive(Properties)]
pub struct PanelGridProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// The panels.
    pub panels: &'static [Panel],
    /// What they are about.
    #[prop_or_default]
    pub item: Option<String>,
    /// The view's own filter.
    #[prop_or_default]
    pub filter: Filter,
    /// Id of the view.
    pub view: &'static str,
}

/// Panels are constants.
impl PartialEq for PanelGridProps {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.panels, other.panels)
            && self.state == other.state
            && self.analysis == other.analysis
            && self.item == other.item
            && self.filter == other.filter
            && self.view == other.view
    }
}

/// The panels.
#[component]
pub fn PanelGrid(props: &PanelGridProps) -> Html {
    let clock = use_clock();
    let PanelGridProps { state, analysis, panels, item, filter, view } = props;
    let result = (state.job, state.revision);
    let catalogue = use_catalogue(result, state.has_tables);
    let offset = zone::offset_minutes(clock, analysis.summary.first_ns.unwrap_or(0));
    let possible =
        catalogue.as_ref().map(|catalogue| panels.iter().filter(|panel| panel.is_of(catalogue)).collect::<Vec<_>>());
    let there = use_incremental_render(possible.as_ref().map_or(0, Vec::len), 2);
    if !state.has_tables {
        return html! { <TablesLost /> };
    }
    let (Some(catalogue), Some(possible)) = (&catalogue, possible) else {
        return html! { <p class="placeholder" aria-busy="true">{"Counting…"}</p> };
    };
    if possible.is_empty() {
        return html! { <p class="placeholder">{"This file says nothing that could be shown here."}</p> };
    }
    html! {
        <div class="panel-grid" key={item.clone().unwrap_or_default()}>
            for panel in possible.into_iter().take(there) {
                <PanelCard key={panel.title} {panel} catalogue={catalogue.clone()} item={item.clone()} filter={filter.clone()}
                    selection={state.selection.clone()} {result} {offset} file={analysis.file.name.clone()} {view} />
            }
        </div>
    }
}
