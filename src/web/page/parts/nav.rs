//! The views that are offered, at the side in groups, with how much is in each; on narrow screens behind a button.

use crate::model::format::quantity;
use crate::session::view::Group;
use crate::session::{Shared, State, View};
use yew::prelude::*;

/// What the navigation shows.
#[derive(Properties, PartialEq)]
pub struct SideNavProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// Links to the views.
#[component]
pub fn SideNav(props: &SideNavProps) -> Html {
    let state = &props.state;
    let views = state.views();
    let class = classes!("side", state.shows_menu.then_some("is-open"), state.is_menu_folded.then_some("is-folded"));
    html! {
        <nav id="views" {class} aria-label="Views" hidden={views.is_empty()}>
            for group in Group::ALL {
                { section(state, group, &views) }
            }
        </nav>
    }
}

fn section(state: &State, group: Group, views: &[&'static View]) -> Html {
    let own: Vec<&'static View> = views.iter().copied().filter(|view| view.group == group).collect();
    if own.is_empty() {
        return Html::default();
    }
    html! {
        <details key={group.label()} class="side-group" open={true}>
            <summary>{ group.label() }</summary>
            <ul>
                for view in own {
                    { entry(state, view) }
                }
            </ul>
        </details>
    }
}

/// The attribute `data-view` is for tests, which go through the views that there are.
fn entry(state: &State, view: &'static View) -> Html {
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
