//! Findings: a list by severity, and one of them in full.

use crate::model::format::quantity;
use crate::model::{Analysis, Finding, Severity};
use crate::session::{FindingsLeft, Route, Shared, State};
use crate::web::page::hooks::use_clock;
use crate::web::page::parts::findings_left::{LeftNote, use_findings_left};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::incidents;
use detail::Detail;
use item::item;
use yew::prelude::*;

mod assess;
mod detail;
mod evidence;
mod expect;
mod filter;
mod item;

/// Findings listed at once; more on demand.
const STEP: usize = 200;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FindingsProps {
    /// The page's state.
    pub state: Shared<State>,
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// Id of the finding that is shown in full.
    pub id: Option<String>,
    /// Only findings of this severity.
    pub severity: Option<Severity>,
}

/// List and detail; on narrow screens one at a time.
#[component]
pub fn Findings(props: &FindingsProps) -> Html {
    let all = &props.analysis.findings;
    let left = use_findings_left(&props.state);
    let selected = left.findings(&props.analysis);
    let is_shown = |finding: &&Finding| props.severity.is_none_or(|severity| severity == finding.severity);
    let listed: Vec<&Finding> = selected.iter().copied().filter(is_shown).collect();
    let clock = use_clock();
    let chosen = props.id.as_deref();
    let is_there = chosen.is_some_and(|id| props.analysis.finding(id).is_some());
    let list = Route::Findings { id: None, severity: props.severity };
    let n_shown = use_state_eq(|| STEP);
    let more = {
        let n_shown = n_shown.clone();
        Callback::from(move |_: MouseEvent| n_shown.set(*n_shown + STEP))
    };
    html! {
        <div class={classes!("findings", props.id.is_some().then_some("has-detail"), all.is_empty().then_some("is-empty"))} aria-busy={props.state.is_evaluating.to_string()}>
            <div class="findings-list">
                <h1>{"Findings"}</h1>
                if all.is_empty() {
                    <p class="placeholder">
                        if props.analysis.expected.is_empty() {
                            {"No findings with the current settings."}
                        } else {
                            {"Only expected findings."}
                        }
                    </p>
                } else {
                    <LeftNote left={left.clone()} counts={(selected.len(), all.len())} />
                    { severities(&selected, props.severity) }
                    { incidents::list(&props.analysis, &left.incidents(&props.analysis), clock, chosen) }
                    <ol class="items" aria-label="Findings">
                        for finding in listed.iter().take(*n_shown) {
                            { item(finding, props.severity, chosen == Some(&finding.id), &props.analysis) }
                        }
                    </ol>
                    if listed.len() > *n_shown {
                        <button type="button" class="button" onclick={more}>
                            { format!("Show more of {}", quantity::count(listed.len() as u64)) }
                        </button>
                    }
                    if listed.is_empty() && left != FindingsLeft::Asked {
                        <p class="placeholder">{ if selected.is_empty() { "No finding is in the selection." } else { "No finding has this severity." } }</p>
                    }
                }
                { expected(&props.analysis, chosen) }
            </div>
            <div class="findings-detail">
                if props.id.is_some() {
                    <a class="back" href={list.hash()}>{ Icon::Back.html() }{"All findings"}</a>
                }
                if let Some(id) = props.id.clone().filter(|_| is_there) {
                    <Detail analysis={props.analysis.clone()} {id} is_chosen=true />
                } else if props.id.is_some() {
                    <p class="placeholder">{"This finding no longer exists: the current settings do not produce it."}</p>
                } else if let Some(first) = listed.first() {
                    // Where there is room beside the list, nobody has to choose to read something.
                    <div class="wide-only">
                        <Detail analysis={props.analysis.clone()} id={first.id.clone()} is_chosen=false />
                    </div>
                }
            </div>
        </div>
    }
}

/// What the allow-list sets apart, folded unless one of it is shown.
fn expected(analysis: &Shared<Analysis>, chosen: Option<&str>) -> Html {
    let n = analysis.expected.len();
    if n == 0 {
        return Html::default();
    }
    let is_open = chosen.is_some_and(|id| analysis.rule_of(id).is_some());
    html! {
        <details class="expected-list" open={is_open}>
            <summary>{ format!("{} expected here", quantity::counted(n as u64, "finding is", "findings are")) }</summary>
            <ol class="items" aria-label="Expected here">
                for one in analysis.expected.iter().take(STEP) {
                    { item(&one.finding, None, chosen == Some(&one.finding.id), analysis) }
                }
            </ol>
            if n > STEP {
                <p class="hint">{ format!("The first {STEP} of {}.", quantity::count(n as u64)) }</p>
            }
        </details>
    }
}

/// A filter by severity, as links so that back and forward undo it.
fn severities(all: &[&Finding], chosen: Option<Severity>) -> Html {
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
