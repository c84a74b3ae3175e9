//! What is around the rows of a grid, whatever they are: the header, keys and clicks, what stands below.
//!
//! The focus stays on the grid; `aria-activedescendant` names the row that the keys have reached, so that rows may
//! come and go under it.

use super::arrange::{self, Arranged, use_arranged};
use super::body::row_of;
use super::copy;
use super::head::head;
use super::keys::Keyboard;
use super::row::{self, Head, Kind, ShownColumns};
use super::use_place::{Standing, use_place};
use crate::model::format::quantity;
use crate::session::window::Scroll;
use crate::web::browser::{clipboard, style};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::Times;
use crate::web::page::store::Place;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use yew::prelude::*;

/// What a grid needs beside its rows; it knows these by their places only.
pub struct GridFrame<'a> {
    /// What kind of rows it has.
    pub kind: Kind,
    /// Names what decides which row stands where.
    pub key: String,
    /// All columns in their usual order.
    pub columns: Rc<[Head]>,
    /// Its element.
    pub node: NodeRef,
    /// Number of rows, height of one, height of the view.
    pub scroll: Scroll,
    /// Offset into the rows, px.
    pub top_px: f64,
    /// Sets that offset.
    pub scroll_to: Callback<f64>,
    /// The row that keys have reached.
    pub cursor: UseStateHandle<Option<u64>>,
    /// A row is chosen.
    pub has_chosen: bool,
    /// Place of a row that must be in sight when the grid comes.
    pub wished: Option<u64>,
    /// A place to bring into sight and choose; a new second number does it again for the same place.
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
pub fn use_frame(frame: GridFrame<'_>) -> Html {
    let to_choose = use_chosen_again(&frame);
    let arranged = use_arranged(frame.kind, &frame.columns);
    use_tracks(&frame.node, &arranged.tracks);
    let (copied, copy) = use_copy(&frame, &arranged.shown);
    use_go_to(&frame, to_choose);
    let reach = {
        let (cursor, choose) = (frame.cursor.setter(), frame.choose.clone());
        Callback::from(move |index: u64| {
            cursor.set(Some(index));
            choose.emit(index);
        })
    };
    let keyboard = Keyboard {
        node: frame.node.clone(),
        scroll: frame.scroll,
        top_px: frame.top_px,
        scroll_to: frame.scroll_to.clone(),
        cursor: *frame.cursor,
        reach: reach.clone(),
        open: frame.open.clone(),
        copy: copy.clone(),
        on_other: frame.on_key.clone(),
    };
    let on_keydown = Callback::from(move |event: KeyboardEvent| keyboard.press(&event));
    let on_click = Callback::from(move |event: MouseEvent| {
        if let Some(index) = row_of(&event) {
            reach.emit(index);
        }
    });
    let open = frame.open.clone();
    let on_double_click = Callback::from(move |event: MouseEvent| {
        if let Some(index) = row_of(&event) {
            open.emit(index);
        }
    });
    let GridFrame { kind, total, times, .. } = frame;
    let visible = frame.scroll.visible(frame.top_px);
    let active = (*frame.cursor).filter(|at| visible.contains(at)).map(|at| row::id(kind.class, at));
    let on_copy = copy.reform(move |_: MouseEvent| visible.clone());
    html! {
        <div class="grid-box">
            <div class={classes!("grid", kind.class, times.has_day().then_some("with-day"))} ref={frame.node.clone()} role="grid" tabindex="0" aria-label={kind.label}
                aria-rowcount={total.map_or("-1".to_owned(), |total| (total + 1).to_string())}
                aria-colcount={arranged.shown.len().to_string()} aria-busy={frame.is_waiting.to_string()}
                aria-activedescendant={active} onkeydown={on_keydown} onclick={on_click} ondblclick={on_double_click}>
                { head(&frame.columns, kind.is_arranged, &arranged, &frame.on_sort) }
                { (frame.rows)(&arranged.shown) }
                if let Some(why) = &frame.refused {
                    <p class="placeholder grid-nothing filter-error">{ format!("The filter cannot be used here: {why}") }</p>
                } else if total == Some(0) {
                    <p class="placeholder grid-nothing">{ frame.nothing }</p>
                }
            </div>
            { foot(frame, &arranged, *copied, on_copy) }
        </div>
    }
}

/// Brings a grid back to where it stood. Gives the row that is to be chosen once it has come, which is the one that was chosen
/// when the grid was left.
#[hook]
fn use_chosen_again(frame: &GridFrame<'_>) -> Rc<RefCell<Option<u64>>> {
    let to_choose = use_mut_ref(|| None::<u64>);
    let set_place = {
        let (scroll_to, cursor, to_choose) = (frame.scroll_to.clone(), frame.cursor.setter(), to_choose.clone());
        let has_chosen = frame.has_chosen;
        Callback::from(move |place: Place| {
            scroll_to.emit(place.top_px);
            cursor.set(place.cursor);
            to_choose.replace(place.cursor.filter(|_| !has_chosen));
        })
    };
    let place = Place { top_px: frame.top_px, cursor: *frame.cursor };
    use_place(Standing { key: &frame.key, place, scroll: frame.scroll, wished: frame.wished }, set_place);
    {
        let (choose, to_choose) = (frame.choose.clone(), to_choose.clone());
        use_effect(move || {
            let wanted = to_choose.take();
            // Taken before: choosing draws the grid again.
            if let Some(index) = wanted.filter(|index| !choose.emit(*index)) {
                to_choose.replace(Some(index));
            }
        });
    }
    to_choose
}

/// Gives columns their widths.
#[hook]
fn use_tracks(node: &NodeRef, tracks: &str) {
    let node = node.clone();
    use_effect_with(tracks.to_owned(), move |tracks| {
        if !tracks.is_empty() {
            style::set(&node, "--columns", tracks);
        }
    });
}

/// What is said of the last copy, and a callback that copies the rows at some places.
#[hook]
fn use_copy(frame: &GridFrame<'_>, shown: &ShownColumns) -> (UseStateHandle<&'static str>, Callback<Range<u64>>) {
    let copied = use_state_eq(|| "");
    let (said, texts) = (copied.setter(), frame.texts.clone());
    let (columns, shown) = (frame.columns.clone(), shown.clone());
    let copy = Callback::from(move |places: Range<u64>| {
        let rows = places.filter_map(|place| texts.emit(place)).collect();
        let said = said.clone();
        clipboard::copy(&copy::text(&columns, &shown, rows), move |is_done| {
            said.set(if is_done { "Copied." } else { "The browser does not allow copying here." });
        });
    });
    (copied, copy)
}

/// Brings a place into sight that is asked for from outside; its row is chosen as soon as it has come.
#[hook]
fn use_go_to(frame: &GridFrame<'_>, to_choose: Rc<RefCell<Option<u64>>>) {
    let (scroll_to, cursor) = (frame.scroll_to.clone(), frame.cursor.setter());
    let (scroll, top_px) = (frame.scroll, frame.top_px);
    use_effect_with(frame.go_to, move |go_to| {
        if let Some((place, _)) = *go_to {
            scroll_to.emit(scroll.reveal(top_px, place));
            cursor.set(Some(place));
            to_choose.replace(Some(place));
        }
    });
}

/// What stands below the rows: how many there are, and what can be done with them.
fn foot(frame: GridFrame<'_>, arranged: &Arranged, copied: &str, on_copy: Callback<MouseEvent>) -> Html {
    let GridFrame { kind, total, is_waiting, times, .. } = frame;
    html! {
        <div class="grid-foot">
        <p role="status">
            { match total {
                None => "Loading rows…".to_owned(),
                Some(_) if is_waiting => "Sorting and filtering…".to_owned(),
                Some(total) => {
                    format!("{}. {}", quantity::counted(total, kind.nouns.0, kind.nouns.1), times.note())
                }
            } }
            if !copied.is_empty() { {" "}{ copied } }
        </p>
        <div class="grid-tools">
            { frame.tools }
            if total.is_some_and(|total| total > 0) {
                { frame.save }
            }
            if kind.is_arranged {
                <button type="button" class="button quiet" onclick={on_copy} title="Copy the rows in sight; Ctrl+C in the table copies the chosen one">
                    { Icon::Copy.html() }<span>{"Copy rows"}</span>
                </button>
                { arrange::column_list(&frame.columns, arranged) }
            }
        </div>
        </div>
    }
}
