//! The rows in sight, inside an element as tall as the scroll range.

use super::row::{Row, ShownColumns, Texts, id};
use super::use_rows::Rows;
use crate::session::Shared;
use crate::session::window::Scroll;
use crate::web::browser::style;
use crate::web::page::parts::text::Times;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

/// What is in sight.
pub struct View<'a, R: Row> {
    /// Rows that have come.
    pub rows: &'a Rows<R>,
    /// Heights.
    pub scroll: Scroll,
    /// Offset into the rows, px.
    pub top_px: f64,
    /// The row that keys have reached.
    pub cursor: Option<u64>,
    /// Key of the row that is marked.
    pub chosen: Option<u64>,
    /// How times are written.
    pub times: Times,
    /// The columns that are shown.
    pub shown: ShownColumns,
    /// What rows are drawn with.
    pub look: &'a R::Look,
}

/// The rows in sight.
pub fn body<R: Row>(view: &View<'_, R>) -> Html {
    let visible = view.scroll.visible(view.top_px);
    let shift_px = visible.start as f64 * view.scroll.row_px - view.top_px;
    html! {
        <Track height_px={view.scroll.track_px()} view_px={view.scroll.view_px.min(view.scroll.track_px())} {shift_px}>
            for index in visible {
                { line(view, index) }
            }
        </Track>
    }
}

fn line<R: Row>(view: &View<'_, R>, index: u64) -> Html {
    let row = view.rows.get(index);
    let is_chosen = row.as_ref().is_some_and(|row| Some(row.key()) == view.chosen);
    html! {
        <Line<R> key={index} {index} {row} {is_chosen} is_cursor={view.cursor == Some(index)} times={view.times}
            shown={view.shown.clone()} look={view.look.clone()} />
    }
}

/// The place of the row that an event happened in.
pub fn row_of(event: &MouseEvent) -> Option<u64> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-row]").ok()??.get_attribute("data-row")?.parse().ok()
}

#[derive(Properties, PartialEq)]
struct LineProps<R: Row> {
    index: u64,
    row: Option<Shared<R>>,
    is_chosen: bool,
    is_cursor: bool,
    times: Times,
    shown: ShownColumns,
    look: R::Look,
}

/// One row: a component of its own, so that rows that only move are not built again.
#[component]
fn Line<R: Row>(props: &LineProps<R>) -> Html {
    let index = props.index;
    let own = props.row.as_ref().and_then(|row| row.class(&props.look));
    let class = classes!("grid-row", own, props.is_cursor.then_some("cursor"), props.is_chosen.then_some("chosen"));
    let cells = props.row.as_ref().map(|row| row.cells(props.times, &props.look));
    html! {
        <div id={id(R::CLASS, index)} {class} role="row" data-row={index.to_string()} aria-rowindex={(index + 2).to_string()}
            aria-selected={props.is_chosen.to_string()}>
            if let Some(cells) = cells {
                for (column, is_number, texts) in props.shown.iter() {
                    { cell((*is_number, *texts), cells.get(*column).cloned().unwrap_or_default()) }
                }
            } else {
                <div role="gridcell" class="cell waiting">{"…"}</div>
            }
        </div>
    }
}

/// A long text is also a tooltip, because the column may cut it. Rows are data, but for what we write.
fn cell((is_number, texts): (bool, Texts), text: String) -> Html {
    const LONG: usize = 16;
    let text = AttrValue::from(text);
    let title = (text.len() > LONG).then(|| text.clone());
    let class = if is_number { "cell num" } else { "cell" };
    let translate = (texts == Texts::Ours).then_some("yes");
    html! { <div role="gridcell" {class} {title} {translate}>{ text }</div> }
}

#[derive(Properties, PartialEq)]
struct TrackProps {
    height_px: f64,
    view_px: f64,
    shift_px: f64,
    children: Html,
}

/// An element as tall as the scroll range, with a window in it that stays in sight and holds the rows.
#[component]
fn Track(props: &TrackProps) -> Html {
    let (track, window, rows) = (use_node_ref(), use_node_ref(), use_node_ref());
    {
        let (track, window) = (track.clone(), window.clone());
        use_effect_with((props.height_px, props.view_px), move |(height_px, view_px)| {
            style::set(&track, "height", &format!("{height_px}px"));
            style::set(&window, "height", &format!("{view_px}px"));
        });
    }
    {
        let rows = rows.clone();
        use_effect_with(props.shift_px, move |shift_px| {
            style::set(&rows, "transform", &format!("translateY({shift_px}px)"));
        });
    }
    html! {
        <div class="grid-track" role="rowgroup" ref={track}>
            <div class="grid-window" role="presentation" ref={window}>
                <div class="grid-rows" role="presentation" translate="no" ref={rows}>{ props.children.clone() }</div>
            </div>
        </div>
    }
}
