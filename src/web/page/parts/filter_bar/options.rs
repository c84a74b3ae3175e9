//! The list below a filter: fields that complete what is typed, or the last filters.

use super::history;
use crate::filter;
use yew::prelude::*;

/// What may be taken from the list.
#[derive(Clone, PartialEq)]
pub enum Proposal {
    /// A field instead of a part of the text.
    Field {
        /// First byte of the part and first byte behind it.
        part: (usize, usize),
        /// Name of the field.
        id: &'static str,
        /// Its type.
        kind: &'static str,
        /// Its meaning.
        help: &'static str,
    },
    /// A filter that was used before.
    Recent(String),
}

impl Proposal {
    /// The text with the proposal, and where the caret then is.
    pub fn put_into(&self, text: &str) -> (String, usize) {
        match self {
            Proposal::Field { part: (start, end), id, .. } => {
                let (before, after) = (text.get(..*start).unwrap_or_default(), text.get(*end..).unwrap_or_default());
                (format!("{before}{id}{after}"), start + id.len())
            }
            Proposal::Recent(filter) => (filter.clone(), filter.len()),
        }
    }
}

/// What a text can become: of an empty one the last filters.
pub fn proposals(text: &str, caret: usize) -> Vec<Proposal> {
    if text.trim().is_empty() {
        return history::recent().into_iter().map(Proposal::Recent).collect();
    }
    let found = filter::complete(text, caret);
    let of_field = |found: filter::Completion| Proposal::Field {
        part: (found.start, found.end),
        id: found.field.id,
        kind: found.field.kind.name(),
        help: found.field.help,
    };
    // A name that is whole needs no proposal.
    let is_whole = |found: &filter::Completion| text.get(found.start..found.end) == Some(found.field.id);
    if found.len() == 1 && found.iter().all(is_whole) { Vec::new() } else { found.into_iter().map(of_field).collect() }
}

/// Id of a proposal's element.
pub fn id(at: usize) -> String {
    format!("filter-option-{at}")
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct OptionsProps {
    /// The proposals.
    pub proposals: Vec<Proposal>,
    /// The one that the keys have reached.
    pub active: Option<usize>,
    /// Called with the one that is taken.
    pub on_take: Callback<Proposal>,
}

/// The list.
#[component]
pub fn Options(props: &OptionsProps) -> Html {
    let option = |(at, proposal): (usize, &Proposal)| {
        let is_active = props.active == Some(at);
        let taken = proposal.clone();
        // Pressing must not take the focus from the field, which would close the list first.
        let on_press = Callback::from(|event: MouseEvent| event.prevent_default());
        let on_click = props.on_take.reform(move |_: MouseEvent| taken.clone());
        let content = match proposal {
            Proposal::Field { id, kind, help, .. } => html! {
                <><code>{ *id }</code><span class="option-help">{ *help }</span><span class="option-kind">{ *kind }</span></>
            },
            Proposal::Recent(filter) => html! {
                <><code>{ filter }</code><span class="option-help"></span><span class="option-kind">{"used before"}</span></>
            },
        };
        html! {
            <li id={id(at)} role="option" aria-selected={is_active.to_string()} onmousedown={on_press} onclick={on_click}>
                { content }
            </li>
        }
    };
    html! {
        <ul id="filter-options" class="filter-options" role="listbox" aria-label="Proposals" hidden={props.proposals.is_empty()}>
            { for props.proposals.iter().enumerate().map(option) }
        </ul>
    }
}
