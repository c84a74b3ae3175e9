//! Buttons that save report, findings and flows.

use super::icon::Icon;
use crate::export::json;
use crate::export::report;
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
    let save = {
        let (store, analysis) = (store.clone(), props.analysis.clone());
        move |ending: &'static str, media_type: &'static str, text: fn(&Analysis) -> String| {
            let (store, analysis) = (store.clone(), analysis.clone());
            Callback::from(move |_: MouseEvent| {
                let name = download::name(&analysis.file.name, ending);
                tell(&store, download::save_text(&name, media_type, &text(&analysis)));
            })
        }
    };
    let flows = {
        let (analysis, set_busy) = (props.analysis.clone(), is_busy.setter());
        Callback::from(move |_: MouseEvent| {
            let Some(asked) = &store else { return };
            set_busy.set(true);
            let (store, set_busy) = (store.clone(), set_busy.clone());
            let name = download::name(&analysis.file.name, analysis.flow_columns.file_ending());
            asked.save_flows(Callback::from(move |file: Option<Blob>| {
                set_busy.set(false);
                let done = file.ok_or_else(|| format!("There is not enough room for {name}."));
                tell(&store, done.and_then(|file| download::save_blob(&name, &file)));
            }));
        })
    };
    let columns = props.analysis.flow_columns;
    html! {
        <div class="save">
            { hash(props) }
            <button type="button" class="button" onclick={save("report.html", "text/html", report::html::html)}>
                { Icon::Save.html() }<span>{"Save report"}</span>
            </button>
            <button type="button" class="button" onclick={save("findings.json", "application/json", json::json)}>
                { Icon::Save.html() }<span>{"Save findings (JSON)"}</span>
            </button>
            <button type="button" class="button" onclick={flows} disabled={*is_busy || !props.has_tables}
                aria-busy={is_busy.to_string()} title={format!("CICFlowMeter v4's columns, {}", columns.words())}>
                { Icon::Save.html() }
                <span>{ if columns.is_cic_compatible { "Save flows (CSV, CIC-compatible)" } else { "Save flows (CSV)" } }</span>
            </button>
        </div>
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
        (None, _) if !props.is_hashing => "SHA-256 is not known".to_owned(),
        (None, Some(share)) => format!("SHA-256 is being computed, {}", quantity::percent(share, 1.0)),
        (None, None) => "SHA-256 is being computed".to_owned(),
    };
    html! { <span class="hash" title="A report saved now says that the hash was not known yet">{ text }</span> }
}

fn tell(store: &Option<Store>, done: Result<(), String>) {
    if let (Some(store), Err(text)) = (store, done) {
        store.dispatch(Action::Fail(text));
    }
}
