//! The dialog in which a report is chosen: for whom, in which format, with which sections, and whether with pseudonyms.

use super::dialog::Dialog;
use super::icon::Icon;
use crate::export::TableExport;
use crate::export::pseudonyms::{self, Notation, PseudonymKey, Pseudonyms};
use crate::export::report::{self, Audience, ReportFormat, ReportOptions, ReportSection};
use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::protocol::{Saving, Scope};
use crate::session::{Action, Shared};
use crate::web::browser::{clipboard, download, file_text, random};
use crate::web::page::hooks::use_store;
use crate::web::page::store::Store;
use web_sys::{Blob, HtmlInputElement, SubmitEvent};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, Clone, PartialEq)]
pub struct ReportFormProps {
    /// What the report is about.
    pub analysis: Shared<Analysis>,
    /// True if the worker can be asked for the names that pseudonyms stand for.
    pub has_tables: bool,
    /// Called when the dialog is closed.
    pub on_close: Callback<()>,
}

/// What is chosen. It is gone with the dialog: neither the browser nor the page keeps it.
#[derive(Clone, PartialEq)]
struct Chosen {
    options: ReportOptions,
    format: ReportFormat,
    /// Hexadecimal digits; empty for a new key.
    key: String,
}

/// What became of it.
#[derive(Clone, PartialEq)]
enum Outcome {
    None,
    Busy,
    /// Written under this new key.
    NewKey(String),
    /// In a sentence.
    Failed(String),
}

/// The dialog.
#[component]
pub fn ReportForm(props: &ReportFormProps) -> Html {
    let store = use_store();
    let chosen = use_state_eq(|| Chosen {
        options: ReportOptions::default(),
        format: ReportFormat::default(),
        key: String::new(),
    });
    let outcome = use_state_eq(|| Outcome::None);
    let on_submit = {
        let (store, props, chosen, outcome) = (store.clone(), props.clone(), chosen.clone(), outcome.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(store) = &store {
                write(store, &props, &chosen, &outcome);
            }
        })
    };
    let on_key = {
        let chosen = chosen.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                chosen.set(Chosen { key: input.value(), ..(*chosen).clone() });
            }
        })
    };
    let has_pseudonyms = chosen.options.has_pseudonyms;
    html! {
        <Dialog label="Report" on_close={props.on_close.clone()}>
            <form class="report-form" onsubmit={on_submit}>
                <fieldset>
                    <legend>{"For whom"}</legend>
                    for audience in Audience::ALL {
                        { radio("audience", audience.name(), chosen.options.audience == audience, {
                            let chosen = chosen.clone();
                            move || {
                                let has_pseudonyms = chosen.options.has_pseudonyms;
                                let options = ReportOptions { has_pseudonyms, ..ReportOptions::of(audience) };
                                chosen.set(Chosen { options, ..(*chosen).clone() });
                            }
                        }) }
                    }
                </fieldset>
                <fieldset>
                    <legend>{"Format"}</legend>
                    for format in ReportFormat::ALL {
                        { radio("format", format.name(), chosen.format == format, {
                            let chosen = chosen.clone();
                            move || chosen.set(Chosen { format, ..(*chosen).clone() })
                        }) }
                    }
                </fieldset>
                <fieldset class="report-sections">
                    <legend>{"Sections after the summary"}</legend>
                    for section in ReportSection::ALL.iter().copied() {
                        { tick(section.heading(), chosen.options.has(section), false, {
                            let chosen = chosen.clone();
                            move |is_on| {
                                let mut now = (*chosen).clone();
                                now.options.sections.retain(|other| *other != section);
                                now.options.sections.extend(is_on.then_some(section));
                                now.options.sections.arrange();
                                chosen.set(now);
                            }
                        }) }
                    }
                </fieldset>
                <fieldset>
                    <legend>{"Pseudonyms"}</legend>
                    { tick("Replace addresses and names by pseudonyms", has_pseudonyms, !props.has_tables, {
                        let chosen = chosen.clone();
                        move |is_on| {
                            let mut now = (*chosen).clone();
                            now.options.has_pseudonyms = is_on;
                            chosen.set(now);
                        }
                    }) }
                    <p class="hint">
                        {"Common prefixes of addresses and the number of labels of names stay. Notes are text of your own: only \
                          names that the file holds are replaced in them. Other files that you save here are not changed."}
                    </p>
                    if has_pseudonyms {
                        <label class="report-key">
                            <span>{"Key of an earlier report (optional)"}</span>
                            <input type="text" autocomplete="off" spellcheck="false" value={chosen.key.clone()} maxlength="64"
                                oninput={on_key} />
                        </label>
                    }
                </fieldset>
                <div role="status">{ said(&outcome) }</div>
                <div class="report-buttons">
                    <button type="submit" class="button main" disabled={*outcome == Outcome::Busy}>
                        { Icon::Save.html() }<span>{"Write report"}</span>
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

fn radio(group: &'static str, label: &'static str, is_on: bool, choose: impl Fn() + 'static) -> Html {
    let on_change = Callback::from(move |_: Event| choose());
    html! {
        <label class="report-choice">
            <input type="radio" name={format!("report-{group}")} checked={is_on} onchange={on_change} />
            <span>{ label }</span>
        </label>
    }
}

fn tick(label: &'static str, is_on: bool, is_disabled: bool, change: impl Fn(bool) + 'static) -> Html {
    let on_change = Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            change(input.checked());
        }
    });
    html! {
        <label class="report-choice">
            <input type="checkbox" checked={is_on} disabled={is_disabled} onchange={on_change} />
            <span>{ label }</span>
        </label>
    }
}

fn said(outcome: &Outcome) -> Html {
    match outcome {
        Outcome::None => Html::default(),
        Outcome::Busy => html! { <p>{"The report is being written."}</p> },
        Outcome::Failed(text) => html! { <p class="error">{ text }</p> },
        Outcome::NewKey(key) => {
            let copied = key.clone();
            let on_copy = Callback::from(move |_: MouseEvent| clipboard::copy(&copied, |_| {}));
            html! {
                <p>
                    {"The report is saved. Its key, shown only now: "}<code data-testid="pseudonym-key">{ key }</code>{" "}
                    <button type="button" class="button quiet" onclick={on_copy}>{"Copy key"}</button>
                </p>
            }
        }
    }
}

/// Writes the report and lets the browser save it; with pseudonyms once the worker has told the names.
fn write(store: &Store, props: &ReportFormProps, chosen: &Chosen, outcome: &UseStateHandle<Outcome>) {
    let analysis = props.analysis.clone();
    let Chosen { options, format, key } = chosen.clone();
    let name = download::name(&analysis.file.name, format.ending());
    let text = report::write(&analysis, &options, format);
    if !options.has_pseudonyms {
        match download::save_text(&name, format.media_type(), &text) {
            Ok(()) => props.on_close.emit(()),
            Err(why) => outcome.set(Outcome::Failed(why)),
        }
        return;
    }
    let is_new = key.trim().is_empty();
    let key = if is_new { random::bytes().map(PseudonymKey::new) } else { PseudonymKey::parse(&key) };
    let Some(key) = key else {
        let why = if is_new { "The browser has no random numbers." } else { "A key has 64 hexadecimal digits." };
        return outcome.set(Outcome::Failed(why.to_owned()));
    };
    outcome.set(Outcome::Busy);
    let (set, on_close, failing) = (outcome.setter(), props.on_close.clone(), store.clone());
    let on_names = move |names: Option<String>| {
        let Some(names) = names else {
            return set.set(Outcome::Failed("The names in this file could not be read.".to_owned()));
        };
        let names = names.lines().map(str::to_owned).collect();
        let mut all = Pseudonyms::new(&key, names, pseudonyms::ids_of(&analysis));
        let notation = if format == ReportFormat::Json { Notation::Json } else { Notation::Other };
        let text = all.rewrite(&text, notation);
        match download::save_text(&all.rewrite(&name, Notation::Other), format.media_type(), &text) {
            Ok(()) if is_new => set.set(Outcome::NewKey(key.hex())),
            Ok(()) => on_close.emit(()),
            Err(why) => failing.dispatch(Action::Fail(why)),
        }
    };
    let on_names = std::cell::Cell::new(Some(on_names));
    store.save(
        Saving::Table(TableExport::Names),
        Scope::default(),
        Callback::from(move |written: Result<(Blob, u64), String>| {
            let Some(then) = on_names.take() else { return };
            match written {
                Ok((file, _)) => file_text::of_blob(&file, then),
                Err(_) => then(None),
            }
        }),
    );
}
