//! The rows of an answer as a table, each with its share of the whole and a way to its flows. A value narrows all views.

use super::save_answer::SaveAnswer;
use super::{narrowed, time_of};
use crate::model::explore::{Answer, AnswerRow, AnswerValue, MeasureHead, Order, ValueKind};
use crate::model::format::quantity;
use crate::model::format::time;
use crate::protocol::Filter;
use crate::session::{Route, Selection, Shared};
use crate::web::page::hooks::{use_incremental_render, use_store};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::terms::{explained, explained_within};
use crate::web::page::parts::text::{data, plain};
use crate::web::page::store::Store;
use yew::prelude::*;

/// Rows that are built in one turn.
const EACH: usize = 30;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct AnswerRowsProps {
    /// The answer.
    pub answer: Shared<Answer>,
    /// Their order.
    pub order: Order,
    /// Called with another order.
    pub on_order: Callback<Order>,
    /// The view's own filter.
    pub filter: Filter,
    /// Rows that are shown, at most.
    pub most: usize,
    /// Rows without any value are left out.
    pub is_of_values: bool,
    /// Where all of them are.
    pub all: Option<Route>,
    /// Id of the view that has a page for each first value.
    pub pages: Option<&'static str>,
    /// The rows of the input are no flows.
    pub is_of_rows: bool,
    /// What they are called.
    pub label: String,
}

/// The rows.
#[component]
pub fn Rows(props: &AnswerRowsProps) -> Html {
    let AnswerRowsProps { answer, most, all, .. } = props;
    let store = use_store();
    // Whoever wants to see more asks for it: the page stays small.
    let shown = use_state_eq(|| *most);
    let has_value =
        |row: &&AnswerRow| !props.is_of_values || row.values.iter().any(|value| value.kind != ValueKind::Nothing);
    let there = use_incremental_render(answer.rows.len().min(*shown), EACH);
    let left_out = answer.n_rows.saturating_sub(answer.rows.len().min(*shown) as u64);
    let is_cut = answer.rows.len() > *shown;
    let on_more = {
        let (shown, most) = (shown.clone(), *most);
        Callback::from(move |_: MouseEvent| shown.set(*shown + most))
    };
    html! {
        <div class="card explore-rows scroll" role="region" tabindex="0" aria-label={props.label.clone()}>
            <table class="plain">
                <thead>
                    <tr>
                        for head in &answer.dimensions {
                            <th scope="col">{ explained(&plain(&head.label)) }</th>
                        }
                        for (place, head) in answer.measures.iter().enumerate() {
                            { measure_head(place, head, props.order, &props.on_order) }
                            if place == 0 && has_share(answer) {
                                <th scope="col">{"Share"}</th>
                            }
                        }
                        <th scope="col"><span class="unseen">{"Flows"}</span></th>
                    </tr>
                </thead>
                <tbody>
                    for (place, row) in answer.rows.iter().take(there).filter(has_value).enumerate() {
                        <tr key={place}>{ cells(props, row, store.as_ref()) }</tr>
                    }
                    if !answer.others.is_empty() && !is_cut {
                        <tr>
                            for (place, _) in answer.dimensions.iter().enumerate() {
                                <th scope="row" class="absent">{ if place == 0 { "(others)" } else { "" } }</th>
                            }
                            { figures(answer, &answer.others) }
                            <td></td>
                        </tr>
                    }
                </tbody>
            </table>
            <SaveAnswer answer={answer.clone()} label={props.label.clone()} />
            if left_out > 0 {
                <p class="hint">
                    { format!("{} not shown. ", quantity::counted(left_out, "more row is", "more rows are")) }
                    if is_cut {
                        <button type="button" class="as-link" onclick={on_more}>{"Show more"}</button>
                    } else if let Some(all) = all {
                        <a href={all.hash()}>{"Show all"}</a>
                    }
                </p>
            }
        </div>
    }
}

/// A measure's heading, which sorts by it.
fn measure_head(place: usize, head: &MeasureHead, order: Order, on_order: &Callback<Order>) -> Html {
    let place = place as u32;
    let sorted = match order {
        Order::Measure { place: by, is_descending } if by == place => Some(is_descending),
        _ => None,
    };
    let next = Order::Measure { place, is_descending: sorted != Some(true) };
    let on_sort = on_order.reform(move |_: MouseEvent| next);
    let sort = sorted.map(|is_descending| if is_descending { "descending" } else { "ascending" });
    let unknown = (head.n_unknown > 0).then(|| format!("{} unknown", quantity::count(head.n_unknown)));
    html! {
        <th scope="col" class="num" aria-sort={sort}>
            <button type="button" class="sort" onclick={on_sort}>
                { explained_within(&plain(&head.label)) }
                if let Some(is_descending) = sorted {
                    { if is_descending { Icon::Down.html() } else { Icon::Up.html() } }
                }
            </button>
            if let Some(unknown) = unknown {
                <span class="hint">{ unknown }</span>
            }
        </th>
    }
}

fn cells(props: &AnswerRowsProps, row: &AnswerRow, store: Option<&Store>) -> Html {
    let AnswerRowsProps { answer, filter, pages, is_of_rows, .. } = props;
    let within = time_of(answer, &row.values);
    let to_flows = row.filter().map(|own| {
        let filter = narrowed(filter, &own);
        if *is_of_rows { Route::rows(filter) } else { Route::flows(filter) }
    });
    let text = |(place, value): (usize, &AnswerValue)| {
        let is_data = answer.dimensions.get(place).is_some_and(|head| head.has_data);
        if is_data && value.kind == ValueKind::Value { data(&value.text) } else { plain(&value.text).into() }
    };
    let named = || row.values.iter().map(|value| plain(&value.text)).collect::<Vec<_>>().join(", ");
    html! {
        <>
            for (place, value) in row.values.iter().enumerate() {
                <th scope="row" class={(value.kind != ValueKind::Value).then_some("absent")}>
                    if let (0, ValueKind::Value, Some(view)) = (place, value.kind, pages) {
                        <a href={Route::panels(view, Some(value.text.clone())).hash()}>{ text((place, value)) }</a>
                    } else if let (Some(store), Some((_, span))) = (store, within.filter(|(nth, _)| *nth == place)) {
                        { narrowing(store, text((place, value)), "Narrow all views to this time", move |selection| selection.at(Some(span))) }
                    } else if let (Some(store), Some(own)) = (store, value.filter.clone()) {
                        { narrowing(store, text((place, value)), "Narrow all views to this", move |selection| selection.with(&own)) }
                    } else {
                        { text((place, value)) }
                    }
                </th>
            }
            { figures(answer, &row.figures) }
            <td>
                if let Some(route) = to_flows {
                    <a href={route.hash()} aria-label={format!("{} of {}", if *is_of_rows { "Rows" } else { "Flows" }, named())}>
                        { Icon::Flows.html() }
                    </a>
                }
            </td>
        </>
    }
}

/// A value that narrows all views.
fn narrowing(store: &Store, text: Html, title: &'static str, to: impl Fn(Selection) -> Selection + 'static) -> Html {
    let store = store.clone();
    let on_click = Callback::from(move |_: MouseEvent| store.select(to(store.state().selection.clone())));
    html! { <button type="button" class="as-link" {title} onclick={on_click}>{ text }</button> }
}

fn figures(answer: &Answer, figures: &[Option<f64>]) -> Html {
    let total = answer.total.first().copied().flatten().filter(|total| *total > 0.0);
    html! {
        for (place, (value, head)) in figures.iter().zip(&answer.measures).enumerate() {
            <td class="num">{ figure(*value, &head.unit) }</td>
            if place == 0 && has_share(answer) {
                <td class="share">
                    if let (Some(total), Some(value)) = (total, *value) {
                        { share(value, total) }
                    }
                </td>
            }
        }
    }
}

/// True if a row's first figure is a part of the whole.
fn has_share(answer: &Answer) -> bool {
    answer.measures.first().is_some_and(|head| head.is_sum) && !answer.dimensions.is_empty()
}

/// A share as a bar and in percent.
pub fn share(value: f64, total: f64) -> Html {
    let width = format!("{:.2}%", (value / total * 100.0).clamp(0.0, 100.0));
    html! {
        <>
            <svg class="share-bar" aria-hidden="true"><rect {width} height="100%" /></svg>
            <span>{ quantity::percent(value, total) }</span>
        </>
    }
}

/// A figure in its unit; a dash for what is unknown.
pub fn figure(value: Option<f64>, unit: &str) -> String {
    let words = |value: f64| match unit {
        "s" => time::span(time::from_seconds(value)),
        "packets" | "flows" | "hosts" | "rows" | "findings" => quantity::plain(value),
        _ => quantity::with_unit(value, unit),
    };
    quantity::or_dash(value.map(words))
}
