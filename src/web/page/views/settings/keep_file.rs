//! Buttons that save settings, or a part of them, to a file, and take them from one.

use crate::pipeline;
use crate::session::{Action, Shared, State};
use crate::settings::{Settings, file};
use crate::web::browser::{download, file_text};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use std::collections::BTreeSet;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What a file keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// All settings.
    Settings,
    /// How the columns of the open table are read.
    Columns,
}

impl Kept {
    /// In a word.
    fn name(self) -> &'static str {
        match self {
            Kept::Settings => "settings",
            Kept::Columns => "columns",
        }
    }

    /// The text of the file.
    fn text(self, state: &State) -> String {
        match self {
            Kept::Settings => file::write(&state.settings),
            Kept::Columns => {
                let headings: BTreeSet<&str> = state.chosen_headings().collect();
                file::write_columns(&state.settings, |heading| headings.contains(heading))
            }
        }
    }

    /// Takes what a file of this name has, and what of it is not usable.
    fn load(self, name: String, settings: Settings, warnings: Vec<String>) -> Action {
        match self {
            Kept::Settings => Action::LoadSettings(name, settings, warnings),
            Kept::Columns => Action::LoadColumns(name, settings, warnings),
        }
    }
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct KeepFileProps {
    /// The page's state.
    pub state: Shared<State>,
    /// What the file keeps.
    pub kept: Kept,
}

/// Save and load.
#[component]
pub fn KeepFile(props: &KeepFileProps) -> Html {
    let store = use_store();
    let input = use_node_ref();
    let kept = props.kept;
    let save = {
        let (store, state) = (store.clone(), props.state.clone());
        Callback::from(move |_: MouseEvent| {
            let name = format!("packetloupe-{}.json", kept.name());
            let done = download::save_text(&name, "application/json", &kept.text(&state));
            if let (Some(store), Err(text)) = (&store, done) {
                store.dispatch(Action::Fail(text));
            }
        })
    };
    let choose = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let load = Callback::from(move |event: Event| {
        let (Some(store), Some(input)) = (store.clone(), event.target_dyn_into::<HtmlInputElement>()) else {
            return;
        };
        if let Some(chosen) = input.files().and_then(|files| files.get(0)) {
            let name = chosen.name();
            file_text::read(&chosen, move |text| {
                let read = text.and_then(|text| {
                    file::read(&text, &pipeline::descriptors()).map_err(|why| format!("{name} cannot be used: {why}."))
                });
                store.dispatch(match read {
                    Ok((settings, warnings)) => kept.load(name, settings, warnings),
                    Err(text) => Action::Fail(text),
                });
            });
        }
        // So that choosing the same file again is a change too.
        input.set_value("");
    });
    let what = kept.name();
    html! {
        <>
            <button type="button" class="button" onclick={save}>
                { Icon::Save.html() }<span>{ format!("Save {what}") }</span>
            </button>
            <button type="button" class="button" onclick={choose}>
                { Icon::Open.html() }<span>{ format!("Load {what}") }</span>
            </button>
            <input ref={input} type="file" accept=".json,application/json" hidden=true data-testid={format!("{what}-input")}
                onchange={load} />
        </>
    }
}
