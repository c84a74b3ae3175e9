//! The header row of a grid: columns that sort, and edges that are dragged to make them wider.

use super::arrange::Arranged;
use super::row::{Head, SortedBy, Texts};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::terms::explained_within;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

/// The header row; `on_sort` is called with the place of a column among all.
pub fn head(columns: &[Head], is_arranged: bool, arranged: &Arranged, on_sort: &Callback<usize>) -> Html {
    html! {
        <div class="grid-head" role="rowgroup">
            <div class="grid-row" role="row" aria-rowindex="1">
                for (place, (at, _, _)) in arranged.shown.iter().enumerate() {
                    if let Some(column) = columns.get(*at) {
                        { heading((place, *at), column, is_arranged.then_some(arranged), on_sort) }
                    }
                }
            </div>
        </div>
    }
}

fn heading((place, at): (usize, usize), column: &Head, arranged: Option<&Arranged>, on_sort: &Callback<usize>) -> Html {
    let order = column.order.map(|order| match order {
        SortedBy::Other => "none",
        SortedBy::Ascending => "ascending",
        SortedBy::Descending => "descending",
    });
    let sign = match column.order {
        Some(SortedBy::Ascending) => Icon::Up.html(),
        Some(SortedBy::Descending) => Icon::Down.html(),
        _ => Html::default(),
    };
    html! {
        <div role="columnheader" key={at} class={classes!("cell", column.is_number.then_some("num"))} aria-sort={order}
            aria-colindex={(place + 1).to_string()}>
            if column.order.is_some() {
                <button type="button" class="sort" onclick={on_sort.reform(move |_: MouseEvent| at)}>
                    { words(column) }
                    { sign }
                </button>
            } else {
                { words(column) }
            }
            if let Some(arranged) = arranged {
                <Edge label={column.label.to_string()} on_width={arranged.on_width.clone()} on_end={arranged.on_end.clone()} />
            }
        </div>
    }
}

/// A heading's words: with the meanings of terms, unless they are from the file.
fn words(column: &Head) -> Html {
    match column.texts {
        Texts::File => html! { <bdi translate="no">{ column.label.clone() }</bdi> },
        _ => html! { <span>{ explained_within(&column.label) }</span> },
    }
}

#[derive(Properties, PartialEq)]
struct EdgeProps {
    label: String,
    on_width: Callback<(String, Option<f64>)>,
    on_end: Callback<()>,
}

/// The edge of a column. For pointers only: keys have the list of columns. A double click gives back the width that it had at first.
#[component]
fn Edge(props: &EdgeProps) -> Html {
    // Where the pointer went down, and the width that the column had, px.
    let drag = use_mut_ref(|| None::<(i32, f64)>);
    let on_down = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            let Some(edge) = event.target_dyn_into::<Element>() else { return };
            event.prevent_default();
            // Without it the column stops where the pointer leaves the edge.
            let _ = edge.set_pointer_capture(event.pointer_id());
            let width = edge.parent_element().map_or(0.0, |cell| cell.get_bounding_client_rect().width());
            drag.replace(Some((event.client_x(), width)));
        })
    };
    let on_move = {
        let (drag, on_width, label) = (drag.clone(), props.on_width.clone(), props.label.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some((from, width)) = *drag.borrow() {
                on_width.emit((label.clone(), Some(width + f64::from(event.client_x() - from))));
            }
        })
    };
    let on_up = {
        let on_end = props.on_end.clone();
        Callback::from(move |_: PointerEvent| {
            if drag.take().is_some() {
                on_end.emit(());
            }
        })
    };
    let on_double = {
        let (on_width, on_end, label) = (props.on_width.clone(), props.on_end.clone(), props.label.clone());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            on_width.emit((label.clone(), None));
            on_end.emit(());
        })
    };
    let on_click = Callback::from(|event: MouseEvent| event.unchecked_ref::<web_sys::Event>().stop_propagation());
    html! {
        <span class="grid-edge" aria-hidden="true" title="Drag to change the width" onpointerdown={on_down} onpointermove={on_move}
            onpointerup={on_up.clone()} onpointercancel={on_up} ondblclick={on_double} onclick={on_click}></span>
    }
}
