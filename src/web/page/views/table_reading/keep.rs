//! How columns are read to a file and back.

use crate::pipeline;
use crate::session::{Action, Shared, State};
use crate::settings::file;
use crate::web::browser::{download, file_text};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use std::collections::BTreeSet;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The name of the file.
const FILE: &str = "packetloupe-columns.json";

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct KeepColumnsProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// The buttons.
#[component]
pub fn KeepColumns(props: &KeepColumnsProps) -> Html {
    let store = use_store();
    let input = use_node_ref();
    let save = {
        let (store, state) = (store.clone(), props.state.clone());
        Callback::from(move |_: MouseEvent| {
            let headings: BTreeSet<&str> = state.chosen_headings().collect();
            let text = file::write_columns(&state.settings, |heading| headings.contains(heading));
            let done = download::save_text(FILE, "application/json", &text);
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
                    Ok((settings, warnings)) => Action::LoadColumns(name, settings, warnings),
                    Err(text) => Action::Fail(text),
                });
            });
        }
        // So that choosing the same file again is a change too.
        input.set_value("");
    });
    html! {
        <>
            <button type="button" class="button" onclick={save}>{ Icon::Save.html() }<span>{"Save columns"}</span></button>
            <button type="button" class="button" onclick={choose}>{ Icon::Open.html() }<span>{"Load columns"}</span></button>
            <input ref={input} type="file" accept=".json,application/json" hidden=true data-testid="columns-input"
                onchange={load} />
        </>
    }
}
