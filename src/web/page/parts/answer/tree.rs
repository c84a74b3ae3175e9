//! Rows of several dimensions as a tree: the values of each stand below those of the one before, with their shares.

use super::icicle::{TreeLine, icicle};
use super::{figure, narrowed};
use crate::maths::sorting::Arrange;
use crate::model::explore::{Answer, AnswerRow, ValueKind};
use crate::model::format::quantity;
use crate::protocol::Filter;
use crate::session::{Route, Shared};
use crate::web::page::hooks::{use_incremental_render, use_store};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{label, plain};
use yew::prelude::*;

/// Lines that are shown, at most.
const MOST: usize = 80;
/// Lines that are built in one turn.
const EACH: usize = 30;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct TreeProps {
    /// The answer.
    pub answer: Shared<Answer>,
    /// The view's own filter, for ways to the flows.
    pub filter: Filter,
    /// What it is called.
    pub label: String,
}

/// The tree.
#[component]
pub fn Tree(props: &TreeProps) -> Html {
    let TreeProps { answer, filter, .. } = props;
    let store = use_store();
    let rows: Vec<&AnswerRow> = answer.rows.iter().collect();
    let mut lines = Vec::new();
    grow(answer, &rows, (0, ""), &mut lines);
    let there = use_incremental_render(lines.len().min(MOST), EACH);
    if lines.is_empty() {
        return html! { <p class="placeholder">{"There is nothing to show."}</p> };
    }
    let n_left_out = lines.len().saturating_sub(MOST) as u64;
    let total = answer.total.first().copied().flatten().filter(|total| *total > 0.0);
    html! {
        <>
        { icicle(&lines, total, store.as_ref()) }
        <div class="card explore-rows scroll" role="region" tabindex="0" aria-label={props.label.clone()}>
            <table class="plain tree">
                <thead>
                    <tr>
                        <th scope="col">{ answer.dimensions.iter().map(|head| plain(&head.label)).collect::<Vec<_>>().join(" › ") }</th>
                        for (place, head) in answer.measures.iter().enumerate() {
                            <th scope="col" class="num">{ explained(&plain(&head.label)) }</th>
                            if place == 0 { <th scope="col">{"Share"}</th> }
                        }
                        <th scope="col"><span class="unseen">{"Flows"}</span></th>
                    </tr>
                </thead>
                <tbody>
                    for (place, line) in lines.iter().take(there).enumerate() {
                        <tr key={place}>
                            <th scope="row" class={format!("depth-{}", line.depth.min(4))}>
                                <span class="unseen">{ format!("Level {}: ", line.depth + 1) }</span>
                                if let (Some(own), Some(store)) = (line.filter.clone(), store.clone()) {
                                    <button type="button" class="as-link" title="Narrow all views to this" onclick={Callback::from(move |_: MouseEvent| {
                                        store.select(store.state().selection.with(&own));
                                    })}>{ label(&line.text, line.is_data) }</button>
                                } else {
                                    { label(&line.text, line.is_data) }
                                }
                            </th>
                            for (place, (value, head)) in line.figures.iter().zip(&answer.measures).enumerate() {
                                <td class="num">{ figure(*value, &head.unit) }</td>
                                if place == 0 {
                                    <td class="share">
                                        if let (Some(total), Some(value)) = (total, *value) {
                                            { super::rows::share(value, total) }
                                        }
                                    </td>
                                }
                            }
                            <td>
                                if let Some(own) = &line.filter {
                                    <a href={Route::flows(narrowed(filter, own)).hash()} aria-label={format!("Flows of {}", plain(&line.text))}>
                                        { Icon::Flows.html() }
                                    </a>
                                }
                            </td>
                        </tr>
                    }
                </tbody>
            </table>
            if n_left_out > 0 {
                <p class="hint">{ format!("{} not shown.", quantity::counted(n_left_out, "more line is", "more lines are")) }</p>
            }
        </div>
        </>
    }
}

/// Lines of some rows from a dimension on, the largest first. What has no value of the next dimension has no line there.
fn grow(answer: &Answer, rows: &[&AnswerRow], (depth, above): (usize, &str), lines: &mut Vec<TreeLine>) {
    let mut branches: Vec<(&str, ValueKind, Vec<&AnswerRow>)> = Vec::new();
    for row in rows {
        let Some(value) = row.values.get(depth) else { continue };
        // ICMP is a transport and an application: it is said once.
        if depth > 0 && (value.kind == ValueKind::Nothing || value.text == above) {
            continue;
        }
        match branches.iter_mut().find(|(text, ..)| *text == value.text) {
            Some((.., all)) => all.push(row),
            None => branches.push((&value.text, value.kind, vec![row])),
        }
    }
    let sum = |rows: &[&AnswerRow], place: usize| {
        let all: Vec<f64> = rows.iter().filter_map(|row| row.figures.get(place).copied().flatten()).collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>())
    };
    branches.arrange_by(|a, b| sum(&b.2, 0).unwrap_or(0.0).total_cmp(&sum(&a.2, 0).unwrap_or(0.0)).then(a.0.cmp(b.0)));
    for (text, _, rows) in branches {
        let figures = answer.measures.iter().enumerate().map(|(place, head)| match (&rows[..], head.is_sum) {
            ([one], _) => one.figures.get(place).copied().flatten(),
            (_, true) => sum(&rows, place),
            // What several rows have together is not known.
            (_, false) => None,
        });
        let figures = figures.collect();
        let filter = rows.first().and_then(|row| row.values.get(..=depth)).and_then(|values| {
            let parts: Option<Vec<&str>> = values.iter().map(|value| value.filter.as_deref()).collect();
            parts.map(|parts| parts.join(" "))
        });
        let is_data = answer.dimensions.get(depth).is_some_and(|head| head.has_data);
        lines.push(TreeLine { depth, text: text.to_owned(), is_data, figures, filter });
        grow(answer, &rows, (depth + 1, text), lines);
    }
}
