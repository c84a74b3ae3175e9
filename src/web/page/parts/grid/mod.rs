//! A virtual table over all rows that the worker holds: only what is in sight is asked for and drawn.
//!
//! What knows the type of its rows is here and in few places more; all else is compiled once for all kinds (`frame`).

use super::text::Times;
use crate::session::window::Scroll;
use crate::web::browser::style;
use crate::web::page::hooks::use_size;
use body::body;
use frame::{GridFrame, use_frame};
use row::{Head, Kind, ShownColumns};
use save_rows::SaveRows;
use std::rc::Rc;
use use_rows::use_rows;
use use_scroll::use_scroll;
use yew::prelude::*;

mod arrange;
mod body;
mod copy;
mod frame;
mod head;
mod keys;
mod row;
mod save_rows;
mod use_place;
mod use_rows;
mod use_scroll;

pub use arrange::close_on_escape;
pub use row::{Column, Row, Texts, Wanted};

/// Height of a row and of the header, in rem; the style sheet says the same.
const ROW_REM: f64 = 1.75;
/// Said where there is no row at all.
const NOTHING: &str = "The file contains nothing of this kind.";

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
    /// Said when no row passes the filter.
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
    let GridProps { wanted, times, look, .. } = props;
    let node = use_node_ref();
    let size = use_size(&node);
    let cursor = use_state_eq(|| None::<u64>);
    let row_px = (ROW_REM * style::rem_px()).max(1.0);
    let n_known = use_state_eq(|| 0_u64);
    let scroll = Scroll { n_rows: *n_known, row_px, view_px: (size.height - row_px).max(row_px) };
    let (top_px, scroll_to) = use_scroll(&node, scroll);
    let rows = use_rows(wanted, scroll.visible(top_px));
    n_known.set(rows.total().unwrap_or(0));
    let columns = R::columns(wanted);
    let heads: Rc<[Head]> = columns.iter().map(|column| column.head(wanted.sort, wanted.is_descending)).collect();
    let on_sort = {
        let on_sort = props.on_sort.clone();
        Callback::from(move |at: usize| {
            if let Some(sort) = columns.get(at).and_then(|column| column.sort) {
                on_sort.emit(sort);
            }
        })
    };
    let emit = |to: &Callback<R>| {
        let (rows, to) = (rows.clone(), to.clone());
        Callback::from(move |index: u64| {
            let row = rows.get(index);
            if let Some(row) = &row {
                to.emit(R::clone(row));
            }
            row.is_some()
        })
    };
    let on_key = props.on_key.clone().map(|on_key| {
        let rows = rows.clone();
        Callback::from(move |(key, index): (String, u64)| {
            rows.get(index).is_some_and(|row| on_key.emit((key, R::clone(&row))))
        })
    });
    let texts = {
        let (rows, times, look) = (rows.clone(), *times, look.clone());
        Callback::from(move |index: u64| rows.get(index).map(|row| row.cells(times, &look)))
    };
    let at = *cursor;
    let of_rows = |shown: &ShownColumns| {
        let (rows, shown) = (&rows, shown.clone());
        body(&body::View { rows, scroll, top_px, cursor: at, chosen: props.chosen, times: *times, shown, look })
    };
    use_frame(GridFrame {
        kind: Kind::of::<R>(),
        key: wanted.key(),
        columns: heads,
        node,
        scroll,
        top_px,
        scroll_to,
        cursor,
        has_chosen: props.chosen.is_some(),
        wished: props.wished,
        go_to: props.go_to,
        total: rows.total(),
        is_waiting: rows.is_waiting(),
        refused: rows.refused(),
        times: *times,
        nothing: if props.wanted.filter.passes_all() { NOTHING } else { props.nothing },
        on_sort,
        choose: emit(&props.on_choose),
        open: emit(&props.on_open),
        on_key,
        texts,
        rows: &of_rows,
        save: html! { <SaveRows<R> wanted={wanted.clone()} /> },
        tools: props.tools.clone(),
    })
}
