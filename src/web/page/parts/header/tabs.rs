//! The views that are offered, with how much is in each.

use crate::model::format::quantity;
use crate::session::{Shared, State, View};
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
    html! {
        <nav class="tabs" aria-label="Views">
            <ul>
                for view in props.state.views() {
                    { tab(&props.state, view) }
                }
            </ul>
        </nav>
    }
}

/// The attribute `data-view` is for tests, which go through the views that there are.
fn tab(state: &State, view: &'static View) -> Html {
    let is_here = state.view() == view;
    let count = state.analysis.as_ref().and_then(|analysis| (view.count)(analysis));
    html! {
        <li key={view.id}>
            <a href={view.hash()} data-view={view.id} aria-current={is_here.then_some("page")}>
                { state.label(view) }
                if let Some(count) = count {
                    {" "}<span class="count">{ quantity::count(count) }</span>
                }
            </a>
        </li>
    }
}
