//! Buttons that save what [`export::ALL`] offers on the page.

use super::icon::Icon;
use crate::export::{self, About, Export, Writer};
use crate::model::Analysis;
use crate::model::format::quantity;
use crate::session::{Action, Shared};
use crate::web::browser::download;
use crate::web::page::hooks::use_store;
use crate::web::page::store::Store;
use web_sys::Blob;
use yew::prelude::*;

/// What can be saved.
#[derive(Properties, PartialEq)]
pub struct SaveBarProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// True while the SHA-256 is being computed.
    pub is_hashing: bool,
    /// How much of the hash is done.
    pub share: Option<f64>,
    /// True if the worker can be asked for the flows.
    pub has_tables: bool,
}

/// The buttons, and the file's SHA-256 that a report carries.
#[component]
pub fn SaveBar(props: &SaveBarProps) -> Html {
    let store = use_store();
    let is_busy = use_state_eq(|| false);
    {
        // A worker that is gone will not answer any more.
        let set_busy = is_busy.setter();
        use_effect_with(props.has_tables, move |_| set_busy.set(false));
    }
    html! {
        <div class="save">
            { hash(props) }
            for export in export::ALL.iter().filter(|export| export.is_on_page) {
                { button(export, props, store.as_ref(), &is_busy) }
            }
        </div>
    }
}

/// The button of an export. What the worker writes cannot be had while it writes another one.
fn button(
    export: &'static Export,
    props: &SaveBarProps,
    store: Option<&Store>,
    is_busy: &UseStateHandle<bool>,
) -> Html {
    let About { label, hint, .. } = (export.about)(&props.analysis);
    let is_of_tables = matches!(export.writer, Writer::Tables(_));
    let on_click = {
        let (store, analysis, set_busy) = (store.cloned(), props.analysis.clone(), is_busy.setter());
        Callback::from(move |_: MouseEvent| {
            if let Some(store) = &store {
                save(export, store, &analysis, &set_busy);
            }
        })
    };
    html! {
        <button type="button" class="button" onclick={on_click} disabled={is_of_tables && (**is_busy || !props.has_tables)}
            aria-busy={is_of_tables.then(|| is_busy.to_string())} title={hint}>
            { Icon::Save.html() }<span>{ format!("Save {label}") }</span>
        </button>
    }
}

/// Writes an export here, or has the worker write it, and lets the browser save it.
fn save(export: &Export, store: &Store, analysis: &Analysis, set_busy: &UseStateSetter<bool>) {
    let name = download::name(&analysis.file.name, (export.about)(analysis).ending);
    match export.writer {
        Writer::Analysis(write) => say(store, download::save_text(&name, export.media_type, &write(analysis))),
        Writer::Findings(write) => {
            let all: Vec<_> = analysis.findings.iter().collect();
            say(store, download::save_text(&name, export.media_type, &write(analysis, &all)));
        }
        // The page does not offer these.
        Writer::Packets => {}
        Writer::Tables(own) => {
            set_busy.set(true);
            let (then, set_busy) = (store.clone(), set_busy.clone());
            store.save(
                own,
                Callback::from(move |file: Option<Blob>| {
                    set_busy.set(false);
                    let done = file.ok_or_else(|| format!("There is not enough room for {name}."));
                    say(&then, done.and_then(|file| download::save_blob(&name, &file)));
                }),
            );
        }
    }
}

fn hash(props: &SaveBarProps) -> Html {
    let text = match (&props.analysis.file.sha256, props.share) {
        (Some(hash), _) => {
            let short = hash.get(..12).unwrap_or(hash);
            return html! {
                <span class="hash" data-testid="sha256" data-sha256={hash.clone()} title={format!("SHA-256 {hash}")}>
                    { format!("SHA-256 {short}…") }
                </span>
            };
        }
        (None, _) if !props.is_hashing => "SHA-256 is unknown".to_owned(),
        (None, Some(share)) => format!("SHA-256 is being computed, {}", quantity::percent(share, 1.0)),
        (None, None) => "SHA-256 is being computed".to_owned(),
    };
    html! { <span class="hash" title="A report saved now says that the hash was not yet known">{ text }</span> }
}

fn say(store: &Store, done: Result<(), String>) {
    if let Err(text) = done {
        store.dispatch(Action::Fail(text));
    }
}
