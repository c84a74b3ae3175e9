//! The answer to a question of measures and dimensions: a chart, and the rows behind it. What is clicked narrows all views.

use crate::chart;
use crate::model::chart::{Change, Marks};
use crate::model::explore::{Answer, Mark, Order, Scale};
use crate::protocol::Filter;
use crate::session::{Route, Shared};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::chart::Chart;
use pick::pick;
use rows::Rows;
use tree::Tree;
use yew::prelude::*;

mod icicle;
mod pick;
mod rows;
mod save_answer;
mod tree;
mod use_answer;

pub use rows::figure;
pub use use_answer::{Asked, use_answer, use_catalogue};

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct AnswerViewProps {
    /// The answer.
    pub answer: Shared<Answer>,
    /// How it is drawn.
    pub mark: Mark,
    /// Order of the rows.
    pub order: Order,
    /// The view's own filter, for ways to the flows.
    pub filter: Filter,
    /// Minutes east of UTC.
    pub offset: i32,
    /// Called with another order.
    pub on_order: Callback<Order>,
    /// Name of the file that the picture is saved to, without its ending.
    pub saved_as: String,
    /// Rows that are shown, at most.
    pub most: usize,
    /// Where all rows are, if only some are shown.
    #[prop_or_default]
    pub all: Option<Route>,
    /// Id of the view that has a page for each first value.
    #[prop_or_default]
    pub pages: Option<&'static str>,
    /// Title of the chart, if its own says too little.
    #[prop_or_default]
    pub title: Option<&'static str>,
    /// The rows stand below the chart, also those without a value.
    #[prop_or(true)]
    pub has_rows: bool,
    /// The rows of the input are no flows.
    pub is_of_rows: bool,
    /// What is marked where it is drawn over time.
    #[prop_or_default]
    pub changes: Vec<Change>,
}

/// A chart of the answer if it can be drawn, and its rows.
#[component]
pub fn AnswerView(props: &AnswerViewProps) -> Html {
    let AnswerViewProps { answer, mark, offset, title, .. } = props;
    let store = use_store();
    let key = (answer.clone(), *mark, *offset, *title, props.changes.clone());
    let spec = use_memo(key, |(answer, mark, offset, title, marked)| {
        let mut spec = chart::explored(answer, *mark, *offset)?;
        if let Marks::Areas { start_ns, bin_ns, series, changes, .. } = &mut spec.marks {
            let n_bins = series.iter().map(|one| one.values.len()).max().unwrap_or(0);
            *changes = chart::changes_between(
                marked,
                *start_ns,
                start_ns.saturating_add(bin_ns.saturating_mul(n_bins as i64)),
            );
        }
        if let Some(title) = title {
            spec.id = format!("explore-{}", title.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"));
            spec.title = (*title).to_owned();
        }
        Some(spec)
    });
    if answer.rows.is_empty() {
        let is_narrowed =
            !props.filter.passes_all() || store.as_ref().is_some_and(|store| !store.state().selection.passes_all());
        let why = if is_narrowed {
            "Nothing passes the filter and what is selected."
        } else {
            "The file contains nothing of this kind."
        };
        return html! { <p class="placeholder">{ why }</p> };
    }
    let on_pick = pick(answer, *mark, store);
    let label = title.map_or_else(|| "Rows".to_owned(), |title| format!("Rows: {title}"));
    let why = match (mark, spec.is_some()) {
        (Mark::Table | Mark::Tree, _) | (_, true) => None,
        (Mark::Areas | Mark::Lines | Mark::LogLines, _) => Some("Split by time first to see it over time."),
        (Mark::Heat | Mark::Clusters, _) => Some("Split by two dimensions to see a heatmap."),
        (Mark::Boxes, _) => {
            Some("Durations of flows and columns of numbers have quartiles: choose one of these as measure.")
        }
        (Mark::Density, _) => Some("Choose what can be added up, as packets or flows, and split it by a dimension."),
        (Mark::Columns | Mark::Cumulative | Mark::Bars, _) => Some("Split by a dimension to see it drawn."),
    };
    html! {
        <>
            if let Some(spec) = &*spec {
                <Chart spec={spec.clone()} {on_pick} saved_as={props.saved_as.clone()} />
            } else if let Some(why) = why {
                <p class="placeholder">{ why }</p>
            }
            if *mark == Mark::Tree {
                <Tree answer={answer.clone()} filter={props.filter.clone()} {label} />
            } else if props.has_rows || spec.is_none() {
                <Rows answer={answer.clone()} order={props.order} filter={props.filter.clone()} on_order={props.on_order.clone()}
                    most={props.most} is_of_values={!props.has_rows} all={props.all.clone()} pages={props.pages} is_of_rows={props.is_of_rows} {label} />
            }
        </>
    }
}

/// The span of time of a row, if it has one.
fn time_of(answer: &Answer, values: &[crate::model::explore::AnswerValue]) -> Option<(usize, (i64, i64))> {
    use crate::model::explore::ValueKind;
    let mut both = values.iter().zip(&answer.dimensions).enumerate();
    both.find_map(|(nth, (value, head))| match head.scale {
        Scale::Time { width_ns, n, .. } if n > 1 && value.kind == ValueKind::Value => {
            Some((nth, (value.at, value.at.saturating_add(width_ns))))
        }
        _ => None,
    })
}

/// A filter with another one within it.
fn narrowed(filter: &Filter, more: &str) -> Filter {
    let text = if filter.text.trim().is_empty() { more.to_owned() } else { format!("{} {more}", filter.text.trim()) };
    Filter { text, ..filter.clone() }
}
