//! The rows of an answer as a table, each with its share of the whole and a way to its flows.

use crate::model::explore::{Answer, AnswerRow, MeasureHead, Order, Scale, ValueKind};
use crate::model::format::quantity;
use crate::model::format::time;
use crate::protocol::Filter;
use crate::session::explore::ExploreRoute;
use crate::session::{Route, Shared};
use crate::web::page::hooks::use_turns;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// Rows that are built in one turn.
const EACH: usize = 100;
/// Rows that are shown; more are in the file.
const MOST: usize = 500;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct AnswerRowsProps {
    /// The answer.
    pub answer: Shared<Answer>,
    /// What is chosen.
    pub route: ExploreRoute,
    /// Called with another order.
    pub on_change: Callback<ExploreRoute>,
}

/// The rows.
#[component]
pub fn Rows(props: &AnswerRowsProps) -> Html {
    let AnswerRowsProps { answer, route, on_change } = props;
    let there = use_turns(answer.rows.len().min(MOST), EACH);
    if answer.rows.is_empty() {
        return html! { <p class="placeholder">{"Nothing passes this filter."}</p> };
    }
    let left_out = answer.n_rows.saturating_sub(answer.rows.len().min(MOST) as u64);
    let is_cut = answer.rows.len() > MOST;
    html! {
        <div class="card explore-rows scroll" role="region" tabindex="0" aria-label="Rows">
            <table class="plain">
                <thead>
                    <tr>
                        for head in &answer.dimensions {
                            <th scope="col">{ plain(&head.label) }</th>
                        }
                        for (place, head) in answer.measures.iter().enumerate() {
                            { measure_head(place, head, route, on_change) }
                            if place == 0 && has_share(answer) {
                                <th scope="col">{"Share"}</th>
                            }
                        }
                        <th scope="col"><span class="unseen">{"Flows"}</span></th>
                    </tr>
                </thead>
                <tbody>
                    for (place, row) in answer.rows.iter().take(there).enumerate() {
                        <tr key={place}>{ cells(answer, row, route) }</tr>
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
            if left_out > 0 {
                <p class="hint">
                    { format!("{} not shown.", quantity::counted(left_out, "more row is", "more rows are")) }
                </p>
            }
        </div>
    }
}

/// A measure's heading, which sorts by it.
fn measure_head(place: usize, head: &MeasureHead, route: &ExploreRoute, on_change: &Callback<ExploreRoute>) -> Html {
    let place = place as u32;
    let sorted = match route.order {
        Order::Measure { place: by, is_descending } if by == place => Some(is_descending),
        _ => None,
    };
    let next = Order::Measure { place, is_descending: sorted != Some(true) };
    let route = route.clone();
    let on_sort = on_change.reform(move |_: MouseEvent| ExploreRoute { order: next, ..route.clone() });
    let sort = sorted.map(|is_descending| if is_descending { "descending" } else { "ascending" });
    let unknown = (head.n_unknown > 0).then(|| format!("{} unknown", quantity::count(head.n_unknown)));
    html! {
        <th scope="col" class="num" aria-sort={sort}>
            <button type="button" class="sort" onclick={on_sort}>
                { plain(&head.label) }
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

fn cells(answer: &Answer, row: &AnswerRow, route: &ExploreRoute) -> Html {
    let flows = row.filter.as_ref().map(|own| Route::flows(narrowed(&route.filter, own)).hash());
    let within = row.values.iter().zip(&answer.dimensions).find_map(|(value, head)| match head.scale {
        Scale::Time { width_ns, n, .. } if n > 1 && value.kind == ValueKind::Value => {
            let (from_ns, to_ns) = (Some(value.at), Some(value.at.saturating_add(width_ns)));
            Some(Route::Explore(ExploreRoute { from_ns, to_ns, ..route.clone() }).hash())
        }
        _ => None,
    });
    let is_time = |nth: usize| answer.dimensions.get(nth).is_some_and(|head| matches!(head.scale, Scale::Time { .. }));
    html! {
        <>
            for (place, value) in row.values.iter().enumerate() {
                <th scope="row" class={(value.kind != ValueKind::Value).then_some("absent")}>
                    if let (true, Some(href)) = (is_time(place), &within) {
                        <a href={href.clone()} title="Count this time only">{ plain(&value.text) }</a>
                    } else if let (0, Some(href)) = (place, &flows) {
                        <a href={href.clone()} title="Show its flows">{ plain(&value.text) }</a>
                    } else {
                        { plain(&value.text) }
                    }
                </th>
            }
            { figures(answer, &row.figures) }
            <td>
                if let Some(href) = flows {
                    <a {href} aria-label={format!("Flows of {}", row.values.iter().map(|v| plain(&v.text)).collect::<Vec<_>>().join(", "))}>
                        { Icon::Flows.html() }
                    </a>
                }
            </td>
        </>
    }
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
fn share(value: f64, total: f64) -> Html {
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

/// A filter with another one within it.
pub fn narrowed(filter: &Filter, more: &str) -> Filter {
    let text = if filter.text.trim().is_empty() { more.to_owned() } else { format!("{} {more}", filter.text.trim()) };
    Filter { text, ..filter.clone() }
}
