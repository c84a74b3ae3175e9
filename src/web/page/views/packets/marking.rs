//! Marks on packets: stepping through them, showing only them, and what is said of the chosen packet.

use crate::model::format::quantity;
use crate::model::listing::PacketRow;
use crate::protocol::{Answer, Filter, PacketSort, Query, Window};
use crate::session::{Action, Marks, marks};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::icon::Icon;
use crate::web::page::prefs;
use crate::web::page::store::Store;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Stepping from one marked packet to the next.
pub struct MarkSteps {
    /// The place that is gone to, and the number of the step.
    pub go_to: Option<(u64, u32)>,
    /// Called to go to the next one, or back to the one before.
    pub on_step: Callback<bool>,
}

/// Steps among the marked packets that pass a window's filter, from the packet that is chosen.
#[hook]
pub fn use_mark_steps(marked: &Rc<Marks>, from: Option<u64>, window: Window<PacketSort>) -> MarkSteps {
    let store = use_store();
    let go_to = use_state_eq(|| None::<(u64, u32)>);
    let on_step = {
        let (marked, go_to) = (marked.clone(), go_to.clone());
        Callback::from(move |is_back: bool| {
            let next = go_to.map_or(0, |(_, n)| n).wrapping_add(1);
            let set = go_to.setter();
            let found = Callback::from(move |place| set.set(Some((place, next))));
            if let Some(store) = &store {
                step(store.clone(), window.clone(), marked.clone(), (from, is_back, marked.len()), found);
            }
        })
    };
    MarkSteps { go_to: *go_to, on_step }
}

/// Finds the marked packet after or before another one, tries that many at most, and calls with its place.
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

/// What keys do in the table: mark the packet that they have reached, and step.
pub fn keys(store: Option<Store>, marked: Rc<Marks>, on_step: Callback<bool>) -> Callback<(String, PacketRow), bool> {
    Callback::from(move |(key, row): (String, PacketRow)| {
        match key.as_str() {
            _ if !prefs::has_single_keys() => return false,
            "m" => {
                let comment = (!marked.contains_key(&row.index)).then(String::new);
                if let Some(store) = &store {
                    store.dispatch(Action::Mark(row.index, comment));
                }
            }
            "n" => on_step.emit(false),
            "p" => on_step.emit(true),
            _ => return false,
        }
        true
    })
}

/// Whether a filter leaves just the marked packets, and what puts such a filter in force or takes it away; none without marks.
pub fn only_marked(marked: &Marks, filter: &Filter, on_filter: &Callback<Filter>) -> Option<(bool, Callback<()>)> {
    let text = marks::filter(marked)?;
    let is_on = text == filter.text;
    let other = Filter { text: if is_on { String::new() } else { text }, ..filter.clone() };
    Some((is_on, on_filter.reform(move |()| other.clone())))
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
