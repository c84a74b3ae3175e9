//! Settings by detector, with what each detector does and did.

use crate::detect::card::Card;
use crate::model::format::quantity;
use crate::pipeline;
use crate::session::{Action, Phase, Shared, State};
use crate::settings::{self, Descriptor};
use crate::web::page::hooks::{use_action, use_incremental_render};
use crate::web::page::parts::icon::Icon;
use applied::Applied;
use expected::Expected;
pub use field::Field;
use group::Group;
use keep::Keep;
pub use keep_file::{KeepFile, Kept};
use language::LanguageChoice;
use yew::prelude::*;

mod applied;
mod expected;
mod field;
mod group;
mod keep;
mod keep_file;
mod keep_session;
mod language;
mod networks;

/// Detectors rendered in one task of the browser.
const EACH: usize = 8;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct SettingsProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// All settings.
#[component]
pub fn Settings(props: &SettingsProps) -> Html {
    let state = &props.state;
    let reset = use_action(|_: MouseEvent| Action::ResetSettings);
    let again = use_action(|_: MouseEvent| Action::ReadAgain);
    let is_changed = !state.settings.changed().is_empty();
    let cards = pipeline::cards();
    let n_there = use_incremental_render(cards.len(), EACH);
    let general: Vec<&'static Descriptor> = settings::GENERAL.iter().collect();
    html! {
        <div class="settings" aria-busy={(n_there < cards.len()).to_string()}>
            <h1>{"Settings"}</h1>
            <p class="lead">
                {"Thresholds take effect at once, without reading the file again. Values are kept in this browser."}
            </p>
            <div class="settings-bar">
                <button type="button" class="button" onclick={reset} disabled={!is_changed}>
                    <span>{"Reset all settings"}</span>
                </button>
                if state.needs_reading(&pipeline::descriptors()) {
                    <button type="button" class="button main" onclick={again}>
                        { Icon::Again.html() }<span>{"Read the file again"}</span>
                    </button>
                }
                <p role="status" class="hint">{ status(state) }</p>
            </div>
            <LanguageChoice />
            <Expected state={state.clone()} />
            <Applied state={state.clone()} />
            <Keep state={state.clone()} />
            <Group title="Site, flows, secrets and randomness" id="general" settings={general} values={state.settings.clone()}
                card={None::<Card>} run={None} />
            <Group title="Tables" id="table" settings={settings::TABLE.iter().collect::<Vec<_>>()}
                values={state.settings.clone()} card={None::<Card>} run={None} />
            for (card, own) in cards.into_iter().take(n_there) {
                <Group key={card.id} title={card.name} id={card.id} settings={own.iter().collect::<Vec<_>>()}
                    values={state.settings.clone()} card={Some(*card)}
                    run={state.analysis.as_ref().and_then(|a| a.runs.iter().find(|run| run.id == card.id).cloned())} />
            }
        </div>
    }
}

fn status(state: &State) -> String {
    let Some(analysis) = &state.analysis else { return String::new() };
    if state.needs_reading(&pipeline::descriptors()) {
        return "Some changes take effect when the file is read again.".to_owned();
    }
    match (state.is_evaluating, state.phase) {
        (true, _) => "Evaluating again…".to_owned(),
        (false, Phase::Ready) => {
            format!("{} with these settings.", quantity::counted(analysis.findings.len() as u64, "finding", "findings"))
        }
        _ => String::new(),
    }
}
