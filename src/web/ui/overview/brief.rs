//! Findings in short: how many of each severity, and the first few.

use crate::model::{Analysis, Severity, quantity};
use crate::session::{Route, Shared};
use crate::web::ui::icon::{severity_badge, severity_shape};
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
        </section>
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
                { format!("{} looked at this capture and found nothing that does not belong.",
                    quantity::counted(n_ran as u64, "detector", "detectors")) }
                if n_idle > 0 {
                    { format!(" {} had not enough data to judge; ", quantity::count(n_idle as u64)) }
                    <a href={Route::Settings.hash()}>{"see why"}</a>{"."}
                }
            </p>
            <p class="hint">
                {"That is no proof that all is well: only what the capture holds can be seen, and only what the detectors \
                  know is looked for."}
            </p>
        </section>
    }
}
