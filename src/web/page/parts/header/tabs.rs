//! The views, with how much is in each.

use crate::model::format::quantity;
use crate::model::rows::RowKind;
use crate::protocol::Filter;
use crate::session::route::ColumnsRoute;
use crate::session::{Phase, Route, Shared, State};
use yew::prelude::*;

/// What the tabs show.
#[derive(Properties, PartialEq)]
pub struct TabsProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// Links to the views.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let state = &props.state;
    let table = state.analysis.as_ref().and_then(|analysis| analysis.table.as_ref());
    let views = match state.phase {
        Phase::Ready => {
            let mut views = vec![Route::Overview, Route::findings(None)];
            // What a table cannot have is not offered; the overview says why.
            if table.is_none_or(|table| table.layout.kind != RowKind::Rows) {
                views.push(Route::flows(Filter::default()));
            }
            match table {
                None => views.push(Route::packets(Filter::default())),
                Some(_) => views.extend([Route::Columns(ColumnsRoute::default()), Route::rows(Filter::default())]),
            }
            views.extend([Route::Issues, Route::Settings]);
            views
        }
        Phase::Empty => vec![Route::Overview, Route::Settings],
        Phase::Reading => Vec::new(),
    };
    html! {
        <nav class="tabs" aria-label="Views">
            <ul>
                for route in views {
                    { tab(state, &route) }
                }
            </ul>
        </nav>
    }
}

fn tab(state: &State, route: &Route) -> Html {
    let is_here = match state.phase {
        Phase::Empty => (state.route == Route::Settings) == (*route == Route::Settings),
        _ => state.route.is_same_view(route),
    };
    let name = if state.phase == Phase::Empty && *route == Route::Overview { "Start" } else { route.name() };
    let count = state.analysis.as_ref().and_then(|analysis| match route {
        Route::Findings { .. } => Some(analysis.findings.len() as u64),
        Route::Flows(_) => Some(analysis.coverage.flows_kept),
        Route::Packets(_) => Some(analysis.summary.packets),
        Route::Columns(_) => analysis.table.as_ref().map(|table| table.layout.columns.len() as u64),
        Route::Rows(_) => analysis.table.as_ref().map(|table| table.rows),
        Route::Issues => Some(analysis.issues.len() as u64),
        Route::Overview | Route::Settings => None,
    });
    html! {
        <li key={name}>
            <a href={route.hash()} aria-current={is_here.then_some("page")}>
                { name }
                if let Some(count) = count {
                    {" "}<span class="count">{ quantity::count(count) }</span>
                }
            </a>
        </li>
    }
}
