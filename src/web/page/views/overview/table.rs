//! Facts of a table: which tool wrote it, its time unit and label column, and what cannot be evaluated for lack of
//! data.

use crate::issue::IssueKind;
use crate::model::analysis::Issue;
use crate::model::format::quantity;
use crate::model::rows::{Layout, TableFacts};
use crate::protocol::Filter;
use crate::session::Route;
use crate::session::route::ColumnsRoute;
use crate::web::page::parts::text::{pair, plain};
use yew::prelude::*;

/// Ids of the issues that say that no row tells day from month.
const DATE_GUESSES: [&str; 2] = [IssueKind::DatesDayFirst.id(), IssueKind::DatesMonthFirst.id()];

/// The order of dates, and where it can be changed.
fn dates(order: &str, is_guess: bool) -> Html {
    let guess = if is_guess { ", a guess: no row shows it" } else { "" };
    html! { <>{ format!("{order}{guess} (") }<a href={Route::Reading.hash()}>{"change"}</a>{")"}</> }
}

/// Columns that are named.
const MOST_NAMED: usize = 6;

/// What was read as people chose it, now or for an earlier table.
fn chosen(layout: &Layout) -> Html {
    let n = layout.chosen().count();
    let refused: Vec<String> = layout.unused_choices.iter().map(|unused| plain(&unused.heading)).collect();
    let mut words: Vec<String> = layout
        .chosen()
        .take(MOST_NAMED)
        .map(|column| format!("{} as {}", plain(&column.name), column.role.id()))
        .collect();
    if n > MOST_NAMED {
        words.push(format!("{} more", n - MOST_NAMED));
    }
    html! {
        <>
            if n > 0 {
                <p data-testid="chosen-columns">
                    { format!("Read as you chose, here or for an earlier table: {}. ", words.join(", ")) }
                    <a href={Route::Reading.hash()}>{"Change or forget"}</a>
                </p>
            }
            if !refused.is_empty() {
                <p class="warning">{ format!("Not read as you chose: {}; see Issues.", refused.join(", ")) }</p>
            }
        </>
    }
}

/// The facts of a table.
pub fn table(facts: &TableFacts, issues: &[Issue]) -> Html {
    let layout = &facts.layout;
    let is_guess = issues.iter().any(|issue| DATE_GUESSES.contains(&issue.id.as_str()));
    let kept = if facts.rows_kept < facts.rows {
        format!("{} of them, a random sample", quantity::count(facts.rows_kept))
    } else {
        "all".to_owned()
    };
    let label = layout.label_name().map_or_else(|| "none".to_owned(), plain);
    html! {
        <section class="card" aria-labelledby="table-title" data-testid="table-facts">
            <h2 id="table-title">{"The table"}</h2>
            <dl class="figures">
                { pair("Dialect", layout.name.clone()) }
                { pair("Written as", layout.written.clone()) }
                { pair("Durations in", layout.time_unit.clone()) }
                if !layout.date_order.is_empty() {
                    { pair("Dates", dates(&layout.date_order, is_guess)) }
                }
                { pair("Label column", label) }
                { pair("Rows", quantity::count(facts.rows)) }
                { pair("Rows kept", kept) }
                { pair("Columns", quantity::count(layout.columns.len() as u64)) }
            </dl>
            <p>
                <a href={Route::Columns(ColumnsRoute::default()).hash()}>{"Columns"}</a>{", "}
                <a href={Route::rows(Filter::default()).hash()}>{"rows"}</a>
                {". What each column is taken for, the label among them, the order of dates and the time unit can be changed under "}
                <a href={Route::Reading.hash()}>{"Reading"}</a>
                {", the dialect in the "}
                <a href={Route::Settings.hash()}>{"settings"}</a>
                {"."}
            </p>
            { chosen(layout) }
            if !facts.not_evaluated.is_empty() {
                <h3>{"What is missing"}</h3>
                <ul class="rests">
                    for (what, why) in &facts.not_evaluated {
                        <li>{ format!("{what}: {why}.") }</li>
                    }
                </ul>
            }
        </section>
    }
}
