//! The columns of a grid as they were arranged: which are shown, how wide, and the list in which people arrange them by keys.

use super::row::{Head, Kind, ShownColumns, Texts};
use crate::model::format::quantity;
use crate::session::Arrangement;
use crate::session::arrangement::Placed;
use crate::web::page::parts::icon::Icon;
use crate::web::page::prefs;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// A step of the buttons that make a column wider or narrower, px.
const STEP_PX: f64 = 24.0;
/// Width from which these start where a column has none of its own, px.
const USUAL_PX: f64 = 140.0;

/// Columns in place, and what changes them.
pub struct Arranged {
    /// The columns that are shown, in order: their places among all, and whether they hold numbers.
    pub shown: ShownColumns,
    /// Their tracks in a CSS grid; empty where the style sheet has them.
    pub tracks: String,
    /// All in order.
    pub all: Vec<Placed>,
    /// Sets the width of a column, by its heading, in px; none for its usual width.
    pub on_width: Callback<(String, Option<f64>)>,
    /// Dragging has ended: the widths are kept in the browser.
    pub on_end: Callback<()>,
    /// Sets the arrangement, and keeps it in the browser.
    pub on_change: Callback<Arrangement>,
    /// As it was arranged.
    pub arrangement: Arrangement,
}

/// Headings as an arrangement knows them.
fn known(columns: &[Head]) -> Vec<(&str, bool)> {
    columns.iter().map(|column| (&*column.label, column.is_hidden)).collect()
}

/// The columns of a kind of row as they were arranged.
#[hook]
pub fn use_arranged(kind: Kind, columns: &[Head]) -> Arranged {
    let Kind { class, is_arranged, .. } = kind;
    let arrangement = use_state_eq(|| if is_arranged { prefs::arrangement(class) } else { Arrangement::default() });
    let newest = use_mut_ref(|| (*arrangement).clone());
    let headings: Rc<[(String, bool)]> =
        columns.iter().map(|column| (column.label.to_string(), column.is_hidden)).collect();
    let on_width = {
        let (set, newest) = (arrangement.setter(), newest.clone());
        Callback::from(move |(label, width): (String, Option<f64>)| {
            let headings: Vec<(&str, bool)> =
                headings.iter().map(|(label, hidden)| (label.as_str(), *hidden)).collect();
            let next = newest.borrow().resized(&headings, &label, width);
            newest.replace(next.clone());
            set.set(next);
        })
    };
    let on_end = {
        let newest = newest.clone();
        Callback::from(move |()| prefs::choose_arrangement(class, &newest.borrow()))
    };
    let on_change = {
        let set = arrangement.setter();
        Callback::from(move |next: Arrangement| {
            prefs::choose_arrangement(class, &next);
            newest.replace(next.clone());
            set.set(next);
        })
    };
    let all = arrangement.placed(&known(columns));
    let visible: Vec<&Placed> = all.iter().filter(|placed| !placed.is_hidden).collect();
    let of =
        |at: usize| columns.get(at).map_or((at, false, Texts::File), |column| (at, column.is_number, column.texts));
    let shown = visible.iter().map(|placed| of(placed.column)).collect();
    let track = |placed: &&Placed| match placed.width_px {
        Some(px) => format!("{px}px"),
        None => columns.get(placed.column).map_or("", |column| column.width).to_owned(),
    };
    let tracks = if is_arranged { visible.iter().map(track).collect::<Vec<_>>().join(" ") } else { String::new() };
    Arranged { shown, tracks, all, on_width, on_end, on_change, arrangement: (*arrangement).clone() }
}

/// Folds what lies open above a grid when Escape is pressed in it.
pub fn close_on_escape() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let details = target.and_then(|target| target.closest("details").ok().flatten());
        if let Some(details) = details.filter(|_| event.key() == "Escape") {
            event.prevent_default();
            // Both fail only for what is not there.
            let _ = details.remove_attribute("open");
            let summary = details.query_selector("summary").ok().flatten();
            if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<HtmlElement>().ok()) {
                let _ = summary.focus();
            }
        }
    })
}

/// The list of all columns: shown or not, before or behind others, wider or narrower.
pub fn column_list(columns: &[Head], arranged: &Arranged) -> Html {
    let known = known(columns);
    let change = |next: Arrangement| arranged.on_change.reform(move |_: MouseEvent| next.clone());
    let own = &arranged.arrangement;
    let line = |(place, placed): (usize, &Placed)| {
        let Some((label, _)) = known.get(placed.column) else { return Html::default() };
        let toggle = {
            let next = own.toggled(&known, label);
            arranged.on_change.reform(move |_: Event| next.clone())
        };
        let is_ours = columns.get(placed.column).is_none_or(|column| column.texts != Texts::File);
        let translate = (!is_ours).then_some("no");
        let width = placed.width_px.unwrap_or(USUAL_PX);
        let button = |name: &str, sign: Html, next: Arrangement, is_off: bool| {
            html! {
                <button type="button" class="button quiet" aria-label={format!("{label}: {name}")} title={name.to_owned()} disabled={is_off}
                    onclick={change(next)}>{ sign }</button>
            }
        };
        html! {
            <li key={placed.column}>
                <label class="tick"><input type="checkbox" checked={!placed.is_hidden} onchange={toggle} /><span translate={translate}>{ *label }</span></label>
                <span class="hint">{ placed.width_px.map(|px| format!("{px} px")).unwrap_or_default() }</span>
                { button("narrower", html! { "−" }, own.resized(&known, label, Some(width - STEP_PX)), placed.is_hidden) }
                { button("wider", html! { "+" }, own.resized(&known, label, Some(width + STEP_PX)), placed.is_hidden) }
                { button("earlier", Icon::Up.html(), own.moved(&known, label, -1), place == 0) }
                { button("later", Icon::Down.html(), own.moved(&known, label, 1), place + 1 == arranged.all.len()) }
            </li>
        }
    };
    let n_hidden = arranged.all.iter().filter(|placed| placed.is_hidden).count() as u64;
    html! {
        <details class="grid-columns" onkeydown={close_on_escape()}>
            <summary>{ if n_hidden > 0 { format!("Columns ({} hidden)", quantity::count(n_hidden)) } else { "Columns".to_owned() } }</summary>
            <div class="grid-columns-list" role="group" aria-label="Columns">
                <ul>
                    for each in arranged.all.iter().enumerate() {
                        { line(each) }
                    }
                </ul>
                <button type="button" class="button" disabled={own.is_empty()} onclick={change(Arrangement::default())}>{"Reset columns"}</button>
            </div>
        </details>
    }
}
