//! Findings in short: how many of each severity, and the first few.

use crate::model::coverage::DetectorCoverage;
use crate::model::format::quantity;
use crate::model::slowness::Slowness;
use crate::model::{Analysis, Finding, Severity};
use crate::pipeline;
use crate::session::{Clock, FindingsLeft, Route, Shared};
use crate::web::page::hooks::use_clock;
use crate::web::page::parts::findings_left::LeftNote;
use crate::web::page::parts::icon::{severity_badge, severity_shape};
use crate::web::page::parts::incidents;
use crate::web::page::parts::terms::explained;
use crate::web::page::parts::text::{moment_with_zone, plain};
use yew::prelude::*;

/// Findings listed here; the rest is one link away.
const MOST: usize = 8;
/// Causes of a slow network that are linked here.
const MOST_CAUSES: usize = 3;
/// Reasons for which detectors rest that are listed here; the settings have all.
const MOST_REASONS: usize = 4;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct BriefProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
    /// What a selection leaves of the findings.
    pub left: FindingsLeft,
}

/// Findings in short.
#[component]
pub fn Brief(props: &BriefProps) -> Html {
    let clock = use_clock();
    let all = &props.analysis.findings;
    if all.is_empty() {
        return nothing(&props.analysis);
    }
    let left = &props.left;
    let findings = left.findings(&props.analysis);
    let is_whole = *left == FindingsLeft::All;
    html! {
        <section class="card brief" aria-labelledby="brief-title">
            <h2 id="brief-title">{ quantity::counted(findings.len() as u64, "finding", "findings") }</h2>
            <ul class="severities" aria-label="Findings by severity">
                for severity in Severity::ALL.into_iter().rev() {
                    { severity_count(&findings, severity) }
                }
            </ul>
            <LeftNote left={left.clone()} counts={(findings.len(), all.len())} />
            if is_whole {
                { slowness(&props.analysis, clock) }
            }
            { incidents::list(&props.analysis, &left.incidents(&props.analysis), clock, None) }
            <ol class="brief-list">
                for finding in findings.iter().take(MOST) {
                    <li key={finding.id.clone()}>
                        <a href={Route::findings(Some(&finding.id)).hash()}>
                            { severity_badge(finding.severity) }<span class="brief-text">{ plain(&finding.title) }</span>
                        </a>
                    </li>
                }
            </ol>
            if findings.len() > MOST {
                <p>
                    <a href={Route::findings(None).hash()}>
                        { format!("All {} findings", quantity::count(findings.len() as u64)) }
                    </a>
                </p>
            }
            { annotations(&props.analysis) }
        </section>
    }
}

/// What the reader must know of how these findings came about: what is set apart, what was changed.
fn annotations(analysis: &Analysis) -> Html {
    let (n_expected, n_changed) = (analysis.expected.len() as u64, analysis.changed_settings.len() as u64);
    let expected = quantity::counted(n_expected, "finding is expected here", "findings are expected here");
    let changed = quantity::counted(n_changed, "setting differs", "settings differ");
    html! {
        <>
            if n_expected > 0 {
                <p class="hint"><a href={Route::findings(None).hash()}>{ expected }</a>{"."}</p>
            }
            if n_changed > 0 {
                <p class="hint">
                    <a href={Route::Settings.hash()}>{ changed }</a>{ " from the defaults" }
                    { if analysis.shows_secrets { "; secrets are shown." } else { "." } }
                </p>
            }
        </>
    }
}

/// What administrators want to know first: whether the network is slow, for whom, since when and by whose fault.
fn slowness(analysis: &Analysis, clock: Clock) -> Html {
    // The summary above says it where it is slow.
    let Some(slowness) = Slowness::of(analysis).filter(|one| !matches!(one, Slowness::Slow { .. })) else {
        return Html::default();
    };
    let findings = slowness.findings();
    html! {
        <p class="slowness">
            <strong>{"Is the network slow?"}</strong>{" "}
            { plain(&slowness.words(|ns| moment_with_zone(ns, clock))) }
            for finding in findings.iter().take(MOST_CAUSES) {
                {" "}<a href={Route::findings(Some(&finding.id)).hash()}>{ plain(&finding.title) }</a>{"."}
            }
            if findings.len() > MOST_CAUSES {
                { format!(" And {} more.", quantity::count((findings.len() - MOST_CAUSES) as u64)) }
            }
        </p>
    }
}

fn severity_count(findings: &[&Finding], severity: Severity) -> Html {
    let n = findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let inside = html! {
        <>
            { severity_shape(severity) }
            <span class="severity-count">{ quantity::count(n) }</span>
            <span>{ severity.name() }</span>
        </>
    };
    let class = classes!("severity", format!("sev-{}", severity.id()), (n == 0).then_some("none"));
    if n == 0 {
        return html! { <li {class}>{ inside }</li> };
    }
    let route = Route::Findings { id: None, severity: Some(severity) };
    html! { <li {class}><a href={route.hash()}>{ inside }</a></li> }
}

/// No findings is an answer too: it says what was looked at.
fn nothing(analysis: &Analysis) -> Html {
    let looked = DetectorCoverage::of(analysis);
    let name = |id: &str| {
        let card = pipeline::cards().into_iter().map(|(card, _)| card).find(|card| card.id == id);
        card.map_or(id, |card| card.name).to_owned()
    };
    let found = match (looked.ran.is_empty(), analysis.expected.is_empty()) {
        (true, _) => "",
        (_, true) => " and found nothing",
        (_, false) => " and found only what is expected here",
    };
    let many = |ids: &Vec<&str>| quantity::counted(ids.len() as u64, "detector without data", "detectors without data");
    html! {
        <section class="card brief" aria-labelledby="brief-title">
            <h2 id="brief-title">{ explained("No findings") }</h2>
            <p>
                { format!("{}{found}.", looked.words(name)) }
                if looked.n_not_evaluated() > 0 {
                    if analysis.table.is_none() {
                        { format!(" {} did not have enough data;", quantity::count(looked.n_not_evaluated())) }
                    }
                    {" "}<a href={Route::Settings.hash()}>{"See why"}</a>{"."}
                }
            </p>
            if analysis.table.is_some() {
                <ul class="rests">
                    for (why, ids) in looked.not_evaluated.iter().take(MOST_REASONS) {
                        <li>{ format!("{}: {}", many(ids), plain(why)) }</li>
                    }
                </ul>
            }
            { annotations(analysis) }
        </section>
    }
}
