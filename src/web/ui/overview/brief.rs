//! Findings in short: how many of each severity, and the first few.

use crate::model::{Analysis, Severity, quantity};
use crate::session::{Route, Shared};
use crate::web::ui::hooks::use_clock;
use crate::web::ui::icon::{severity_badge, severity_shape};
use crate::web::ui::incidents;
use crate::web::ui::text::plain;
use yew::prelude::*;

/// Findings listed here; the rest is one link away.
const MOST: usize = 8;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct BriefProps {
    /// The analysis.
    pub analysis: Shared<Analysis>,
}

/// Findings in short.
#[component]
pub fn Brief(props: &BriefProps) -> Html {
    let clock = use_clock();
    let findings = &props.analysis.findings;
    if findings.is_empty() {
        return nothing(&props.analysis);
    }
    html! {
        <section class="card brief" aria-labelledby="brief-title">
            <h2 id="brief-title">{ quantity::counted(findings.len() as u64, "finding", "findings") }</h2>
            <ul class="severities" aria-label="Findings by severity">
                for severity in Severity::ALL.into_iter().rev() {
                    { severity_count(&props.analysis, severity) }
                }
            </ul>
            { incidents::list(&props.analysis, clock, None) }
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
            { remarks(&props.analysis) }
        </section>
    }
}

/// What the reader must know of how these findings came about: what is set apart, what was changed.
fn remarks(analysis: &Analysis) -> Html {
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

fn severity_count(analysis: &Analysis, severity: Severity) -> Html {
    let n = analysis.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
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
    let n_ran = analysis.runs.iter().filter(|run| run.not_enough_data.is_none()).count();
    let n_idle = analysis.runs.len() - n_ran;
    html! {
        <section class="card brief" aria-labelledby="brief-title">
            <h2 id="brief-title">{"No findings"}</h2>
            <p>
                { format!("{} looked at this capture and found {}.", quantity::counted(n_ran as u64, "detector", "detectors"),
                    if analysis.expected.is_empty() { "nothing that does not belong" } else { "nothing but what is expected here" }) }
                if n_idle > 0 {
                    { format!(" {} had not enough data to judge; ", quantity::count(n_idle as u64)) }
                    <a href={Route::Settings.hash()}>{"see why"}</a>{"."}
                }
            </p>
            { remarks(analysis) }
            <p class="hint">
                {"That is no proof that all is well: only what the capture holds can be seen, and only what the detectors \
                  know is looked for."}
            </p>
        </section>
    }
}
