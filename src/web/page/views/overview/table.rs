//! What a table is: who wrote it, its time unit and label column, and what rests for want of data.

use crate::model::format::quantity;
use crate::model::rows::TableFacts;
use crate::protocol::Filter;
use crate::session::Route;
use crate::session::route::ColumnsRoute;
use crate::web::page::parts::text::{pair, plain};
use yew::prelude::*;

/// The facts of a table.
pub fn table(facts: &TableFacts) -> Html {
    let layout = &facts.layout;
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
                    { pair("Dates", layout.date_order.clone()) }
                }
                { pair("Label column", label) }
                { pair("Rows", quantity::count(facts.rows)) }
                { pair("Rows kept", kept) }
                { pair("Columns", quantity::count(layout.columns.len() as u64)) }
            </dl>
            <p>
                <a href={Route::Columns(ColumnsRoute::default()).hash()}>{"Columns"}</a>{", "}
                <a href={Route::rows(Filter::default()).hash()}>{"rows"}</a>
                {". Dialect, time unit, date order and label column can be chosen in the "}
                <a href={Route::Settings.hash()}>{"settings"}</a>
                {"; then read the file again."}
            </p>
            if !facts.rests.is_empty() {
                <h3>{"What is missing"}</h3>
                <ul class="rests">
                    for (what, why) in &facts.rests {
                        <li>{ format!("{what}: {why}.") }</li>
                    }
                </ul>
            }
        </section>
    }
}
