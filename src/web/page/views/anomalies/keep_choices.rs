//! Buttons that save the choices to a file that the command takes too, and take them from one.

use crate::session::anomalies::{read_choice, write_choice};
use crate::session::{Action, Anomalies, AnomalyAction, Shared};
use crate::web::browser::{download, file_text};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct KeepChoicesProps {
    /// Choices and result.
    pub it: Shared<Anomalies>,
    /// Called with what people do.
    pub on_action: Callback<AnomalyAction>,
}

/// Save and load.
#[component]
pub fn KeepChoices(props: &KeepChoicesProps) -> Html {
    let store = use_store();
    let input = use_node_ref();
    let save = {
        let (store, it) = (store.clone(), props.it.clone());
        Callback::from(move |_: MouseEvent| {
            let done = download::save_text("packetloupe-anomalies.json", "application/json", &write_choice(&it.choice));
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
    let on_action = props.on_action.clone();
    let load = Callback::from(move |event: Event| {
        let (Some(store), Some(input)) = (store.clone(), event.target_dyn_into::<HtmlInputElement>()) else {
            return;
        };
        if let Some(chosen) = input.files().and_then(|files| files.get(0)) {
            let (name, on_action) = (chosen.name(), on_action.clone());
            file_text::read(&chosen, move |text| {
                let read =
                    text.and_then(|text| read_choice(&text).map_err(|why| format!("{name} cannot be used: {why}.")));
                match read {
                    Ok(choice) => on_action.emit(AnomalyAction::Load(choice)),
                    Err(text) => store.dispatch(Action::Fail(text)),
                }
            });
        }
        // So that choosing the same file again is a change too.
        input.set_value("");
    });
    html! {
        <div class="buttons">
            <button type="button" class="button quiet" onclick={save}>{ Icon::Save.html() }<span>{"Save choices"}</span></button>
            <button type="button" class="button quiet" onclick={choose}>{ Icon::Open.html() }<span>{"Load choices"}</span></button>
            <input ref={input} type="file" accept=".json,application/json" hidden=true data-testid="anomaly-choices-input"
                onchange={load} />
        </div>
    }
}
