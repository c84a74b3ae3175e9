//! What is learnt from and how: scope, profile, methods, features, and the rest.

use super::features::Features;
use super::keep_choices::KeepChoices;
use crate::maths::sorting::Arrange;
use crate::model::format::quantity;
use crate::protocol::anomalies::{
    AnomalyChoice, AnomalyMethod, AnomalyOffer, AnomalyParameter, AnomalyScope, PROFILES, Withheld,
};
use crate::session::{Anomalies, AnomalyAction, Shared};
use crate::web::page::parts::form::{chosen, progress, typed};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct ChoicesProps {
    /// Choices and result.
    pub it: Shared<Anomalies>,
    /// Called with what people do.
    pub on_action: Callback<AnomalyAction>,
    /// Begins to learn.
    pub on_learn: Callback<()>,
    /// Stops it.
    pub on_cancel: Callback<()>,
}

/// All that can be chosen.
#[component]
pub fn Choices(props: &ChoicesProps) -> Html {
    let ChoicesProps { it, on_action, .. } = props;
    let offer = it.offer.as_ref();
    html! {
        <section class="card anomaly-choices" aria-label="Choices">
            { scope(it, on_action) }
            { profiles(it, on_action) }
            if let Some(offer) = offer {
                { methods(it, offer, on_action) }
                <Features it={it.clone()} on_action={on_action.clone()} />
                { more(it, offer, on_action) }
            }
            { run(props) }
            <KeepChoices it={it.clone()} on_action={on_action.clone()} />
        </section>
    }
}

/// Turns a change of the choice into an action.
pub fn choose<E: 'static>(
    it: &Shared<Anomalies>,
    on_action: &Callback<AnomalyAction>,
    change: impl Fn(&mut AnomalyChoice, E) + 'static,
) -> Callback<E> {
    let it = it.clone();
    on_action.reform(move |event: E| {
        let mut choice = it.choice.clone();
        change(&mut choice, event);
        AnomalyAction::Choose(choice)
    })
}

fn scope(it: &Shared<Anomalies>, on_action: &Callback<AnomalyAction>) -> Html {
    let onchange = choose(it, on_action, |choice, event: Event| {
        if let Some(scope) = chosen(&event).and_then(|id| AnomalyScope::from_id(&id)) {
            choice.scope = scope;
        }
    });
    let count = |scope| it.scopes.iter().find(|(of, _)| *of == scope).map(|(_, n)| *n);
    let is_offered = |scope: &AnomalyScope| count(*scope).is_some() || *scope == it.choice.scope;
    let offered = AnomalyScope::ALL.into_iter().filter(is_offered);
    html! {
        <div class="field">
            <label for="anomaly-scope">{"What is compared"}</label>
            <select id="anomaly-scope" {onchange} disabled={it.progress.is_some()}>
                for scope in offered {
                    <option key={scope.id()} value={scope.id()} selected={scope == it.choice.scope}>
                        { match count(scope) {
                            Some(n) => quantity::counted(n, scope.nouns().0, scope.nouns().1),
                            None => scope.nouns().1.to_owned(),
                        } }
                    </option>
                }
            </select>
        </div>
    }
}

fn profiles(it: &Shared<Anomalies>, on_action: &Callback<AnomalyAction>) -> Html {
    let now = it.profile();
    html! {
        <fieldset class="field">
            <legend>{"Profile"}</legend>
            <div class="chips" role="radiogroup" aria-label="Profile">
                for profile in PROFILES.iter() {
                    { {
                        let is_chosen = now.is_some_and(|now| now.id == profile.id);
                        let onchange = on_action.reform(|_: Event| AnomalyAction::Profile(profile.id));
                        html! {
                            <label class={classes!("chip", "pick", is_chosen.then_some("chosen-pick"))} title={profile.help}>
                                <input type="radio" name="anomaly-profile" checked={is_chosen} {onchange} />{ profile.label }
                            </label>
                        }
                    } }
                }
            </div>
            <p class="hint">{ now.map_or("Your own choice of methods and rows.", |profile| profile.help) }</p>
        </fieldset>
    }
}

fn methods(it: &Shared<Anomalies>, offer: &AnomalyOffer, on_action: &Callback<AnomalyAction>) -> Html {
    let n = offer.methods.iter().filter(|method| it.has_method(&method.id)).count();
    html! {
        <details class="choice-part">
            <summary>{ format!("Methods: {n} of {}", offer.methods.len()) }</summary>
            <p class="hint">{"With several, the score is the mean of the ranks that each gives."}</p>
            <ul class="method-list">
                for method in offer.methods.iter() {
                    { self::method(it, method, on_action) }
                }
            </ul>
        </details>
    }
}

fn method(it: &Shared<Anomalies>, method: &AnomalyMethod, on_action: &Callback<AnomalyAction>) -> Html {
    let is_chosen = it.has_method(&method.id);
    let onchange = {
        let (it, id) = (it.clone(), method.id.clone());
        on_action.reform(move |_: Event| AnomalyAction::Choose(it.with_method(&id)))
    };
    let help = format!("method-{}-help", method.id);
    html! {
        <li key={method.id.clone()}>
            <label class="tick">
                <input type="checkbox" checked={is_chosen} {onchange} aria-describedby={help.clone()} />
                <span>{ method.label.clone() }<span class="hint">{ format!(" {}", method.cost) }</span></span>
            </label>
            <details class="method-help">
                <summary aria-label={format!("About it: {}", method.label)}>{"About it"}</summary>
                <p id={help}>{ method.help.clone() }</p>
                <p>{ format!("Misses: {}", method.fails) }</p>
                <p class="hint">{ method.source.clone() }</p>
                if is_chosen {
                    for parameter in method.parameters.iter() {
                        { self::parameter(it, parameter, on_action) }
                    }
                }
            </details>
        </li>
    }
}

fn parameter(it: &Shared<Anomalies>, of: &AnomalyParameter, on_action: &Callback<AnomalyAction>) -> Html {
    let [low, default, high] = of.range;
    let value = it.choice.parameters.iter().find(|(id, _)| *id == of.id).map_or(default, |(_, value)| *value);
    let id = of.id.clone();
    let onchange = choose(it, on_action, move |choice, event: Event| {
        choice.parameters.retain(|(other, _)| *other != id);
        if let Some(value) = typed(&event).map(|value| value.clamp(low, high)).filter(|value| *value != default) {
            choice.parameters.push((id.clone(), value));
            choice.parameters.arrange_by(|a, b| a.0.cmp(&b.0));
        }
    });
    html! {
        <div class="field" key={of.id.clone()}>
            <label for={of.id.clone()}>{ of.label.clone() }</label>
            <div class="field-line">
                <input id={of.id.clone()} type="number" step="any" min={low.to_string()} max={high.to_string()}
                    value={value.to_string()} {onchange} title={of.help.clone()} />
                <span class="unit">{ of.unit.clone() }</span>
            </div>
        </div>
    }
}

fn more(it: &Shared<Anomalies>, offer: &AnomalyOffer, on_action: &Callback<AnomalyAction>) -> Html {
    let choice = &it.choice;
    let seed = choose(it, on_action, |choice, event: Event| {
        choice.seed = typed(&event).map_or(choice.seed, |seed| seed.clamp(0.0, 4_294_967_295.0) as u64);
    });
    let rows = choose(it, on_action, |choice, event: Event| {
        choice.most_rows = typed(&event).map_or(choice.most_rows, |n| n.clamp(10.0, 5e6) as u32);
    });
    let share = choose(it, on_action, |choice, event: Event| {
        choice.share = typed(&event).map_or(choice.share, |share| (share / 100.0).clamp(1e-5, 0.5));
    });
    let window = choose(it, on_action, |choice, event: Event| {
        choice.window_seconds = typed(&event).map_or(0.0, |seconds| seconds.clamp(0.001, 1e7));
    });
    let label = choose(it, on_action, |choice, event: Event| {
        choice.label = chosen(&event).filter(|name| !name.is_empty());
    });
    let is_label = |withheld: &Option<Withheld>| matches!(withheld, Some(Withheld::Label(_)));
    let labels: Vec<&str> =
        offer.features.iter().filter(|of| is_label(&of.withheld)).map(|of| of.name.as_str()).collect();
    html! {
        <details class="choice-part">
            <summary>{"Seed, sample, share"}</summary>
            { number("anomaly-seed", "Seed", choice.seed as f64, "", seed, "Random choices start from it: the same seed gives the same result.") }
            { number("anomaly-rows", "Most rows", choice.most_rows.into(), "rows", rows, "Of more, a random sample is compared, and that is said.") }
            { number("anomaly-share", "Share that may be unusual", choice.share * 100.0, "%", share, "For the threshold that is proposed by share.") }
            if choice.scope == AnomalyScope::Windows {
                { number("anomaly-window", "Length of a window", offer.window_seconds, "s", window, "Chosen so that there are about two hundred, unless you say otherwise.") }
            }
            if !labels.is_empty() {
                <div class="field">
                    <label for="anomaly-label">{"Compare with"}</label>
                    <select id="anomaly-label" onchange={label}>
                        <option value="" selected={choice.label.is_none()}>
                            { offer.label.as_ref().map_or_else(|| "no label".to_owned(), |name| format!("{} (found)", plain(name))) }
                        </option>
                        for name in labels {
                            <option value={name.to_owned()} translate="no" selected={choice.label.as_deref() == Some(name)}>{ plain(name) }</option>
                        }
                    </select>
                    <p class="hint">{"A label only judges the result."}</p>
                </div>
            }
        </details>
    }
}

fn number(
    id: &'static str,
    label: &'static str,
    value: f64,
    unit: &'static str,
    onchange: Callback<Event>,
    help: &'static str,
) -> Html {
    html! {
        <div class="field">
            <label for={id}>{ label }</label>
            <div class="field-line">
                <input {id} type="number" step="any" value={value.to_string()} {onchange} aria-describedby={format!("{id}-help")} />
                <span class="unit">{ unit }</span>
            </div>
            <p id={format!("{id}-help")} class="hint">{ help }</p>
        </div>
    }
}

/// The button that learns, or how far that is and the button that stops it.
fn run(props: &ChoicesProps) -> Html {
    let it = &props.it;
    let on_learn = props.on_learn.reform(|_: MouseEvent| ());
    let on_cancel = props.on_cancel.reform(|_: MouseEvent| ());
    html! {
        <div class="anomaly-run">
            if let Some(share) = it.progress {
                <label for="anomaly-progress">{ progress("Learning", share) }</label>
                <progress id="anomaly-progress" class="bar" max="1" value={share.to_string()} />
                <button type="button" class="button" onclick={on_cancel}>{ Icon::Stop.html() }<span>{"Cancel"}</span></button>
            } else {
                <button type="button" class="button main" onclick={on_learn} disabled={it.offer.is_none()}>
                    { Icon::Again.html() }<span>{ if it.result.is_some() { "Learn again" } else { "Learn" } }</span>
                </button>
                if it.is_outdated() {
                    <p class="hint warning" role="status">{"The choices have changed since. Learn again to see what comes of them."}</p>
                }
                if let Some(why) = it.refused.as_ref().filter(|_| it.result.is_some()) {
                    <p class="error" role="alert">{ why.clone() }</p>
                }
            }
        </div>
    }
}
