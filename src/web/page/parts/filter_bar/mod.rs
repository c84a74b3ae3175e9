//! Which rows of a table pass: a filter that is checked while it is typed, with completions, recent filters and help.

use super::icon::Icon;
use super::text::plain;
use crate::filter;
use crate::model::Analysis;
use crate::model::listing::FilterError;
use crate::protocol::Filter;
use crate::session::{Route, Shared};
use help::Help;
use options::{Options, Proposal};
use std::rc::Rc;
use typing::{Typing, use_typing};
use yew::prelude::*;

mod help;
mod history;
mod options;
mod typing;

/// What a filter is about.
#[derive(Clone, PartialEq)]
pub enum Scope {
    /// Flows or packets.
    Traffic,
    /// Rows of a table with these columns.
    Rows(Rc<Vec<String>>),
    /// Words in names: no language.
    Names,
}

impl Scope {
    /// Rows of the table of an analysis.
    pub fn rows(analysis: &Analysis) -> Scope {
        let columns = analysis.table.iter().flat_map(|table| &table.layout.columns);
        Scope::Rows(Rc::new(columns.map(|column| column.name.clone()).collect()))
    }

    fn check(&self, text: &str) -> Option<FilterError> {
        match self {
            Scope::Traffic => filter::compile(text).err(),
            Scope::Rows(columns) => filter::compile_for_rows(text, columns).err(),
            Scope::Names => None,
        }
    }
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FilterBarProps {
    /// What the field is called: `Filter flows`.
    pub label: &'static str,
    /// The filter in force.
    pub filter: Filter,
    /// Called with the new filter.
    pub on_change: Callback<Filter>,
    /// What is filtered.
    #[prop_or(Scope::Traffic)]
    pub scope: Scope,
    /// What may be typed.
    #[prop_or("Filter: 10.0.0.5, tcp.port == 443, dns, example.org")]
    pub hint: &'static str,
    /// Names the finding that the filter may be about.
    pub analysis: Shared<Analysis>,
}

/// A search field, and what else narrows the table.
#[component]
pub fn FilterBar(props: &FilterBarProps) -> Html {
    let typing = use_typing(props);
    let shows_help = use_state_eq(|| false);
    let error = props.scope.check(&typing.text);
    let has_language = props.scope != Scope::Names;
    html! {
        <div class="filter-bar" role="search">
            <div class="filter-field">
                if has_language {
                    { language_field(props, &typing, &shows_help, error.is_some()) }
                } else {
                    <input type="search" class="filter-text" aria-label={props.label} value={(*typing.text).clone()} oninput={typing.on_input()}
                        placeholder={props.hint} autocomplete="off" spellcheck="false" />
                }
            </div>
            { chips(props) }
            if has_language {
                <div class="filter-said" role="status">
                    if let Some(error) = &error {
                        { wrong(&typing.text, error) }
                    }
                </div>
            }
        </div>
    }
}

/// The field of a filter that has a language, with its proposals and its help.
fn language_field(props: &FilterBarProps, typing: &Typing, shows_help: &UseStateHandle<bool>, is_wrong: bool) -> Html {
    let attention = *typing.attention;
    let proposals: Rc<[Proposal]> = match attention.is_open {
        true => options::proposals(&typing.text, attention.caret).into(),
        false => Rc::new([]),
    };
    let is_listed = !proposals.is_empty();
    let on_take = {
        let typing = typing.clone();
        Callback::from(move |proposal: Proposal| typing.take(proposal.put_into(&typing.text)))
    };
    let toggle_help = {
        let shows_help = shows_help.clone();
        Callback::from(move |_: MouseEvent| shows_help.set(!*shows_help))
    };
    let state = match (is_wrong, typing.text.trim().is_empty()) {
        (true, _) => Some("is-wrong"),
        (false, false) => Some("is-right"),
        (false, true) => None,
    };
    html! {
        <>
            <input ref={typing.input.clone()} type="search" class={classes!("filter-text", state)} aria-label={props.label} value={(*typing.text).clone()}
                oninput={typing.on_input()} onkeydown={typing.on_key(proposals.clone())} onfocus={typing.on_focus()} onblur={typing.on_blur()}
                placeholder={props.hint} autocomplete="off" spellcheck="false"
                role="combobox" aria-autocomplete="list" aria-expanded={is_listed.to_string()} aria-controls="filter-options"
                aria-activedescendant={attention.active.filter(|_| is_listed).map(options::id)}
                aria-invalid={is_wrong.to_string()} aria-describedby={is_wrong.then_some("filter-error")} />
            <button type="button" class="button filter-help-button" aria-expanded={shows_help.to_string()} aria-controls="filter-help"
                aria-label="How to write a filter" title="How to write a filter" onclick={toggle_help}>{"?"}</button>
            <Options proposals={proposals.to_vec()} active={attention.active} {on_take} />
            if **shows_help {
                { help(props, typing, shows_help.setter()) }
            }
        </>
    }
}

/// How a filter is written; an example that is chosen there is taken.
fn help(props: &FilterBarProps, typing: &Typing, shows_help: UseStateSetter<bool>) -> Html {
    let on_example = {
        let (typing, shows_help) = (typing.clone(), shows_help.clone());
        Callback::from(move |text: String| {
            shows_help.set(false);
            let end = text.len();
            typing.take((text, end));
        })
    };
    let on_close = Callback::from(move |()| shows_help.set(false));
    html! { <Help {on_example} {on_close} is_of_rows={matches!(props.scope, Scope::Rows(_))} /> }
}

/// What narrows the table beside the text: a finding, a flow.
fn chips(props: &FilterBarProps) -> Html {
    let filter = &props.filter;
    let without = |filter: Filter| props.on_change.reform(move |_: MouseEvent| filter.clone());
    html! {
        <>
            if let Some(id) = &filter.finding {
                <span class="chip chosen">
                    <a href={Route::findings(Some(id)).hash()}>{ format!("Finding: {}", title(&props.analysis, id)) }</a>
                    <button type="button" class="chip-off" aria-label="Remove the filter by finding"
                        onclick={without(Filter { finding: None, ..filter.clone() })}>{ Icon::Cross.html() }</button>
                </span>
            }
            if let Some(flow) = filter.flow {
                <span class="chip chosen">
                    { format!("Flow {flow}") }
                    <button type="button" class="chip-off" aria-label="Remove the filter by flow"
                        onclick={without(Filter { flow: None, ..filter.clone() })}>{ Icon::Cross.html() }</button>
                </span>
            }
        </>
    }
}

/// The error, with the part of the text that it is about marked.
fn wrong(text: &str, error: &FilterError) -> Html {
    let at = text.floor_char_boundary(error.at as usize);
    let end = text.floor_char_boundary((error.at + error.length) as usize).max(at);
    let piece = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    // Of a long filter only what is near.
    let from = text.floor_char_boundary(at.saturating_sub(40));
    let to = text.floor_char_boundary((end + 20).min(text.len()));
    let marked = if end > at { plain(piece(at, end)) } else { "\u{a0}".to_owned() };
    html! {
        <p id="filter-error" class="filter-error">
            <span>{ Icon::Cross.html() }{ format!(" {} The previous filter stays active.", error.text) }</span>
            <code>
                { if from > 0 { "…" } else { "" } }{ plain(piece(from, at)) }<mark>{ marked }</mark>{ plain(piece(end, to)) }
                { if to < text.len() { "…" } else { "" } }
            </code>
        </p>
    }
}

fn title(analysis: &Analysis, id: &str) -> String {
    analysis.finding(id).map_or_else(|| id.to_owned(), |finding| plain(&finding.title))
}
