//! Marks on packets: stepping through them, showing only them, and what is said of the chosen packet.

use crate::model::format::quantity;
use crate::protocol::{Answer, PacketSort, Query, Window};
use crate::session::{Action, Marks, marks};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use crate::web::page::store::Store;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Finds the marked packet after or before another one that passes a window's filter, and calls with its place there.
pub fn seek(
    store: &Store,
    window: &Window<PacketSort>,
    marked: &Rc<Marks>,
    (from, is_back): (Option<u64>, bool),
    found: Callback<u64>,
) {
    step(store.clone(), window.clone(), marked.clone(), (from, is_back, marked.len()), found);
}

fn step(
    store: Store,
    window: Window<PacketSort>,
    marked: Rc<Marks>,
    (from, is_back, left): (Option<u64>, bool, usize),
    found: Callback<u64>,
) {
    let Some(next) = marks::next(&marked, from, is_back).filter(|_| left > 0) else { return };
    let asked = Query::PacketPlace(window.clone(), next);
    let on_answer = {
        let store = store.clone();
        Callback::from(move |answer| match answer {
            Answer::PacketPlace(Some(place)) => found.emit(place),
            _ => step(store.clone(), window.clone(), marked.clone(), (Some(next), is_back, left - 1), found.clone()),
        })
    };
    store.ask(asked, on_answer);
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct MarkToolsProps {
    /// Marked packets.
    pub n: usize,
    /// Called to go to the next one, or back to the one before.
    pub on_step: Callback<bool>,
    /// Only marked packets are shown.
    pub is_only: bool,
    /// Called to show only them, or all again.
    pub on_only: Callback<()>,
}

/// Buttons for the marks of a file; nothing while there are none.
#[component]
pub fn MarkTools(props: &MarkToolsProps) -> Html {
    if props.n == 0 {
        return Html::default();
    }
    html! {
        <>
            <button type="button" class="button quiet" aria-label="Marked packet before" title="Marked packet before (p)"
                onclick={props.on_step.reform(|_: MouseEvent| true)}>{ Icon::Up.html() }</button>
            <button type="button" class="button quiet" aria-label="Next marked packet" title="Next marked packet (n)"
                onclick={props.on_step.reform(|_: MouseEvent| false)}>{ Icon::Down.html() }</button>
            <button type="button" class="button quiet" aria-pressed={props.is_only.to_string()}
                onclick={props.on_only.reform(|_: MouseEvent| ())}>
                { format!("● Only marked ({})", quantity::count(props.n as u64)) }
            </button>
        </>
    }
}

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct MarkProps {
    /// Place of the packet in the capture, from 0.
    pub index: u64,
    /// What is said of it, if it is marked.
    pub comment: Option<String>,
}

/// Whether the chosen packet is marked, and its comment.
#[component]
pub fn Mark(props: &MarkProps) -> Html {
    let store = use_store();
    let MarkProps { index, comment } = props;
    let set = {
        let index = *index;
        Callback::from(move |comment: Option<String>| {
            if let Some(store) = &store {
                store.dispatch(Action::Mark(index, comment));
            }
        })
    };
    let is_marked = comment.is_some();
    let toggle = set.reform(move |_: MouseEvent| (!is_marked).then(String::new));
    let on_change = set.reform(|event: Event| Some(event.target_unchecked_into::<HtmlInputElement>().value()));
    html! {
        <div class="packet-mark">
            <button type="button" class="button" aria-pressed={is_marked.to_string()} onclick={toggle}
                title="Mark this packet, or take its mark away (m in the table)">
                { if is_marked { "● Marked" } else { "○ Mark" } }
            </button>
            if let Some(comment) = comment {
                <input key={*index} type="text" aria-label="Comment on this packet" placeholder="Comment" maxlength={marks::LONGEST.to_string()}
                    value={comment.clone()} onchange={on_change} />
            }
        </div>
    }
}
