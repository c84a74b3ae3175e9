//! The dialog in which a report is chosen: for whom, in which format, with which sections and charts, and whether with pseudonyms.

use super::dialog::Dialog;
use super::icon::Icon;
use super::pseudonym_form::{PseudonymChoice, PseudonymFields, new_key};
use super::written::{SavedFile, save_file};
use crate::chart;
use crate::export::report::{Audience, ReportFormat, ReportOptions, ReportSection};
use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::session::Shared;
use crate::web::browser::download;
use crate::web::extra::writing::WritingRequest;
use crate::web::page::hooks::use_store;
use crate::web::page::store::Store;
use std::borrow::Cow;
use web_sys::{HtmlInputElement, SubmitEvent};
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
    pseudonyms: PseudonymChoice,
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
        pseudonyms: PseudonymChoice::default(),
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
    let on_pseudonyms = {
        let chosen = chosen.clone();
        Callback::from(move |pseudonyms| chosen.set(Chosen { pseudonyms, ..(*chosen).clone() }))
    };
    html! {
        <Dialog label="Report" on_close={props.on_close.clone()}>
            <form class="report-form" onsubmit={on_submit}>
                <fieldset>
                    <legend>{"For whom"}</legend>
                    for audience in Audience::ALL {
                        { radio("audience", audience.name(), chosen.options.audience == audience, {
                            let chosen = chosen.clone();
                            move || {
                                chosen.set(Chosen { options: ReportOptions::of(audience), ..(*chosen).clone() });
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
                { section_fields(&chosen) }
                if chosen.options.has(ReportSection::Charts) {
                    { chart_fields(&chosen) }
                }
                <PseudonymFields choice={chosen.pseudonyms.clone()} is_disabled={!props.has_tables} on_choose={on_pseudonyms}
                    hint="Notes are text of your own: only names that the file holds are replaced in them. Other files that you \
                          save have a switch of their own under All exports." />
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

fn section_fields(chosen: &UseStateHandle<Chosen>) -> Html {
    html! {
        <fieldset class="report-sections">
            <legend>{"Sections after the summary"}</legend>
            for section in ReportSection::ALL.iter().copied() {
                { tick(section.heading(), chosen.options.has(section), {
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
    }
}

fn chart_fields(chosen: &UseStateHandle<Chosen>) -> Html {
    html! {
        <fieldset class="report-sections">
            <legend>{"Charts in their section"}</legend>
            for entry in chart::ALL {
                { tick(entry.name, chosen.options.charts.contains(&entry.id), {
                    let chosen = chosen.clone();
                    move |is_on| {
                        let mut now = (*chosen).clone();
                        now.options.charts.retain(|other| *other != entry.id);
                        now.options.charts.extend(is_on.then_some(entry.id));
                        chosen.set(now);
                    }
                }) }
            }
        </fieldset>
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

fn tick(label: &'static str, is_on: bool, change: impl Fn(bool) + 'static) -> Html {
    let on_change = Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            change(input.checked());
        }
    });
    html! {
        <label class="report-choice">
            <input type="checkbox" checked={is_on} onchange={on_change} />
            <span>{ label }</span>
        </label>
    }
}

fn said(outcome: &Outcome) -> Html {
    match outcome {
        Outcome::None => Html::default(),
        Outcome::Busy => html! { <p>{"The report is being written; the program for that is loaded first."}</p> },
        Outcome::Failed(text) => html! { <p class="error">{ text }</p> },
        Outcome::NewKey(key) => new_key("The report", key),
    }
}

/// Has the report written and lets the browser save it; with pseudonyms once the worker has told the names.
fn write(store: &Store, props: &ReportFormProps, chosen: &Chosen, outcome: &UseStateHandle<Outcome>) {
    let analysis = props.analysis.clone();
    let Chosen { mut options, format, pseudonyms } = chosen.clone();
    options.has_pseudonyms = pseudonyms.is_on;
    let key = match pseudonyms.chosen() {
        Ok(key) => key,
        Err(why) => return outcome.set(Outcome::Failed(why)),
    };
    outcome.set(Outcome::Busy);
    let file = SavedFile {
        name: download::name(&analysis.file.name, format.ending()),
        media_type: format.media_type(),
        key: key.as_ref().map(|chosen| chosen.key),
        report: Some(format),
    };
    let request = WritingRequest::Report(Cow::Borrowed(&*analysis), options, format);
    let (set, on_close) = (outcome.setter(), props.on_close.clone());
    let new = key.filter(|chosen| chosen.is_new).map(|chosen| chosen.key.hex());
    save_file(store, &analysis, &request, file, move |saved| match (saved, new) {
        (Err(why), _) => set.set(Outcome::Failed(why)),
        (Ok(()), Some(key)) => set.set(Outcome::NewKey(key)),
        (Ok(()), None) => on_close.emit(()),
    });
}
