//! The top of the page: name, file, switches, saving, and the timeline that all views are narrowed by.

use super::icon::Icon;
use super::save::SaveBar;
use super::strip::Strip;
use super::text;
use crate::model::format::quantity;
use crate::session::state::Overlay;
use crate::session::{Action, Phase, Route, Shared, State};
use crate::web::browser::style;
use crate::web::page::hooks::{use_action, use_size};
use crate::web::page::prefs::Theme;
use yew::prelude::*;

mod open;
mod switches;

pub use open::OpenButton;
use switches::Switches;

/// What the header shows.
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The theme that the switch stands on.
    pub theme: Theme,
    /// Called with the new theme.
    pub on_theme: Callback<Theme>,
}

/// The top of the page.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let state = &props.state;
    let node = use_node_ref();
    let height = use_size(&node).height;
    use_effect_with(height, |height| style::set_on_root("--top", &format!("{height}px")));
    // On narrow screens there is room for saving on the overview only.
    let toggle = use_action(|_: MouseEvent| Action::ToggleMenu);
    let fold = use_action(|_: MouseEvent| Action::FoldMenu);
    let to_palette = use_action(|_: MouseEvent| Action::Overlay(Some(Overlay::Palette)));
    let is_overview = state.route == Route::Overview;
    html! {
        <header class={classes!("top", is_overview.then_some("at-overview"))} ref={node}>
            <div class="top-row">
                <button type="button" class="button menu-button" aria-expanded={props.state.shows_menu.to_string()} aria-controls="views"
                    onclick={toggle}>{ Icon::Menu.html() }<span>{"Views"}</span></button>
                <button type="button" class="button quiet fold-button" aria-expanded={(!props.state.is_menu_folded).to_string()} aria-controls="views"
                    aria-label="List of views at the side" title="Hide or show the views at the side" onclick={fold}>{ Icon::Menu.html() }</button>
                <a class="brand" href="#/overview">{ Icon::Loupe.html() }<span>{"Packetloupe"}</span></a>
                if let Some(file) = &state.file {
                    <span class="file" translate="no" title={text::plain(&file.name)}>
                        <span class="file-name">{ text::plain(&file.name) }</span>
                        <span class="file-size" translate="yes">{ quantity::bytes(file.bytes as f64) }</span>
                    </span>
                }
                <div class="tools">
                    <button type="button" class="button quiet" onclick={to_palette}
                        title="Go to a view, a host or a finding (Ctrl+K)" aria-keyshortcuts="Control+K">
                        { Icon::Loupe.html() }<span>{"Go to…"}</span>
                    </button>
                    if state.phase != Phase::Empty {
                        <OpenButton label="Open another file" is_main=false />
                    }
                    <Switches clock={state.clock} theme={props.theme} on_theme={props.on_theme.clone()} />
                </div>
            </div>
            if let (Phase::Ready, Some(analysis)) = (state.phase, &state.analysis) {
                <div class="top-row top-save">
                    // What is open may be about to give way.
                    if state.offer.files.is_empty() {
                        <SaveBar analysis={analysis.clone()} is_hashing={state.is_hashing()} share={state.share_done()}
                            has_tables={state.has_tables} scope={state.selection.scope()} />
                    } else {
                        <p role="status" class="hint">{"Looking at what was given…"}</p>
                    }
                </div>
                <Strip analysis={analysis.clone()} selection={state.selection.clone()} is_narrowed={state.view().is_narrowed} />
            }
        </header>
    }
}
