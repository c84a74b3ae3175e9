//! Buttons that save the model that is shown, with its card, and its figures.

use crate::model::format::quantity;
use crate::protocol::{SaveError, Saving, Scope};
use crate::session::training::{Training, csv};
use crate::session::{Action, Shared};
use crate::web::browser::download;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use web_sys::Blob;
use yew::prelude::*;

/// What is saved.
#[derive(Properties, PartialEq)]
pub struct SaveModelProps {
    /// Choices and result.
    pub it: Shared<Training>,
}

/// The buttons.
#[component]
pub fn SaveModel(props: &SaveModelProps) -> Html {
    let store = use_store();
    let Some(tested) = props.it.tested() else { return Html::default() };
    let save = {
        let (store, place, id) = (store.clone(), props.it.shown as u32, tested.id.clone());
        Callback::from(move |_: MouseEvent| {
            let Some(store) = &store else { return };
            let state = store.state();
            let capture = state.file.as_ref().map(|file| file.name.clone()).unwrap_or_default();
            let (name, then) = (download::name(&capture, &format!("{id}.model.json")), store.clone());
            store.save(
                Saving::Model(place),
                Scope::default(),
                None,
                Callback::from(move |written: Result<(Blob, u64), SaveError>| {
                    let written = written.map_err(|why| why.sentence(&name));
                    let saved = written.and_then(|(file, _)| download::save_blob(&name, &file));
                    if let Err(text) = saved {
                        then.dispatch(Action::Fail(text));
                    }
                }),
            );
        })
    };
    let save_figures = {
        let it = props.it.clone();
        Callback::from(move |_: MouseEvent| {
            let (Some(store), Some(tested)) = (&store, it.tested()) else { return };
            let state = store.state();
            let capture = state.file.as_ref().map(|file| file.name.clone()).unwrap_or_default();
            let name = download::name(&capture, &format!("{}.csv", tested.id));
            if let Err(text) = download::save_text(&name, "text/csv", &csv(tested)) {
                store.dispatch(Action::Fail(text));
            }
        })
    };
    html! {
        <div class="save-model">
            <button type="button" class="button main" onclick={save}>
                { Icon::Save.html() }<span>{ format!("Save model ({})", quantity::bytes(tested.model_bytes as f64)) }</span>
            </button>
            <button type="button" class="button" onclick={save_figures}>{ Icon::Save.html() }<span>{"Save figures (CSV)"}</span></button>
            <p class="hint">
                {"The file has the model, its features with units, and its card: data, folds, these figures, and what speaks against them. \
                  Drop it on the page, or give it to "}<code class="code">{"packetloupe analyze --model"}</code>{"."}
            </p>
        </div>
    }
}
