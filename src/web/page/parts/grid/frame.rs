//! What is around the rows of a grid, whatever they are: the header, keys and clicks, what stands below.
//!
//! The focus stays on the grid; `aria-activedescendant` names the row that the keys have reached, so that rows may
//! come and go under it.

use super::arrange::{self, use_arranged};
use super::body::row_of;
use super::copy;
use super::head::head;
use super::keys::target_row;
use super::row::{self, Head, Kind, ShownColumns};
use super::use_place::{Standing, use_place};
use crate::model::format::quantity;
use crate::session::window::Scroll;
use crate::web::browser::{clipboard, style};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::Times;
use crate::web::page::store::Place;
use std::ops::Range;
use std::rc::Rc;
use yew::prelude::*;

/// A grid whose rows are known by their places only.
pub struct Frame<'a> {
    /// What kind of rows it has.
    pub kind: Kind,
    /// Names what decides which row stands where.
    pub key: String,
    /// All columns in their usual order.
    pub columns: Rc<[Head]>,
    /// Its element.
    pub node: NodeRef,
    /// Heights.
    pub scroll: Scroll,
    /// Offset into the rows, px.
    pub top_px: f64,
    /// Sets that offset.
    pub scroll_to: Callback<f64>,
    /// The row that keys have reached.
    pub cursor: UseStateHandle<Option<u64>>,
    /// A row is marked.
    pub has_chosen: bool,
    /// Place of a row that must be in sight when the grid comes.
    pub wished: Option<u64>,
    /// A place that is to be brought into sight and chosen.
    pub go_to: Option<(u64, u32)>,
    /// Rows in all, once that is known.
    pub total: Option<u64>,
    /// Other rows than those shown are on their way.
    pub is_waiting: bool,
    /// Why the filter was refused, if it was.
    pub refused: Option<String>,
    /// How times are written.
    pub times: Times,
    /// Said when no row passes.
    pub nothing: &'static str,
    /// Called with the place of the column that was clicked.
    pub on_sort: Callback<usize>,
    /// Chooses the row at a place; false if it has not come.
    pub choose: Callback<u64, bool>,
    /// Opens the row at a place; false if it has not come.
    pub open: Callback<u64, bool>,
    /// Called with a key that the grid has no use for, and the place that keys have reached; true if it did something.
    pub on_key: Option<Callback<(String, u64), bool>>,
    /// The cells of the row at a place, if it has come.
    pub texts: Callback<u64, Option<Vec<String>>>,
    /// The rows in sight, of the columns that are shown.
    pub rows: &'a dyn Fn(&ShownColumns) -> Html,
    /// Buttons that save the rows.
    pub save: Html,
    /// What else stands below them.
    pub tools: Html,
}

/// The whole of a grid.
#[hook]
pub fn use_frame(frame: Frame<'_>) -> Html {
    let Frame { kind, key, columns, node, scroll, top_px, scroll_to, cursor, choose, open, times, .. } = frame;
    // A row that was chosen when the grid was left, to be chosen again once it has come.
    let to_choose = use_mut_ref(|| None::<u64>);
    let set_place = {
        let (scroll_to, cursor, to_choose) = (scroll_to.clone(), cursor.setter(), to_choose.clone());
        let has_chosen = frame.has_chosen;
        Callback::from(move |place: Place| {
            scroll_to.emit(place.top_px);
            cursor.set(place.cursor);
            to_choose.replace(place.cursor.filter(|_| !has_chosen));
        })
    };
    let place = Place { top_px, cursor: *cursor };
    use_place(Standing { key: &key, place, scroll, wished: frame.wished }, set_place);
    {
        let (choose, to_choose) = (choose.clone(), to_choose.clone());
        use_effect(move || {
            let wanted = to_choose.take();
            // Taken before: choosing draws the grid again.
            if let Some(index) = wanted.filter(|index| !choose.emit(*index)) {
                to_choose.replace(Some(index));
            }
        });
    }
    let arranged = use_arranged(kind, &columns);
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
        let (said, texts) = (copied.setter(), frame.texts);
        let (columns, shown) = (columns.clone(), arranged.shown.clone());
        Callback::from(move |places: Range<u64>| {
            let rows = places.filter_map(|place| texts.emit(place)).collect();
            let said = said.clone();
            clipboard::copy(&copy::text(&columns, &shown, rows), move |is_done| {
                said.set(if is_done { "Copied." } else { "The browser does not allow copying here." });
            });
        })
    };
    let reach = {
        let cursor = cursor.setter();
        Callback::from(move |index: u64| {
            cursor.set(Some(index));
            choose.emit(index);
        })
    };
    {
        let (scroll_to, cursor) = (scroll_to.clone(), cursor.setter());
        use_effect_with(frame.go_to, move |go_to| {
            if let Some((place, _)) = *go_to {
                scroll_to.emit(scroll.reveal(top_px, place));
                cursor.set(Some(place));
                // It is chosen as soon as it has come.
                to_choose.replace(Some(place));
            }
        });
    }
    let on_keydown = {
        let (node, cursor, reach, open, copy) =
            (node.clone(), cursor.clone(), reach.clone(), open.clone(), copy.clone());
        let on_other = frame.on_key;
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
                reach.emit(next);
            } else if let Some(at) = at.filter(|_| event.key() == "Enter") {
                event.prevent_default();
                open.emit(at);
            } else if let (Some(on_other), Some(at)) = (&on_other, at)
                && on_other.emit((event.key(), at))
            {
                event.prevent_default();
            }
        })
    };
    let on_click = Callback::from(move |event: MouseEvent| {
        if let Some(index) = row_of(&event) {
            reach.emit(index);
        }
    });
    let on_double_click = Callback::from(move |event: MouseEvent| {
        if let Some(index) = row_of(&event) {
            open.emit(index);
        }
    });
    let visible = scroll.visible(top_px);
    let active = (*cursor).filter(|at| visible.contains(at)).map(|at| row::id(kind.class, at));
    let copy_visible = copy.reform(move |_: MouseEvent| visible.clone());
    let Frame { total, is_waiting, .. } = frame;
    html! {
        <div class="grid-box">
            <div class={classes!("grid", kind.class, times.has_day().then_some("with-day"))} ref={node} role="grid" tabindex="0" aria-label={kind.label}
                aria-rowcount={total.map_or("-1".to_owned(), |total| (total + 1).to_string())}
                aria-colcount={arranged.shown.len().to_string()} aria-busy={is_waiting.to_string()}
                aria-activedescendant={active} onkeydown={on_keydown} onclick={on_click} ondblclick={on_double_click}>
                { head(&columns, kind.is_arranged, &arranged, &frame.on_sort) }
                { (frame.rows)(&arranged.shown) }
                if let Some(why) = frame.refused {
                    <p class="placeholder grid-nothing filter-error">{ format!("The filter cannot be used here: {why}") }</p>
                } else if total == Some(0) {
                    <p class="placeholder grid-nothing">{ frame.nothing }</p>
                }
            </div>
            <div class="grid-foot">
            <p role="status">
                { match total {
                    None => "Loading rows…".to_owned(),
                    Some(_) if is_waiting => "Sorting and filtering…".to_owned(),
                    Some(total) => {
                        format!("{}. {}", quantity::counted(total, kind.nouns.0, kind.nouns.1), times.note())
                    }
                } }
                if !copied.is_empty() { {" "}{ *copied } }
            </p>
            <div class="grid-tools">
                { frame.tools }
                if total.is_some_and(|total| total > 0) {
                    { frame.save }
                }
                if kind.is_arranged {
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
