//! The choice of pseudonyms in a dialog, the key it ends in, and what replaces addresses and names on the page.

use crate::export::TableExport;
use crate::export::pseudonyms::{self, PseudonymKey, Pseudonyms};
use crate::model::Analysis;
use crate::protocol::{SaveError, Saving, Scope};
use crate::session::Shared;
use crate::web::browser::{clipboard, file_text, random};
use crate::web::page::store::Store;
use std::cell::Cell;
use web_sys::{Blob, HtmlInputElement};
use yew::prelude::*;

/// What is chosen. It is gone with the dialog: neither the browser nor the page keeps it.
#[derive(Clone, PartialEq, Default)]
pub struct PseudonymChoice {
    /// There are pseudonyms.
    pub is_on: bool,
    /// Hexadecimal digits of an earlier key; empty for a new one.
    pub key: String,
}

/// A key that is used.
pub struct ChosenKey {
    /// The key.
    pub key: PseudonymKey,
    /// Nobody has seen it yet.
    pub is_new: bool,
}

impl PseudonymChoice {
    /// The key to be used, if there are pseudonyms.
    ///
    /// # Errors
    /// In a sentence: what was typed is no key, or there is no randomness.
    pub fn chosen(&self) -> Result<Option<ChosenKey>, String> {
        if !self.is_on {
            return Ok(None);
        }
        let is_new = self.key.trim().is_empty();
        let key = if is_new { random::bytes().map(PseudonymKey::new) } else { PseudonymKey::parse(&self.key) };
        let why = if is_new { "The browser has no random numbers." } else { "A key has 64 hexadecimal digits." };
        key.map(|key| Some(ChosenKey { key, is_new })).ok_or_else(|| why.to_owned())
    }
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct PseudonymFieldsProps {
    /// What is chosen.
    pub choice: PseudonymChoice,
    /// The names in the input cannot be had.
    pub is_disabled: bool,
    /// What is not as one may expect.
    pub hint: AttrValue,
    /// Called with another choice.
    pub on_choose: Callback<PseudonymChoice>,
}

/// A switch, and a field for an earlier key.
#[component]
pub fn PseudonymFields(props: &PseudonymFieldsProps) -> Html {
    let PseudonymFieldsProps { choice, is_disabled, hint, on_choose } = props;
    let on_switch = {
        let (choice, on_choose) = (choice.clone(), on_choose.clone());
        Callback::from(move |event: Event| {
            let is_on = event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked());
            on_choose.emit(PseudonymChoice { is_on, ..choice.clone() });
        })
    };
    let on_key = {
        let (choice, on_choose) = (choice.clone(), on_choose.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                on_choose.emit(PseudonymChoice { key: input.value(), ..choice.clone() });
            }
        })
    };
    html! {
        <fieldset class="pseudonyms">
            <legend>{"Pseudonyms"}</legend>
            <label class="report-choice">
                <input type="checkbox" checked={choice.is_on} disabled={*is_disabled} onchange={on_switch} />
                <span>{"Replace addresses and names by pseudonyms"}</span>
            </label>
            <p class="hint">
                {"Common prefixes of addresses and the number of labels of names stay, and names of one or two letters. "}{ hint.clone() }
            </p>
            if choice.is_on {
                <label class="report-key">
                    <span>{"Key of an earlier file (optional)"}</span>
                    <input type="text" autocomplete="off" spellcheck="false" value={choice.key.clone()} maxlength="64" oninput={on_key} />
                </label>
            }
        </fieldset>
    }
}

/// Says that a file is saved under a new key, and the key.
pub fn new_key(what: &str, key: &str) -> Html {
    let copied = key.to_owned();
    let on_copy = Callback::from(move |_: MouseEvent| clipboard::copy(&copied, |_| {}));
    html! {
        <p>
            { format!("{what} is saved. Its key, shown only now: ") }<code data-testid="pseudonym-key">{ key.to_owned() }</code>{" "}
            <button type="button" class="button quiet" onclick={on_copy}>{"Copy key"}</button>
        </p>
    }
}

/// Goes on with what replaces addresses and names, once the worker has said which names the input holds.
pub fn with_pseudonyms(
    store: &Store,
    analysis: &Shared<Analysis>,
    key: PseudonymKey,
    then: impl FnOnce(Result<Pseudonyms, String>) + 'static,
) {
    let analysis = analysis.clone();
    let on_names = move |names: Option<String>| {
        let all = names.map(|names| {
            let names = names.lines().map(str::to_owned).collect();
            Pseudonyms::new(&key, names, pseudonyms::ids_of(&analysis))
        });
        then(all.ok_or_else(|| "The names in this file could not be read.".to_owned()));
    };
    let on_names = Cell::new(Some(on_names));
    store.save(
        Saving::Table(TableExport::Names),
        Scope::default(),
        None,
        Callback::from(move |written: Result<(Blob, u64), SaveError>| {
            let Some(then) = on_names.take() else { return };
            match written {
                Ok((file, _)) => file_text::of_blob(&file, then),
                Err(_) => then(None),
            }
        }),
    );
}
