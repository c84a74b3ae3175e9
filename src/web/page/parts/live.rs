//! Says to screen readers what happens, seldom enough to be listened to.

use crate::model::format::quantity;
use crate::protocol::Stage;
use crate::session::{Phase, Shared, State};
use yew::prelude::*;

/// Progress is said again when it has grown by this share.
const STEP: f64 = 0.25;

/// What is said.
#[derive(Properties, PartialEq)]
pub struct LiveProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// An invisible status line.
#[component]
pub fn Live(props: &LiveProps) -> Html {
    html! { <p class="unseen" role="status" aria-live="polite">{ words(&props.state) }</p> }
}

fn words(state: &State) -> String {
    match (state.phase, &state.progress, &state.analysis) {
        (Phase::Reading, Some(progress), _) if progress.stage == Stage::Evaluating => {
            "Looking for findings.".to_owned()
        }
        (Phase::Reading, _, _) => {
            let steps = (state.share_done().unwrap_or(0.0) / STEP).floor();
            format!("Reading: {:.0} percent.", steps * STEP * 100.0)
        }
        (Phase::Ready, _, Some(_)) if state.is_evaluating => "Evaluating again.".to_owned(),
        (Phase::Ready, _, Some(analysis)) => {
            let findings = quantity::counted(analysis.findings.len() as u64, "finding", "findings");
            let of_what = match &analysis.table {
                Some(table) => quantity::counted(table.rows, "row", "rows"),
                None => quantity::counted(analysis.summary.packets, "packet", "packets"),
            };
            format!("Analysis complete: {findings} in {of_what}.")
        }
        _ => String::new(),
    }
}
