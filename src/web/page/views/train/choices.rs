//! What is trained on and how: label, rows, classifiers, features, folds, weights, seed.

use super::features::Features;
use crate::model::format::quantity;
use crate::model::rows::{Role, choice_name};
use crate::protocol::anomalies::{AnomalyMethod, AnomalyScope};
use crate::protocol::training::{TrainingChoice, TrainingOffer};
use crate::session::training::{Training, TrainingAction};
use crate::session::{Action, Shared, State};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::form::{chosen, is_ticked, progress, typed};
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::{data, plain};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What a file of labels looks like.
const EXAMPLE: &str = r#"[
  {"label": "scan",
   "sources": ["10.0.0.9"],
   "start": 1795973400,
   "end": 1795973460},
  {"label": "worm",
   "filter": "tcp.port == 445"}
]"#;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct TrainChoicesProps {
    /// The page's state.
    pub state: Shared<State>,
    /// Choices and result.
    pub it: Shared<Training>,
    /// Called with what people do.
    pub on_action: Callback<TrainingAction>,
    /// Begins to train.
    pub on_train: Callback<()>,
    /// Stops it.
    pub on_cancel: Callback<()>,
}

/// All that can be chosen.
#[component]
pub fn Choices(props: &TrainChoicesProps) -> Html {
    let TrainChoicesProps { state, it, on_action, .. } = props;
    html! {
        <section class="card anomaly-choices" aria-label="Choices">
            if let Some(offer) = &it.offer {
                if offer.is_marked || offer.columns.is_empty() {
                    { label_file(offer) }
                } else {
                    <Label state={state.clone()} offer={offer.clone()} />
                }
                { scope(it, offer, on_action) }
                { classes(offer) }
                { methods(it, offer, on_action) }
                <Features it={it.clone()} on_action={on_action.clone()} />
                { testing(it, offer, on_action) }
            }
            { run(props) }
        </section>
    }
}

/// Turns a change of the choice into an action.
fn choose<E: 'static>(
    it: &Shared<Training>,
    on_action: &Callback<TrainingAction>,
    change: impl Fn(&mut TrainingChoice, E) + 'static,
) -> Callback<E> {
    let it = it.clone();
    on_action.reform(move |event: E| {
        let mut choice = it.choice.clone();
        change(&mut choice, event);
        TrainingAction::Choose(choice)
    })
}

#[derive(Properties, PartialEq)]
struct LabelProps {
    state: Shared<State>,
    offer: Shared<TrainingOffer>,
}

/// The label column; another one is one of the choices of how the table is read, so that all of the page goes by it.
#[component]
fn Label(props: &LabelProps) -> Html {
    let store = use_store();
    let onchange = {
        let offer = props.offer.clone();
        Callback::from(move |event: Event| {
            let (Some(store), Some(name)) = (&store, chosen(&event)) else { return };
            let of = |wanted: &str| {
                let place = offer.columns.iter().position(|column| column == wanted)?;
                Some(choice_name(wanted, place, offer.columns.len()).into_owned())
            };
            if let Some(before) = offer.label.as_deref().and_then(of) {
                store.dispatch(Action::TakeColumn(before, None));
            }
            if let Some(now) = of(&name) {
                store.dispatch(Action::TakeColumn(now, Some(Role::Label)));
            }
        })
    };
    let again = {
        let store = use_store();
        Callback::from(move |_: MouseEvent| store.iter().for_each(|store| store.dispatch(Action::ReadAgain)))
    };
    let offer = &props.offer;
    html! {
        <div class="field">
            <label for="train-label">{"Label"}</label>
            <select id="train-label" {onchange} disabled={props.state.training.progress.is_some()}>
                if offer.label.is_none() {
                    <option value="" selected=true>{"no column"}</option>
                }
                for name in offer.columns.iter() {
                    <option key={name.clone()} value={name.clone()} translate="no" selected={offer.label.as_ref() == Some(name)}>{ plain(name) }</option>
                }
            </select>
            if props.state.reads_table_otherwise() {
                <p class="hint">{"Another label takes effect when the table is read again."}</p>
                <button type="button" class="button main" onclick={again}>{ Icon::Again.html() }<span>{"Read again"}</span></button>
            }
        </div>
    }
}

/// The file of labels, or how to make one.
fn label_file(offer: &TrainingOffer) -> Html {
    if let Some(name) = offer.label.as_ref().filter(|_| offer.is_marked) {
        return html! {
            <p class="field" data-testid="label-file">
                <strong>{"Labels: "}</strong>{ data(name) }
                <span class="hint">{" The first entry that fits a flow says what it is; other flows are benign."}</span>
            </p>
        };
    }
    html! {
        <div class="field">
            <p><strong>{"Labels"}</strong></p>
            <p class="hint">
                {"A capture says nowhere what its flows are. Write that into a file and drop it here, or choose it with Open:"}
            </p>
            <pre class="label-example">{ EXAMPLE }</pre>
            <p class="hint">
                {"An entry has a label and any of start and end (seconds since 1970), hosts, sources, targets (lists of addresses) \
                  and filter (a display filter)."}
            </p>
        </div>
    }
}

fn scope(it: &Shared<Training>, offer: &TrainingOffer, on_action: &Callback<TrainingAction>) -> Html {
    let onchange = choose(it, on_action, |choice, event: Event| {
        if let Some(scope) = chosen(&event).and_then(|id| AnomalyScope::from_id(&id)) {
            choice.scope = scope;
        }
    });
    html! {
        <div class="field">
            <label for="train-scope">{"What is learnt from"}</label>
            <select id="train-scope" {onchange} disabled={it.progress.is_some()} aria-describedby="train-scope-help">
                for (scope, n) in offer.scopes.iter() {
                    <option key={scope.id()} value={scope.id()} selected={*scope == it.choice.scope}>
                        { quantity::counted(*n, scope.nouns().0, scope.nouns().1) }
                    </option>
                }
            </select>
            <p id="train-scope-help" class="hint">
                { match it.choice.scope {
                    AnomalyScope::Flows => "By features that captures have too: the model can be applied to captures.",
                    _ => "By the table's own columns: the model can be applied to tables with the same columns.",
                } }
            </p>
        </div>
    }
}

/// What the label says, class by class.
fn classes(offer: &TrainingOffer) -> Html {
    if offer.classes.is_empty() {
        return Html::default();
    }
    html! {
        <details class="choice-part">
            <summary>{ format!("Classes: {}", offer.classes.len()) }</summary>
            <table class="plain">
                <thead><tr><th scope="col">{"Class"}</th><th scope="col" class="num">{"Rows"}</th></tr></thead>
                <tbody>
                    for (name, n, is_attack) in offer.classes.iter() {
                        <tr key={name.clone()}>
                            <th scope="row">{ data(name) }<span class="hint">{ if *is_attack { " attack" } else { " benign" } }</span></th>
                            <td class="num">{ quantity::count(*n) }</td>
                        </tr>
                    }
                </tbody>
            </table>
        </details>
    }
}

fn methods(it: &Shared<Training>, offer: &TrainingOffer, on_action: &Callback<TrainingAction>) -> Html {
    html! {
        <details class="choice-part" open=true>
            <summary>{ format!("Ways to learn: {} of {}", it.choice.methods.len(), offer.methods.len()) }</summary>
            <ul class="method-list">
                for method in offer.methods.iter() {
                    { self::method(it, method, on_action) }
                }
            </ul>
        </details>
    }
}

fn method(it: &Shared<Training>, method: &AnomalyMethod, on_action: &Callback<TrainingAction>) -> Html {
    let is_chosen = it.choice.methods.contains(&method.id);
    let id = method.id.clone();
    let onchange = choose(it, on_action, move |choice, _: Event| {
        choice.methods.retain(|of| *of != id);
        if !is_chosen {
            choice.methods.push(id.clone());
        }
    });
    html! {
        <li key={method.id.clone()}>
            <label class="tick"><input type="checkbox" checked={is_chosen} {onchange} /><span>{ method.label.clone() }</span></label>
            <details class="method-help">
                <summary aria-label={format!("About it: {}", method.label)}>{"About it"}</summary>
                <p>{ method.help.clone() }</p>
                <p>{ format!("Misses: {}", method.fails) }</p>
                <p class="hint">{ method.source.clone() }</p>
                if is_chosen {
                    for of in method.parameters.iter() {
                        { parameter(it, of, on_action) }
                    }
                }
            </details>
        </li>
    }
}

fn parameter(
    it: &Shared<Training>,
    of: &crate::protocol::anomalies::AnomalyParameter,
    on_action: &Callback<TrainingAction>,
) -> Html {
    let [low, default, high] = of.range;
    let value = it.choice.parameters.iter().find(|(id, _)| *id == of.id).map_or(default, |(_, value)| *value);
    let id = of.id.clone();
    let onchange = choose(it, on_action, move |choice, event: Event| {
        choice.parameters.retain(|(other, _)| *other != id);
        if let Some(value) = typed(&event).map(|value| value.clamp(low, high)).filter(|value| *value != default) {
            choice.parameters.push((id.clone(), value));
        }
    });
    number(&of.id, &of.label, value, &of.unit, onchange, &of.help)
}

fn testing(it: &Shared<Training>, offer: &TrainingOffer, on_action: &Callback<TrainingAction>) -> Html {
    let choice = &it.choice;
    let folds = choose(it, on_action, |choice, event: Event| {
        if let Some(id) = chosen(&event) {
            choice.folds = id;
        }
    });
    let n_folds = choose(it, on_action, |choice, event: Event| {
        choice.n_folds = typed(&event).map_or(choice.n_folds, |n| n.clamp(2.0, 50.0) as u32);
    });
    let seed = choose(it, on_action, |choice, event: Event| {
        choice.seed = typed(&event).map_or(choice.seed, |seed| seed.clamp(0.0, 4_294_967_295.0) as u64);
    });
    let balanced = choose(it, on_action, |choice, event: Event| choice.is_balanced = is_ticked(&event));
    let by_class = choose(it, on_action, |choice, event: Event| choice.by_class = is_ticked(&event));
    let benign = choose(it, on_action, |choice, event: Event| {
        let text = event.target_dyn_into::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default();
        choice.benign = text.split(',').map(str::trim).filter(|of| !of.is_empty()).map(str::to_owned).collect();
    });
    let said = offer.folds.iter().find(|(id, ..)| *id == choice.folds).map(|(_, words, _)| words.clone());
    html! {
        <details class="choice-part" open=true>
            <summary>{"Test"}</summary>
            <div class="field">
                <label for="train-folds">{"Folds"}</label>
                <select id="train-folds" onchange={folds} aria-describedby="train-folds-help">
                    for (id, _, is_possible) in offer.folds.iter() {
                        <option key={id.clone()} value={id.clone()} selected={*id == choice.folds} disabled={!is_possible}>{ id.clone() }</option>
                    }
                </select>
                <p id="train-folds-help" class="hint">{ said.map(|said| format!("Rows are split {said}.")) }</p>
            </div>
            { number("train-n-folds", "Number of folds", choice.n_folds.into(), "", n_folds, "Each part is tested once, by a model that learnt from the others.") }
            <label class="tick"><input type="checkbox" checked={choice.is_balanced} onchange={balanced} />
                <span>{"Every class counts the same, however few rows it has"}</span></label>
            <label class="tick"><input type="checkbox" checked={choice.by_class} onchange={by_class} />
                <span>{"Tell all classes apart, not only attacks from the rest"}</span></label>
            { number("train-seed", "Seed", choice.seed as f64, "", seed, "Random choices start from it: the same seed gives the same model.") }
            <div class="field">
                <label for="train-benign">{"More labels that mean benign"}</label>
                <input id="train-benign" type="text" value={choice.benign.join(", ")} onchange={benign} placeholder="separated by commas" />
            </div>
            <p class="hint">{"Probabilities are calibrated by the other folds."}</p>
        </details>
    }
}

fn number(id: &str, label: &str, value: f64, unit: &str, onchange: Callback<Event>, help: &str) -> Html {
    let id = id.to_owned();
    html! {
        <div class="field" key={id.clone()}>
            <label for={id.clone()}>{ label.to_owned() }</label>
            <div class="field-line">
                <input id={id.clone()} type="number" step="any" value={value.to_string()} {onchange} aria-describedby={format!("{id}-help")} />
                <span class="unit">{ unit.to_owned() }</span>
            </div>
            <p id={format!("{id}-help")} class="hint">{ help.to_owned() }</p>
        </div>
    }
}

/// The button that trains, or how far that is and the button that stops it.
fn run(props: &TrainChoicesProps) -> Html {
    let it = &props.it;
    let on_train = props.on_train.reform(|_: MouseEvent| ());
    let on_cancel = props.on_cancel.reform(|_: MouseEvent| ());
    let can_train = it.offer.as_ref().is_some_and(|offer| offer.why_not.is_none()) && !it.choice.methods.is_empty();
    html! {
        <div class="anomaly-run">
            if let Some(share) = it.progress {
                <label for="train-progress">{ progress("Training", share) }</label>
                <progress id="train-progress" class="bar" max="1" value={share.to_string()} />
                <button type="button" class="button" onclick={on_cancel}>{ Icon::Stop.html() }<span>{"Cancel"}</span></button>
            } else {
                <button type="button" class="button main" onclick={on_train} disabled={!can_train}>
                    { Icon::Again.html() }<span>{ if it.result.is_some() { "Train again" } else { "Train" } }</span>
                </button>
                if it.is_outdated() {
                    <p class="hint warning" role="status">{"The choices have changed since. Train again to see what comes of them."}</p>
                }
            }
        </div>
    }
}
