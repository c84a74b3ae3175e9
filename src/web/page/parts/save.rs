//! Buttons that save what [`export::ALL`] offers on the page.

use super::icon::Icon;
use super::report_form::ReportForm;
use super::written::{SavedFile, save_file};
use crate::export::pseudonyms::PseudonymKey;
use crate::export::{self, About, Export, Writer, report};
use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::model::format::quantity;
use crate::protocol::{Answer, Query, SaveError, Saving, Scope};
use crate::session::state::Overlay;
use crate::session::{Action, Shared};
use crate::web::browser::download;
use crate::web::extra::writing::WritingRequest;
use crate::web::page::hooks::{use_action, use_store};
use crate::web::page::store::Store;
use std::borrow::Cow;
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
    /// What is selected: tables are saved of that, as by all exports.
    pub scope: Scope,
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
    let has_form = use_state_eq(|| false);
    let on_report = {
        let set = has_form.setter();
        Callback::from(move |_: MouseEvent| set.set(true))
    };
    let on_close = {
        let set = has_form.setter();
        Callback::from(move |()| set.set(false))
    };
    let to_all = use_action(|_: MouseEvent| Action::Overlay(Some(Overlay::Exports)));
    html! {
        <div class="save">
            { hash(props) }
            <button type="button" class="button" aria-haspopup="dialog" onclick={on_report}
                title="Choose for whom, in which format and with which sections">
                { Icon::Save.html() }<span>{"Save report"}</span>
            </button>
            for export in export::ALL.iter().filter(|export| export.is_at_top && export.id != report::html::EXPORT.id) {
                { button(export, props, store.as_ref(), &is_busy) }
            }
            <button type="button" class="button" onclick={to_all} aria-haspopup="dialog">{"All exports…"}</button>
            if *has_form {
                <ReportForm analysis={props.analysis.clone()} has_tables={props.has_tables} {on_close} />
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
        let scope = props.scope.clone();
        Callback::from(move |_: MouseEvent| {
            let Some(store) = &store else { return };
            let set = set_busy.clone();
            set_busy.set(is_of_tables);
            save(
                export,
                &Save {
                    store,
                    analysis: &analysis,
                    scope: scope.clone(),
                    key: None,
                    on_end: Callback::from(move |_| set.set(false)),
                },
            );
        })
    };
    let selected = if is_of_tables && !props.scope.passes_all() { "selected " } else { "" };
    html! {
        <button type="button" class="button" onclick={on_click} disabled={is_of_tables && (**is_busy || !props.has_tables)}
            aria-busy={is_of_tables.then(|| is_busy.to_string())} title={hint}>
            { Icon::Save.html() }<span>{ format!("Save {selected}{label}") }</span>
        </button>
    }
}

/// How an export is saved.
pub struct Save<'a> {
    /// The page.
    pub store: &'a Store,
    /// The analysis.
    pub analysis: &'a Shared<Analysis>,
    /// Of what flows, findings and packets are written.
    pub scope: Scope,
    /// The key of pseudonyms, if there are any.
    pub key: Option<PseudonymKey>,
    /// Called when it is saved, with true, or cannot be.
    pub on_end: Callback<bool>,
}

/// The name of a saved file; under pseudonyms it does not have the input's.
fn name(export: &Export, save: &Save<'_>) -> String {
    let input = if save.key.is_some() { "pseudonyms" } else { save.analysis.file.name.as_str() };
    download::name(input, (export.about)(save.analysis).ending)
}

/// Writes an export here, or has the worker write it, and lets the browser save it.
pub fn save(export: &'static Export, save: &Save<'_>) {
    let Save { store, scope, key, on_end, .. } = save;
    let name = name(export, save);
    let saving = match export.writer {
        Writer::Analysis(_) => return save_written(export, None, save),
        Writer::Findings(_) => return findings(export, save),
        Writer::Packets => Saving::Packets,
        Writer::Tables(own) => Saving::Table(own),
    };
    let (then, on_end) = ((*store).clone(), on_end.clone());
    let on_saved = Callback::from(move |written: Result<(Blob, u64), SaveError>| {
        let done = written.map_err(|why| why.sentence(&name));
        let saved = done.and_then(|(file, n_missing)| download::save_blob(&name, &file).map(|()| n_missing));
        on_end.emit(saved.is_ok());
        say(&then, saved.as_ref().map(|_| ()).map_err(String::clone));
        if let Ok(n @ 1..) = saved {
            let n = quantity::counted(n, "packet is", "packets are");
            then.dispatch(Action::Fail(format!("{n} not in {name}: the file cannot be read there any more.")));
        }
    });
    store.save(saving, scope.clone(), *key, on_saved);
}

/// The worker knows which flows a finding means; what people said of findings is known here.
fn findings(export: &'static Export, save: &Save<'_>) {
    let Save { store, analysis, scope, key, on_end } = save;
    if scope.passes_all() {
        return save_written(export, None, save);
    }
    let (then, analysis, key, on_end) = ((*store).clone(), (*analysis).clone(), *key, on_end.clone());
    store.ask(
        Query::Findings(scope.clone()),
        Callback::from(move |answer| {
            let Answer::Findings(within) = answer else { return on_end.emit(false) };
            let mut ids = match within {
                Ok(ids) => ids,
                Err(why) => {
                    on_end.emit(false);
                    return say(&then, Err(why));
                }
            };
            ids.arrange();
            let save = Save { store: &then, analysis: &analysis, scope: Scope::default(), key, on_end: on_end.clone() };
            save_written(export, Some(ids), &save);
        }),
    );
}

/// Has an export of findings written, of these or of all, and saves it.
fn save_written(export: &'static Export, within: Option<Vec<String>>, save: &Save<'_>) {
    let Save { store, analysis, key, on_end, .. } = save;
    let request = WritingRequest::Export(Cow::Borrowed(&***analysis), export.id.into(), within);
    let (then, on_end) = ((*store).clone(), on_end.clone());
    let file = SavedFile { name: name(export, save), media_type: export.media_type, key: *key, report: None };
    save_file(store, analysis, &request, file, move |saved| {
        on_end.emit(saved.is_ok());
        say(&then, saved);
    });
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
