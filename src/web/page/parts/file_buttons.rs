//! Buttons that save a text to a JSON file, and read one from such a file.

use super::icon::Icon;
use crate::session::Action;
use crate::web::browser::{download, file_text};
use crate::web::page::hooks::use_store;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is saved and read.
#[derive(Properties, PartialEq)]
pub struct FileButtonsProps {
    /// What the file keeps, in a word: `settings`.
    pub what: &'static str,
    /// Name of a saved file.
    pub file: AttrValue,
    /// Gives the text of a saved file.
    pub text: Callback<(), String>,
    /// Takes name and text of a chosen file; an error says in a sentence why it cannot be used.
    pub take: Callback<(String, String), Result<(), String>>,
    /// Further classes of the buttons.
    #[prop_or_default]
    pub class: Classes,
    /// Id by which tests find the input.
    pub test_id: AttrValue,
}

/// Save and load.
#[component]
pub fn FileButtons(props: &FileButtonsProps) -> Html {
    let store = use_store();
    let input = use_node_ref();
    let save = {
        let (store, file, text) = (store.clone(), props.file.clone(), props.text.clone());
        Callback::from(move |_: MouseEvent| {
            let done = download::save_text(&file, "application/json", &text.emit(()));
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
    let take = props.take.clone();
    let load = Callback::from(move |event: Event| {
        let (Some(store), Some(input)) = (store.clone(), event.target_dyn_into::<HtmlInputElement>()) else {
            return;
        };
        if let Some(chosen) = input.files().and_then(|files| files.get(0)) {
            let (name, take) = (chosen.name(), take.clone());
            file_text::read(&chosen, move |text| {
                if let Err(text) = text.and_then(|text| take.emit((name, text))) {
                    store.dispatch(Action::Fail(text));
                }
            });
        }
        // So that choosing the same file again is a change too.
        input.set_value("");
    });
    let (what, class) = (props.what, classes!("button", props.class.clone()));
    html! {
        <>
            <button type="button" class={class.clone()} onclick={save}>
                { Icon::Save.html() }<span>{ format!("Save {what}") }</span>
            </button>
            <button type="button" {class} onclick={choose}>
                { Icon::Open.html() }<span>{ format!("Load {what}") }</span>
            </button>
            <input ref={input} type="file" accept=".json,application/json" hidden=true data-testid={props.test_id.clone()}
                onchange={load} />
        </>
    }
}
