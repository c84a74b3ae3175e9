//! Incidents: findings that belong together, each with its steps as links.

use super::icon::severity_shape;
use super::text::{moment, plain};
use crate::model::{Analysis, Incident};
use crate::session::{Clock, Route};
use yew::prelude::*;

/// Incidents as a list; nothing if there is none.
pub fn list(analysis: &Analysis, incidents: &[&Incident], clock: Clock, chosen: Option<&str>) -> Html {
    if incidents.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="incidents" aria-label="Incidents">
            for incident in incidents {
                <li key={incident.id.clone()}>{ one(analysis, incident, clock, chosen) }</li>
            }
        </ul>
    }
}

/// An incident in a sentence, with its findings in order of time.
pub fn one(analysis: &Analysis, incident: &Incident, clock: Clock, chosen: Option<&str>) -> Html {
    let findings = incident.findings.iter().filter_map(|id| analysis.finding(id));
    html! {
        <div class={classes!("incident", format!("sev-line-{}", incident.severity.id()))}>
            <p>{ severity_shape(incident.severity) }<span class="incident-text">{ plain(&incident.sentence) }</span></p>
            <ol>
                for finding in findings {
                    <li>
                        if finding.has_time() {
                            <span class="item-more">{ time_of_day(finding.start_ns, clock) }</span>{" "}
                        }
                        <a href={Route::findings(Some(&finding.id)).hash()}
                            aria-current={(chosen == Some(finding.id.as_str())).then_some("step")}>
                            { plain(&finding.title) }
                        </a>
                    </li>
                }
            </ol>
        </div>
    }
}

fn time_of_day(ns: i64, clock: Clock) -> String {
    let text = moment(ns, clock);
    text.get(11..19).unwrap_or(&text).to_owned()
}
