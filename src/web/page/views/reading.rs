//! A file is being read: how far, how fast, and what is known so far.

use super::overview::Overview;
use super::table_reading::TableReading;
use crate::model::format::{quantity, time};
use crate::protocol::{Progress, Stage};
use crate::session::{Action, Shared, State};
use crate::web::page::hooks::use_action;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::{pair, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ReadingProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// Progress, and partial statistics.
#[component]
pub fn Reading(props: &ReadingProps) -> Html {
    let state = &props.state;
    let cancel = use_action(|_: MouseEvent| Action::Cancel);
    let stop = use_action(|_: MouseEvent| Action::Stop);
    let name = state.file.as_ref().map(|file| plain(&file.name)).unwrap_or_default();
    let is_evaluating = state.progress.as_ref().is_some_and(|progress| progress.stage == Stage::Evaluating);
    html! {
        <div class="reading" data-testid="reading">
            <section class="card progress-card" aria-labelledby="reading-title">
                <h1 id="reading-title">{ format!("Reading {name}") }</h1>
                { bar(state) }
                if let Some(progress) = &state.progress {
                    { figures(progress, state.analysis.as_ref().is_some_and(|analysis| analysis.table.is_some())) }
                }
                <div class="buttons">
                    <button type="button" class="button" onclick={cancel}>{ Icon::Cross.html() }<span>{"Cancel"}</span></button>
                    <button type="button" class="button" onclick={stop} disabled={state.is_stopping || is_evaluating}>
                        { Icon::Stop.html() }<span>{"Stop and show results so far"}</span>
                    </button>
                </div>
            </section>
            if let Some(analysis) = &state.analysis {
                <Overview state={state.clone()} analysis={analysis.clone()} is_partial=true />
                if analysis.table.is_some() {
                    <TableReading state={state.clone()} analysis={analysis.clone()} />
                }
            } else {
                <p class="placeholder">{"First figures appear here in a moment."}</p>
            }
        </div>
    }
}

/// The bar; it has no value while detectors conclude.
fn bar(state: &State) -> Html {
    let value = state.share_done().map(|share| format!("{share:.4}"));
    html! { <progress class="bar" max="1" {value} aria-label="Reading" /> }
}

fn figures(progress: &Progress, is_table: bool) -> Html {
    let what = if is_table { ("Rows", "rows/s") } else { ("Packets", "packets/s") };
    let stage = match progress.stage {
        Stage::Reading if is_table => "Reading rows".to_owned(),
        Stage::Reading => "Reading packets".to_owned(),
        Stage::Evaluating if progress.detector.is_empty() => "Looking for findings".to_owned(),
        Stage::Evaluating => format!("Looking for findings: {}", progress.detector),
        Stage::Hashing => "Computing the SHA-256".to_owned(),
    };
    let bytes = |n: u64| quantity::bytes(n as f64);
    html! {
        <dl class="figures">
            { pair("Stage", stage) }
            { pair("Read", format!("{} of {}", bytes(progress.bytes_done), bytes(progress.bytes_total))) }
            { pair(what.0, quantity::count(progress.packets)) }
            { pair("Rate", format!("{} {}", quantity::count(progress.packets_per_second.max(0.0) as u64), what.1)) }
            { pair("Time left", progress.seconds_left.map_or_else(|| "–".to_owned(), left)) }
        </dl>
    }
}

/// Whole seconds below a minute: the estimate is no better.
fn left(seconds: f64) -> String {
    let seconds = seconds.ceil().max(0.0);
    if seconds < 60.0 { format!("{seconds} s") } else { time::span(time::from_seconds(seconds)) }
}
