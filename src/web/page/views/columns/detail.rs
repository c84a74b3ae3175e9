//! A column in full: figures, quantiles, frequent values, and how its numbers are spread.

use super::row::{distinct, value};
use crate::model::chart::{Bar, ChartSpec, Marks};
use crate::model::format::quantity;
use crate::model::rows::{ColumnInfo, ColumnKind, Figures};
use crate::protocol::{Answer, Query};
use crate::session::Shared;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::chart::Chart;
use crate::web::page::parts::text::{data, pair, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ColumnPaneProps {
    /// The chosen column.
    pub place: Option<u32>,
    /// Job and revision of the result.
    pub result: (u32, u32),
}

/// The chosen column.
#[component]
pub fn ColumnPane(props: &ColumnPaneProps) -> Html {
    let store = use_store();
    let info = use_state_eq(|| None::<Shared<ColumnInfo>>);
    {
        let set = info.setter();
        use_effect_with((props.place, props.result), move |(place, _)| {
            let (Some(place), Some(store)) = (*place, store) else { return set.set(None) };
            let on_answer = Callback::from(move |answer| {
                if let Answer::Column(column) = answer {
                    set.set(column.map(|column| Shared::new(*column)));
                }
            });
            store.ask(Query::Column { place }, on_answer);
        });
    }
    let Some(info) = &*info else {
        return html! {
            <aside class="pane" aria-label="Selected column">
                <p class="placeholder">{"Select a column to see its quantiles, frequent values and histogram."}</p>
            </aside>
        };
    };
    html! {
        <aside class="pane" aria-label={format!("Column {}", plain(&info.name))}>
            <div class="pane-head"><h2>{ data(&info.name) }</h2></div>
            <dl class="figures facts">
                { pair("Values", info.kind.name()) }
                { pair("Count", quantity::count(info.count)) }
                { pair("Missing", quantity::count(info.missing)) }
                { pair("Distinct", distinct(info)) }
                if info.infinite > 0 {
                    { pair("Infinite", quantity::count(info.infinite)) }
                }
                if let Some(figures) = &info.numbers {
                    { numbers(info.kind, figures) }
                }
            </dl>
            if info.is_sampled {
                <p class="hint">{"Distinct, quantiles, frequent values and histogram come from a sample of the rows; the rest counts them all."}</p>
            }
            if let Some(spec) = histogram(info) {
                <Chart {spec} />
            }
            if !info.top.is_empty() {
                <section aria-label="Most frequent values">
                    <h3>{"Most frequent values"}</h3>
                    <dl class="figures facts">
                        for (text, n) in &info.top {
                            <div class="pair"><dt>if text.is_empty() { {"(empty)"} } else { { data(text) } }</dt><dd>{ quantity::count(*n) }</dd></div>
                        }
                    </dl>
                </section>
            }
        </aside>
    }
}

fn numbers(kind: ColumnKind, figures: &Figures) -> Html {
    let quantiles = Figures::SHARES.iter().zip(figures.quantiles);
    html! {
        <>
            { pair("Smallest", value(kind, figures.min)) }
            { pair("Largest", value(kind, figures.max)) }
            { pair("Mean", value(kind, figures.mean)) }
            if kind != ColumnKind::Time {
                { pair("Standard deviation", value(kind, figures.deviation)) }
            }
            for (share, quantile) in quantiles {
                { pair(&format!("{} % up to", share * 100.0), value(kind, quantile)) }
            }
        </>
    }
}

/// The spread of a column of numbers as a chart.
fn histogram(info: &ColumnInfo) -> Option<ChartSpec> {
    let figures = info.numbers.as_ref().filter(|figures| figures.max > figures.min)?;
    let width = (figures.max - figures.min) / figures.histogram.len().max(1) as f64;
    let from = |bin: usize| value(info.kind, figures.min + width * bin as f64);
    let (largest, most) = figures.histogram.iter().enumerate().max_by_key(|(_, n)| **n)?;
    Some(ChartSpec {
        id: format!("column-{}", info.place),
        title: format!("Rows by {}", plain(&info.name)),
        summary: format!(
            "From {} to {}; most rows, {}, lie between {} and {}.",
            from(0),
            from(figures.histogram.len()),
            quantity::count(*most),
            from(largest),
            from(largest + 1)
        ),
        marks: Marks::Columns(
            figures.histogram.iter().enumerate().map(|(bin, n)| Bar { label: from(bin), value: *n as f64 }).collect(),
        ),
        unit: "rows".to_owned(),
        has_data: false,
    })
}
