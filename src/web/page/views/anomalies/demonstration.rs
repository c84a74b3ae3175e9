//! A method at work on a small sample, step by step, with its parameters to play with and words for what happens.

use crate::maths::number::number;
use crate::protocol::anomalies::AnomalyParameter;
use crate::protocol::demonstration::{Demonstration, DemonstrationChoice};
use crate::protocol::{Answer, Query};
use crate::session::Shared;
use crate::web::browser::demonstration::draw;
use crate::web::page::hooks::{IsDark, use_pixel_ratio, use_size, use_store};
use crate::web::page::parts::form::chosen;
use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

/// Height of the picture, px.
const HEIGHT: f64 = 340.0;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct DemonstrationPartProps {
    /// True if the profile for teaching is chosen.
    pub is_wanted: bool,
}

/// The demonstration.
#[component]
pub fn DemonstrationPart(props: &DemonstrationPartProps) -> Html {
    let store = use_store();
    let is_open = use_state_eq(|| props.is_wanted);
    let choice = use_state_eq(|| DemonstrationChoice {
        id: "isolation_forest".to_owned(),
        sample: "cloud".to_owned(),
        seed: 42,
        parameters: Vec::new(),
    });
    let demonstration = use_state_eq(|| None::<Result<Shared<Demonstration>, String>>);
    let step = use_state_eq(|| 0_usize);
    {
        let is_open = is_open.setter();
        use_effect_with(props.is_wanted, move |is_wanted| {
            if *is_wanted {
                is_open.set(true);
            }
        });
    }
    {
        let demonstration = demonstration.setter();
        use_effect_with(((*choice).clone(), *is_open), move |(choice, is_open)| {
            let Some(store) = store.filter(|_| *is_open) else { return };
            let on_answer = Callback::from(move |answer| {
                if let Answer::Demonstration(made) = answer {
                    demonstration.set(Some((*made).map(Shared::new)));
                }
            });
            store.ask(Query::Demonstration(choice.clone()), on_answer);
        });
    }
    let ontoggle = {
        let is_open = is_open.setter();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<web_sys::Element>();
            is_open.set(details.is_some_and(|details| details.has_attribute("open")));
        })
    };
    html! {
        <details class="card demonstration" open={*is_open} {ontoggle}>
            <summary><h2>{"Watch a method at work"}</h2></summary>
            { match (*demonstration).clone().filter(|_| *is_open) {
                Some(Ok(demonstration)) => html! {
                    <>
                        { choices(&demonstration, &choice, &step) }
                        <Picture demonstration={demonstration.clone()} step={(*step).min(demonstration.steps.len().saturating_sub(1))} />
                        { steps(&demonstration, &step) }
                    </>
                },
                Some(Err(why)) => html! { <p class="error" role="alert">{ why }</p> },
                None => html! { <p class="hint" role="status">{"The demonstration is being loaded."}</p> },
            } }
        </details>
    }
}

fn choices(
    demonstration: &Demonstration,
    choice: &UseStateHandle<DemonstrationChoice>,
    step: &UseStateHandle<usize>,
) -> Html {
    let change = |change: fn(&mut DemonstrationChoice, String)| {
        let (now, set, step) = ((**choice).clone(), choice.setter(), step.setter());
        Callback::from(move |event: Event| {
            let Some(value) = chosen(&event) else { return };
            let mut next = now.clone();
            change(&mut next, value);
            step.set(0);
            set.set(next);
        })
    };
    let seed = {
        let (now, set) = ((**choice).clone(), choice.setter());
        Callback::from(move |event: Event| {
            let typed = event.target_dyn_into::<HtmlInputElement>().and_then(|field| number(field.value().trim()));
            if let Some(seed) = typed {
                set.set(DemonstrationChoice { seed: seed.clamp(0.0, 4_294_967_295.0) as u64, ..now.clone() });
            }
        })
    };
    // A name that is its own id is a column's heading, from the file.
    let list = |id: &'static str,
                label: &'static str,
                all: &[(String, String)],
                now: &str,
                onchange: Callback<Event>| {
        html! {
            <div class="field">
                <label for={id}>{ label }</label>
                <select {id} {onchange}>
                    for (of, name) in all.iter() {
                        <option translate={(of == name).then_some("no")} key={of.clone()} value={of.clone()} selected={of == now}>{ name.clone() }</option>
                    }
                </select>
            </div>
        }
    };
    html! {
        <>
            <div class="demonstration-choices">
                { list("demonstration-id", "Demonstration", &demonstration.demonstrations, &choice.id, change(|choice, id| {
                    choice.id = id;
                    choice.parameters.clear();
                })) }
                { list("demonstration-sample", "Sample", &demonstration.samples, &choice.sample, change(|choice, id| choice.sample = id)) }
                <div class="field">
                    <label for="demonstration-seed">{"Seed"}</label>
                    <input id="demonstration-seed" type="number" value={choice.seed.to_string()} onchange={seed} />
                </div>
                for of in demonstration.parameters.iter() {
                    { parameter(of, choice) }
                }
            </div>
            <p>{ demonstration.help.clone() }</p>
        </>
    }
}

fn parameter(of: &AnomalyParameter, choice: &UseStateHandle<DemonstrationChoice>) -> Html {
    let [low, default, high] = of.range;
    let value = choice.parameters.iter().find(|(id, _)| *id == of.id).map_or(default, |(_, value)| *value);
    let onchange = {
        let (now, set, id) = ((**choice).clone(), choice.setter(), of.id.clone());
        Callback::from(move |event: Event| {
            let typed = event.target_dyn_into::<HtmlInputElement>().and_then(|field| number(field.value().trim()));
            let Some(value) = typed else { return };
            let mut next = now.clone();
            next.parameters.retain(|(other, _)| *other != id);
            next.parameters.push((id.clone(), value.clamp(low, high)));
            set.set(next);
        })
    };
    let id = format!("demonstration-{}", of.id);
    html! {
        <div class="field" key={of.id.clone()}>
            <label for={id.clone()}>{ of.label.clone() }</label>
            <div class="field-line">
                <input {id} type="number" step="any" min={low.to_string()} max={high.to_string()} value={value.to_string()} {onchange}
                    title={of.help.clone()} />
                <span class="unit">{ of.unit.clone() }</span>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PictureProps {
    demonstration: Shared<Demonstration>,
    step: usize,
}

#[component]
fn Picture(props: &PictureProps) -> Html {
    let (frame, surface) = (use_node_ref(), use_node_ref());
    let width = use_size(&frame).width;
    let pixel_ratio = use_pixel_ratio();
    let is_dark = use_context::<IsDark>().is_some_and(|dark| dark.0);
    {
        let (surface, demonstration) = (surface.clone(), props.demonstration.clone());
        let key = (props.demonstration.clone(), props.step, width.to_bits(), pixel_ratio.to_bits(), is_dark);
        use_effect_with(key, move |(_, step, ..)| {
            let surface = surface.cast::<HtmlCanvasElement>().filter(|_| width > 0.0);
            if let (Some(surface), Some(step)) = (surface, demonstration.steps.get(*step)) {
                draw(&surface, &demonstration.points, step, (width, HEIGHT), pixel_ratio, is_dark);
            }
        });
    }
    let said = props.demonstration.steps.get(props.step).map(|step| format!("{}. {}", step.title, step.text));
    html! {
        <div class="map-frame demonstration-frame" ref={frame}>
            <canvas ref={surface} role="img" aria-label={said} />
        </div>
    }
}

/// The step in words, and buttons to the others.
fn steps(demonstration: &Demonstration, step: &UseStateHandle<usize>) -> Html {
    let n = demonstration.steps.len();
    let at = (**step).min(n.saturating_sub(1));
    let Some(shown) = demonstration.steps.get(at) else { return Html::default() };
    let to = |place: usize| {
        let set = step.setter();
        Callback::from(move |_: MouseEvent| set.set(place))
    };
    html! {
        <>
            <div class="demonstration-steps" role="group" aria-label="Steps">
                <button type="button" class="button" onclick={to(0)} disabled={at == 0}>{"Begin again"}</button>
                <button type="button" class="button" onclick={to(at.saturating_sub(1))} disabled={at == 0}>{"Back"}</button>
                <button type="button" class="button main" onclick={to(at + 1)} disabled={at + 1 >= n}>{"Next step"}</button>
                <span class="hint">{ format!("Step {} of {n}", at + 1) }</span>
            </div>
            <p role="status" data-testid="demonstration-step"><strong>{ shown.title.clone() }{": "}</strong>{ shown.text.clone() }</p>
            <p class="hint">{ format!("Misses: {} Source: {}", demonstration.fails, demonstration.source) }</p>
        </>
    }
}
