//! The views, with how much is in each.

use crate::model::quantity;
use crate::protocol::Filter;
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
    let views = match state.phase {
        Phase::Ready => vec![
            Route::Overview,
            Route::findings(None),
            Route::flows(Filter::default()),
            Route::packets(Filter::default()),
            Route::Issues,
            Route::Settings,
        ],
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
