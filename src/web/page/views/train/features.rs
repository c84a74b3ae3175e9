//! The features that are learnt from; those that are held for labels, or say whose a row is, say why they are not.

use crate::model::format::quantity;
use crate::session::Shared;
use crate::session::training::{Training, TrainingAction};
use crate::web::page::parts::text::{data, plain};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct TrainFeaturesProps {
    /// Choices and result.
    pub it: Shared<Training>,
    /// Called with what people do.
    pub on_action: Callback<TrainingAction>,
}

/// The features.
#[component]
pub fn Features(props: &TrainFeaturesProps) -> Html {
    let is_open = use_state_eq(|| false);
    let it = &props.it;
    let Some(offer) = &it.offer else { return Html::default() };
    let n = offer.features.iter().filter(|(name, _, why)| it.has_feature(name, why.is_some())).count();
    let held = offer.features.iter().filter(|(.., why)| why.is_some()).count() as u64;
    let ontoggle = {
        let is_open = is_open.setter();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<web_sys::Element>();
            is_open.set(details.is_some_and(|details| details.has_attribute("open")));
        })
    };
    html! {
        <details class="choice-part" {ontoggle}>
            <summary>{ format!("Features: {n} of {}", offer.features.len()) }</summary>
            if held > 0 {
                <p class="hint">
                    { format!("{} not learnt from unless you say so: labels, and what says who, when or which row it was.",
                        quantity::counted(held, "column is", "columns are")) }
                </p>
            }
            if *is_open {
                <ul class="feature-list">
                    for (name, _, why) in offer.features.iter() {
                        { line(it, name, why.as_deref(), &props.on_action) }
                    }
                </ul>
            }
        </details>
    }
}

fn line(it: &Shared<Training>, name: &str, why: Option<&str>, on_action: &Callback<TrainingAction>) -> Html {
    let is_chosen = it.has_feature(name, why.is_some());
    let onchange = {
        let (it, name, is_withheld) = (it.clone(), name.to_owned(), why.is_some());
        on_action.reform(move |_: Event| TrainingAction::Choose(it.with_feature(&name, is_withheld, !is_chosen)))
    };
    html! {
        <li key={name.to_owned()}>
            <label class="tick">
                <input type="checkbox" checked={is_chosen} {onchange} />
                <span class="feature-name">{ data(name) }</span>
            </label>
            if let Some(why) = why {
                <span class="hint feature-why">{ plain(why) }</span>
            }
        </li>
    }
}
