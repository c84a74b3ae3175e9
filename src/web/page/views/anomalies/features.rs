//! The features by group, each with its distribution; those that are withheld say why.

use crate::model::format::quantity;
use crate::protocol::anomalies::{AnomalyFeature, Withheld};
use crate::session::{Anomalies, AnomalyAction, Shared};
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct FeaturesProps {
    /// Choices and result.
    pub it: Shared<Anomalies>,
    /// Called with what people do.
    pub on_action: Callback<AnomalyAction>,
}

/// The features.
#[component]
pub fn Features(props: &FeaturesProps) -> Html {
    // A list of a hundred pictures is built when it is wanted.
    let is_open = use_state_eq(|| false);
    let it = &props.it;
    let Some(offer) = &it.offer else { return Html::default() };
    let n = offer.features.iter().filter(|feature| it.has_feature(feature)).count();
    let n_labels = offer.features.iter().filter(|feature| matches!(feature.withheld, Some(Withheld::Label(_)))).count();
    let ontoggle = {
        let is_open = is_open.clone();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<web_sys::Element>();
            is_open.set(details.is_some_and(|details| details.has_attribute("open")));
        })
    };
    let mut groups: Vec<&str> = Vec::new();
    for feature in &offer.features {
        if !groups.contains(&feature.group.as_str()) {
            groups.push(&feature.group);
        }
    }
    html! {
        <details class="choice-part" {ontoggle}>
            <summary>{ format!("Features: {n} of {}", offer.features.len()) }</summary>
            if n_labels > 0 {
                <p class="hint">
                    { format!("{} held for labels and not looked at.", quantity::counted(n_labels as u64, "column is", "columns are")) }
                </p>
            }
            if let Some(n) = offer.sampled {
                <p class="hint">{ format!("The distributions are of {} rows, taken at random.", quantity::count(n)) }</p>
            }
            if let Some(note) = &offer.note {
                <p class="hint">{ note.clone() }</p>
            }
            if *is_open {
                for name in groups {
                    { group(it, &offer.features, name, &props.on_action) }
                }
            }
        </details>
    }
}

fn group(it: &Shared<Anomalies>, features: &[AnomalyFeature], name: &str, on_action: &Callback<AnomalyAction>) -> Html {
    let own: Vec<&AnomalyFeature> = features.iter().filter(|feature| feature.group == name).collect();
    let n = own.iter().filter(|feature| it.has_feature(feature)).count();
    let all = |is_wanted: bool| {
        let (it, names) = (it.clone(), own.iter().map(|feature| feature.name.clone()).collect::<Vec<_>>());
        on_action.reform(move |_: MouseEvent| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            AnomalyAction::Choose(it.with_features(&names, is_wanted))
        })
    };
    html! {
        <section class="feature-group" aria-label={name.to_owned()}>
            <div class="feature-head">
                <h3>{ format!("{name}: {n} of {}", own.len()) }</h3>
                <button type="button" class="button quiet" onclick={all(true)} disabled={n == own.len()}
                    aria-label={format!("Look at all of {name}")}>{"All"}</button>
                <button type="button" class="button quiet" onclick={all(false)} disabled={n == 0}
                    aria-label={format!("Look at none of {name}")}>{"None"}</button>
            </div>
            <ul class="feature-list">
                for feature in own.iter() {
                    { line(it, feature, on_action) }
                }
            </ul>
        </section>
    }
}

fn line(it: &Shared<Anomalies>, feature: &AnomalyFeature, on_action: &Callback<AnomalyAction>) -> Html {
    let is_chosen = it.has_feature(feature);
    let onchange = {
        let (it, name) = (it.clone(), feature.name.clone());
        on_action.reform(move |_: Event| AnomalyAction::Choose(it.with_features(&[name.as_str()], !is_chosen)))
    };
    let why = match &feature.withheld {
        Some(Withheld::Label(why)) => Some(format!("Held for a label. {why}")),
        Some(Withheld::Identity(why)) => Some(why.clone()),
        None => None,
    };
    html! {
        <li key={feature.name.clone()} title={(!feature.formula.is_empty()).then(|| feature.formula.clone())}>
            <label class="tick">
                <input type="checkbox" checked={is_chosen} {onchange} />
                <span class="feature-name">{ data(&feature.name) }</span>
            </label>
            { picture(&feature.histogram) }
            <span class="hint feature-words">{ words(feature) }</span>
            if let Some(why) = why {
                <span class="hint feature-why">{ plain(&why) }</span>
            }
        </li>
    }
}

fn words(feature: &AnomalyFeature) -> String {
    let missing =
        if feature.n_missing > 0 { format!("; {} missing", quantity::count(feature.n_missing)) } else { String::new() };
    let word = |value: f64| quantity::amount(value, &feature.unit);
    match (&feature.figures, feature.n_texts) {
        (Some([low, _, _, _, high]), _) if low == high => format!("always {}{missing}", word(*low)),
        (Some([low, _, median, _, high]), _) => {
            format!("{} to {}, median {}{missing}", word(*low), word(*high), word(*median))
        }
        (None, Some(n)) => format!("{}{missing}", quantity::counted(n, "text", "texts")),
        (None, None) if feature.is_described => "no values".to_owned(),
        (None, None) => String::new(),
    }
}

/// A distribution as bars, their heights by the logarithm.
fn picture(histogram: &[u32]) -> Html {
    let most = f64::from(histogram.iter().copied().max().unwrap_or(0));
    html! {
        <svg class="spark" viewBox="0 0 72 20" preserveAspectRatio="none" aria-hidden="true">
            for (place, count) in histogram.iter().enumerate().filter(|(_, count)| **count > 0) {
                { {
                    let tall = (f64::from(*count) + 1.0).ln() / (most + 1.0).ln() * 20.0;
                    html! {
                        <rect x={(place * 3).to_string()} y={format!("{:.1}", 20.0 - tall)} width="2.4" height={format!("{tall:.1}")} />
                    }
                } }
            }
        </svg>
    }
}
