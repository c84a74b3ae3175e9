//! What each method looks for and when it fails, and what was done to the features before.

use crate::model::format::quantity;
use crate::session::{Anomalies, Shared};
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct MethodNotesProps {
    /// Choices and result.
    pub it: Shared<Anomalies>,
}

/// Methods and steps.
#[component]
pub fn MethodNotes(props: &MethodNotesProps) -> Html {
    let Some(result) = &props.it.result else { return Html::default() };
    let known = props.it.offer.as_ref();
    let (one, many) = result.choice.scope.nouns();
    let is_teaching = props.it.profile().is_some_and(|profile| profile.id == "teaching");
    html! {
        <section class="card method-notes" aria-labelledby="notes-title">
            <h2 id="notes-title">{"How this was found"}</h2>
            <p>
                { format!("{} by {}", quantity::counted(result.n_rows, one, many),
                    quantity::counted(result.features.len() as u64, "feature", "features")) }
                if result.n_rows < result.n_all {
                    { format!(", a random sample of {}", quantity::count(result.n_all)) }
                }
                { match result.methods.len() {
                    1 => "; the score is the method's own, scaled so that one row in a hundred reaches 0.5.".to_owned(),
                    n => format!("; the score is the mean of the ranks that {n} methods give, from 0 to 1."),
                } }
            </p>
            for (label, why) in result.left_out.iter() {
                <p class="warning">{ format!("{label} is left out: {why}") }</p>
            }
            for method in result.methods.iter() {
                <details open={is_teaching}>
                    <summary>{ method.label.clone() }</summary>
                    if let Some(of) = known.and_then(|offer| offer.methods.iter().find(|of| of.id == method.id)) {
                        <p>{ of.help.clone() }</p>
                        <p>{ format!("Misses: {}", of.fails) }</p>
                        <p class="hint">{ format!("Reasons: {} {}", of.explains, of.source) }</p>
                    }
                    if let Some(sample) = &method.sample {
                        <p class="hint">{ sample.clone() }</p>
                    }
                </details>
            }
            <details open={is_teaching}>
                <summary>{ format!("Preparation: {}", quantity::counted(result.steps.len() as u64, "step", "steps")) }</summary>
                <p class="hint">
                    {"Every feature is centred at its median and divided by the distance of its quartiles, then scaled to deviation 1."}
                </p>
                <ul>
                    for step in result.steps.iter() {
                        <li>{ plain(step) }</li>
                    }
                </ul>
            </details>
            <details>
                <summary>{ format!("The {} compared", quantity::counted(result.features.len() as u64, "feature", "features")) }</summary>
                <p>{ result.features.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", ") }</p>
            </details>
        </section>
    }
}
