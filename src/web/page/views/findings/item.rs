//! A finding in the list.

use crate::model::format::quantity;
use crate::model::{Analysis, Finding, Severity};
use crate::session::Route;
use crate::web::page::parts::icon::severity_badge;
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// One line of the list, a link to the finding.
pub fn item(finding: &Finding, severity: Option<Severity>, is_chosen: bool, analysis: &Analysis) -> Html {
    let route = Route::Findings { id: Some(finding.id.clone()), severity };
    let amount = match (finding.n_flows, finding.n_packets) {
        (0, 0) => String::new(),
        (0, packets) => format!(" · {}", quantity::counted(packets, "packet", "packets")),
        (flows, _) => format!(" · {}", quantity::counted(flows, "flow", "flows")),
    };
    let annotation = analysis.annotations.get(&finding.id);
    let verdict = annotation.and_then(|annotation| annotation.verdict);
    html! {
        <li key={finding.id.clone()}>
            <a class="item" href={route.hash()} aria-current={is_chosen.then_some("true")}>
                <span class="item-head">
                    { severity_badge(finding.severity) }
                    if let Some(verdict) = verdict {
                        <span class={classes!("verdict", format!("verdict-{}", verdict.id()))}>{ verdict.name() }</span>
                    }
                    if annotation.is_some_and(|annotation| !annotation.note.is_empty()) {
                        <span class="verdict">{"Note"}</span>
                    }
                </span>
                <span class="item-title">{ plain(&finding.title) }</span>
                <span class="item-more">{ format!("{}{amount}", category(finding)) }</span>
            </a>
        </li>
    }
}

/// The kind of a finding in words: `Brute force`.
pub fn category(finding: &Finding) -> String {
    let words = finding.category.id().replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
