//! Findings: a list by severity, and one of them in full.

use super::icon::Icon;
use crate::model::{Analysis, Finding, Severity, quantity};
use crate::session::{Route, Shared};
use detail::Detail;
use item::item;
use yew::prelude::*;

mod detail;
mod evidence;
mod filter;
mod item;

/// Findings listed at once; more on demand.
const STEP: usize = 200;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FindingsProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// Id of the finding that is shown in full.
    pub id: Option<String>,
    /// Only findings of this severity.
    pub severity: Option<Severity>,
    /// True while changed settings are being judged.
    pub is_judging: bool,
}

/// List and detail; on narrow screens one at a time.
#[component]
pub fn Findings(props: &FindingsProps) -> Html {
    let all = &props.analysis.findings;
    let listed: Vec<&Finding> = all.iter().filter(|f| props.severity.is_none_or(|s| s == f.severity)).collect();
    let place = props.id.as_ref().and_then(|id| all.iter().position(|finding| finding.id == *id));
    let list = Route::Findings { id: None, severity: props.severity };
    let n_shown = use_state_eq(|| STEP);
    let more = {
        let n_shown = n_shown.clone();
        Callback::from(move |_: MouseEvent| n_shown.set(*n_shown + STEP))
    };
    html! {
        <div class={classes!("findings", props.id.is_some().then_some("has-detail"))} aria-busy={props.is_judging.to_string()}>
            <div class="findings-list">
                <h1>{"Findings"}</h1>
                if all.is_empty() {
                    <p class="placeholder">{"Nothing that does not belong was found with the settings in force."}</p>
                } else {
                    { severities(all, props.severity) }
                    <ol class="items" aria-label="Findings">
                        for finding in listed.iter().take(*n_shown) {
                            { item(finding, props.severity, props.id.as_ref() == Some(&finding.id)) }
                        }
                    </ol>
                    if listed.len() > *n_shown {
                        <button type="button" class="button" onclick={more}>
                            { format!("Show more of {}", quantity::count(listed.len() as u64)) }
                        </button>
                    }
                    if listed.is_empty() {
                        <p class="placeholder">{"No finding has this severity."}</p>
                    }
                }
            </div>
            <div class="findings-detail">
                if props.id.is_some() {
                    <a class="back" href={list.hash()}>{ Icon::Back.html() }{"All findings"}</a>
                }
                if let Some(place) = place {
                    <Detail analysis={props.analysis.clone()} {place} />
                } else if props.id.is_some() {
                    <p class="placeholder">{"This finding is not there any more: with the settings in force nothing is found."}</p>
                } else if !all.is_empty() {
                    <p class="placeholder wide-only">{"Choose a finding to see what was seen, why it matters and what to do."}</p>
                }
            </div>
        </div>
    }
}

/// A filter by severity, as links so that back and forward undo it.
fn severities(all: &[Finding], chosen: Option<Severity>) -> Html {
    let choice = |severity: Option<Severity>| {
        let n = all.iter().filter(|finding| severity.is_none_or(|s| s == finding.severity)).count() as u64;
        let route = Route::Findings { id: None, severity };
        let is_chosen = severity == chosen;
        html! {
            if n > 0 || is_chosen {
                <li>
                    <a class="chip" href={route.hash()} aria-current={is_chosen.then_some("true")}>
                        { severity.map_or("All", Severity::name) }{" "}<span class="count">{ quantity::count(n) }</span>
                    </a>
                </li>
            }
        }
    };
    html! {
        <ul class="chips" aria-label="Severity">
            { choice(None) }
            for severity in Severity::ALL.into_iter().rev() {
                { choice(Some(severity)) }
            }
        </ul>
    }
}
