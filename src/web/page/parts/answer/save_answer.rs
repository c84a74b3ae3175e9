//! Buttons that save the rows of an answer.

use crate::export::answer::{csv, lines};
use crate::export::rows::RowFormat;
use crate::model::explore::Answer;
use crate::session::{Action, Shared};
use crate::web::browser::download;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use yew::prelude::*;

/// What is saved.
#[derive(Properties, PartialEq)]
pub struct SaveAnswerProps {
    /// The answer.
    pub answer: Shared<Answer>,
    /// What its rows are called.
    pub label: String,
}

/// One for each form.
#[component]
pub fn SaveAnswer(props: &SaveAnswerProps) -> Html {
    let store = use_store();
    let save = {
        let answer = props.answer.clone();
        Callback::from(move |format: RowFormat| {
            let Some(store) = &store else { return };
            let state = store.state();
            let capture = state.file.as_ref().map(|file| file.name.clone()).unwrap_or_default();
            let (ending, media_type) = format.file();
            let terms: Vec<String> = answer.dimensions.iter().map(|head| head.term.id.clone()).collect();
            let what = if terms.is_empty() { "totals".to_owned() } else { terms.join("-") };
            let text = match format {
                RowFormat::Csv => String::from_utf8_lossy(&csv(&answer)).into_owned(),
                RowFormat::Lines => lines(&answer),
            };
            let name = download::name(&capture, &format!("{what}.{ending}"));
            if let Err(text) = download::save_text(&name, media_type, &text) {
                store.dispatch(Action::Fail(text));
            }
        })
    };
    html! {
        <p class="save-rows">
            for format in RowFormat::ALL {
                <button type="button" class="button quiet" aria-label={format!("Save as {}: {}", format.label(), props.label)}
                    onclick={save.reform(move |_: MouseEvent| format)}>
                    { Icon::Save.html() }<span>{ format.label() }</span>
                </button>
            }
        </p>
    }
}
