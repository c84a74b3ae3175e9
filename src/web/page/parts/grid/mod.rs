//! A virtual table over all rows that the worker holds: only what is in sight is asked for and drawn.
//!
//! The focus stays on the grid; `aria-activedescendant` names the row that the keys have reached, so that rows may
//! come and go under it.

use super::icon::Icon;
use super::text::Times;
use crate::model::format::quantity;
use crate::session::window::Scroll;
use crate::web::browser::{clipboard, style};
use crate::web::page::hooks::use_size;
use crate::web::page::store::Place;
use arrange::use_arranged;
use body::{body, row_of};
use head::head;
use keys::target_row;
use save_rows::SaveRows;
use use_place::{Standing, use_place};
use use_rows::use_rows;
use use_scroll::use_scroll;
use yew::prelude::*;

mod arrange;
mod body;
mod copy;
mod head;
mod keys;
mod row;
mod save_rows;
mod use_place;
mod use_rows;
mod use_scroll;

pub use arrange::close_on_escape;
pub use row::{Column, Row, Wanted};

/// Height of a row and of the header, in rem; the style sheet says the same.
const ROW_REM: f64 = 1.75;

/// What a grid shows, and what it calls.
#[derive(Properties, PartialEq)]
pub struct GridProps<R: Row> {
    /// Which rows in which order, of which result.
    pub wanted: Wanted<R>,
    /// Key of the row that is marked.
    pub chosen: Option<u64>,
    /// Place of a row that must be in sight when the grid comes.
    #[prop_or_default]
    pub wished: Option<u64>,
    /// Called with the column that was clicked.
    pub on_sort: Callback<R::Sort>,
    /// Called with a row that was clicked or reached by keys.
    pub on_choose: Callback<R>,
    /// Called with a row that was opened by double click or Enter.
    pub on_open: Callback<R>,
    /// How times are written.
    pub times: Times,
    /// Said when no row passes.
    pub nothing: &'static str,
    /// What rows are drawn with.
    #[prop_or_default]
    pub look: R::Look,
    /// Called with a key that the grid has no use for, and the row that keys have reached; true if it did something.
    #[prop_or_default]
    pub on_key: Option<Callback<(String, R), bool>>,
    /// A place that is to be brought into sight and chosen; another number brings it there again.
    #[prop_or_default]
    pub go_to: Option<(u64, u32)>,
    /// What else stands below the rows.
    #[prop_or_default]
    pub tools: Html,
}

/// A virtual table.
#[component]
pub fn Grid<R: Row>(props: &GridProps<R>) -> Html {
    let node = use_node_ref();
    let size = use_size(&node);
    let cursor = use_state_eq(|| None::<u64>);
    let row_px = (ROW_REM * style::rem_px()).max(1.0);
    let n_known = use_state_eq(|| 0_u64);
    let scroll = Scroll { n_rows: *n_known, row_px, view_px: (size.height - row_px).max(row_px) };
    let (top_px, scroll_to) = use_scroll(&node, scroll);
    let rows = use_rows(&props.wanted, scroll.visible(top_px));
    n_known.set(rows.total().unwrap_or(0));
    // A row that was chosen when the grid was left, to be chosen again once it has come.
    let to_choose = use_mut_ref(|| None::<u64>);
    let set_place = {
        let (scroll_to, cursor, to_choose) = (scroll_to.clone(), cursor.setter(), to_choose.clone());
        let has_chosen = props.chosen.is_some();
        Callback::from(move |place: Place| {
            scroll_to.emit(place.top_px);
            cursor.set(place.cursor);
            to_choose.replace(place.cursor.filter(|_| !has_chosen));
        })
    };
    let key = props.wanted.key();
    let place = Place { top_px, cursor: *cursor };
    use_place(Standing { key: &key, place, scroll, wished: props.wished }, set_place);
    {
        let (rows, on_choose, to_choose) = (rows.clone(), props.on_choose.clone(), to_choose.clone());
        use_effect(move || {
            let row = to_choose.borrow().and_then(|index| rows.get(index));
            if let Some(row) = row {
                to_choose.take();
                on_choose.emit(R::clone(&row));
            }
        });
    }
    let columns = R::columns(&props.wanted);
    let arranged = use_arranged::<R>(&columns);
    {
        let node = node.clone();
        use_effect_with(arranged.tracks.clone(), move |tracks| {
            if !tracks.is_empty() {
                style::set(&node, "--columns", tracks);
            }
        });
    }
    let copied = use_state_eq(|| "");
    let copy = {
        let (rows, said, times, look) = (rows.clone(), copied.setter(), props.times, props.look.clone());
        let (columns, shown) = (columns.clone(), arranged.shown.clone());
        Callback::from(move |places: std::ops::Range<u64>| {
            let rows: Vec<_> = places.filter_map(|place| rows.get(place)).collect();
            let said = said.clone();
            clipboard::copy(&copy::text::<R>(&columns, &shown, &rows, (times, &look)), move |is_done| {
                said.set(if is_done { "Copied." } else { "The browser does not allow copying here." });
            });
        })
    };
    let choose = {
        let (rows, cursor, on_choose) = (rows.clone(), cursor.setter(), props.on_choose.clone());
        Callback::from(move |index: u64| {
            cursor.set(Some(index));
            if let Some(row) = rows.get(index) {
                on_choose.emit(R::clone(&row));
            }
        })
    };
    {
        let (scroll_to, cursor, to_choose) = (scroll_to.clone(), cursor.setter(), to_choose.clone());
        use_effect_with(props.go_to, move |go_to| {
            if let Some((place, _)) = *go_to {
                scroll_to.emit(scroll.reveal(top_px, place));
                cursor.set(Some(place));
                // It is chosen as soon as it has come.
                to_choose.replace(Some(place));
            }
        });
    }
    let open = {
        let (rows, on_open) = (rows.clone(), props.on_open.clone());
        Callback::from(move |index: u64| {
            if let Some(row) = rows.get(index) {
                on_open.emit(R::clone(&row));
            }
        })
    };
    let on_key = {
        let (node, cursor, choose, open) = (node.clone(), cursor.clone(), choose.clone(), open.clone());
        let (copy, rows, on_other) = (copy.clone(), rows.clone(), props.on_key.clone());
        Callback::from(move |event: KeyboardEvent| {
            // Keys on the header's buttons are theirs.
            let is_ours = node.get().is_some_and(|node| event.target().is_some_and(|target| *target == **node));
            let is_end = matches!(event.key().as_str(), "Home" | "End");
            let is_copy =
                (event.ctrl_key() || event.meta_key()) && !event.alt_key() && event.key().eq_ignore_ascii_case("c");
            if is_ours && is_copy {
                if let Some(at) = *cursor {
                    event.prevent_default();
                    copy.emit(at..at + 1);
                }
                return;
            }
            if !is_ours || event.alt_key() || ((event.ctrl_key() || event.meta_key()) && !is_end) {
                return;
            }
            let at = (*cursor).filter(|at| *at < scroll.n_rows);
            if let Some(next) = target_row(&event.key(), at, &scroll, top_px) {
                event.prevent_default();
                scroll_to.emit(scroll.reveal(top_px, next));
                choose.emit(next);
            } else if let Some(at) = at.filter(|_| event.key() == "Enter") {
                event.prevent_default();
                open.emit(at);
            } else if let (Some(on_other), Some(row)) = (&on_other, at.and_then(|at| rows.get(at)))
                && on_other.emit((event.key(), R::clone(&row)))
            {
                event.prevent_default();
            }
        })
    };
    let on_click = Callback::from(move |event: MouseEvent| {
        if let Some(index) = row_of(&event) {
            choose.emit(index);
        }
    });
    let on_double_click = Callback::from(move |event: MouseEvent| {
        if let Some(index) = row_of(&event) {
            open.emit(index);
        }
    });
    let total = rows.total();
    let visible = scroll.visible(top_px);
    let copy_visible = copy.reform(move |_: MouseEvent| visible.clone());
    let active = (*cursor).filter(|at| scroll.visible(top_px).contains(at)).map(|at| row::id::<R>(at));
    html! {
        <div class="grid-box">
            <div class={classes!("grid", R::CLASS, props.times.has_day().then_some("with-day"))} ref={node} role="grid" tabindex="0" aria-label={R::LABEL}
                aria-rowcount={total.map_or("-1".to_owned(), |total| (total + 1).to_string())}
                aria-colcount={arranged.shown.len().to_string()} aria-busy={rows.is_waiting().to_string()}
                aria-activedescendant={active} onkeydown={on_key} onclick={on_click} ondblclick={on_double_click}>
                { head::<R>(&props.wanted, &columns, &arranged, &props.on_sort) }
                { body(&body::View { rows: &rows, scroll, top_px, cursor: *cursor, chosen: props.chosen, times: props.times, shown: arranged.shown.clone(), look: &props.look }) }
                if let Some(why) = rows.refused() {
                    <p class="placeholder grid-nothing filter-error">{ format!("The filter cannot be used here: {why}") }</p>
                } else if total == Some(0) {
                    <p class="placeholder grid-nothing">{ props.nothing }</p>
                }
            </div>
            <div class="grid-foot">
            <p role="status">
                { match total {
                    None => "Loading rows…".to_owned(),
                    Some(_) if rows.is_waiting() => "Sorting and filtering…".to_owned(),
                    Some(total) => {
                        format!("{}. {}", quantity::counted(total, R::NOUNS.0, R::NOUNS.1), props.times.note())
                    }
                } }
                if !copied.is_empty() { {" "}{ *copied } }
            </p>
            <div class="grid-tools">
                { props.tools.clone() }
                if total.is_some_and(|total| total > 0) {
                    <SaveRows<R> wanted={props.wanted.clone()} />
                }
                if R::IS_ARRANGED {
                    <button type="button" class="button quiet" onclick={copy_visible} title="Copy the rows in sight; Ctrl+C in the table copies the chosen one">
                        { Icon::Copy.html() }<span>{"Copy rows"}</span>
                    </button>
                    { arrange::list(&columns, &arranged) }
                }
            </div>
            </div>
        </div>
    }
}
