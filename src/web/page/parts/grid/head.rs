//! The header row of a grid: columns that sort.

use super::row::{Row, Wanted};
use crate::web::page::parts::icon::Icon;
use yew::prelude::*;

/// The header row.
pub fn head<R: Row>(wanted: &Wanted<R>, on_sort: &Callback<R::Sort>) -> Html {
    html! {
        <div class="grid-head" role="rowgroup">
            <div class="grid-row" role="row" aria-rowindex="1">
                for (place, column) in R::columns(wanted).iter().enumerate() {
                    { heading::<R>(place, column, wanted, on_sort) }
                }
            </div>
        </div>
    }
}

fn heading<R: Row>(
    place: usize,
    column: &super::Column<R::Sort>,
    wanted: &Wanted<R>,
    on_sort: &Callback<R::Sort>,
) -> Html {
    let is_sorted = column.sort.is_some_and(|sort| sort == wanted.sort);
    let order = match (is_sorted, wanted.is_descending) {
        (false, _) => column.sort.map(|_| "none"),
        (true, false) => Some("ascending"),
        (true, true) => Some("descending"),
    };
    html! {
        <div role="columnheader" class={classes!("cell", column.is_number.then_some("num"))} aria-sort={order}
            aria-colindex={(place + 1).to_string()}>
            if let Some(sort) = column.sort {
                <button type="button" class="sort" onclick={on_sort.reform(move |_: MouseEvent| sort)}>
                    <span>{ column.label.clone() }</span>
                    if is_sorted {
                        { if wanted.is_descending { Icon::Down.html() } else { Icon::Up.html() } }
                    }
                </button>
            } else {
                <span>{ column.label.clone() }</span>
            }
        </div>
    }
}
