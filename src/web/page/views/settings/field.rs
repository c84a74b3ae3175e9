//! One setting: a number with its unit, range and help, a list to choose from, or a box to tick for what is on or off.

use crate::maths::number::number;
use crate::model::format::quantity;
use crate::session::Action;
use crate::settings::{Choices, Descriptor, Kind, Settings};
use crate::web::page::hooks::use_action;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// What is shown.
#[derive(Properties)]
pub struct FieldProps {
    /// The setting.
    pub descriptor: &'static Descriptor,
    /// The value in force.
    pub value: f64,
}

/// Descriptors are constants told apart by their ids.
impl PartialEq for FieldProps {
    fn eq(&self, other: &Self) -> bool {
        self.descriptor.id == other.descriptor.id && self.value == other.value
    }
}

/// A box to tick, a list, or a number field.
#[component]
pub fn Field(props: &FieldProps) -> Html {
    let FieldProps { descriptor, value } = *props;
    match descriptor.kind() {
        Kind::Switch => html! { <Switch {descriptor} {value} /> },
        Kind::Choice(choices) => html! { <Choice {choices} {descriptor} {value} /> },
        _ => html! { <Number {descriptor} {value} /> },
    }
}

/// What a list to choose from shows.
#[derive(Properties)]
struct ChoiceProps {
    choices: &'static Choices,
    descriptor: &'static Descriptor,
    value: f64,
}

/// Descriptors are constants told apart by their ids.
impl PartialEq for ChoiceProps {
    fn eq(&self, other: &Self) -> bool {
        self.descriptor.id == other.descriptor.id && self.value == other.value
    }
}

/// A list to choose from.
#[component]
fn Choice(props: &ChoiceProps) -> Html {
    let ChoiceProps { choices, descriptor, value } = *props;
    let set = use_action(move |value| Action::Set(descriptor, value));
    let on_change = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|list| list.value());
        if let Some(number) = chosen.and_then(|id| choices.number(&id)) {
            set.emit(number);
        }
    });
    let help = format!("{}-help", descriptor.id);
    let chosen = choices.at(value);
    html! {
        <div class="field">
            <label for={descriptor.id}>{ descriptor.label }</label>
            <div class="field-line">
                <select id={descriptor.id} onchange={on_change} aria-describedby={help.clone()}>
                    for choice in choices.choices.iter() {
                        <option value={choice.id} selected={chosen == Some(*choice)}>{ choice.label }</option>
                    }
                </select>
            </div>
            <p id={help} class="hint">{ descriptor.help }</p>
        </div>
    }
}

/// A box to tick: 1 is on.
#[component]
fn Switch(props: &FieldProps) -> Html {
    let descriptor = props.descriptor;
    let set = use_action(move |value| Action::Set(descriptor, value));
    let on_change = Callback::from(move |event: Event| {
        let is_on = event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked());
        set.emit(if is_on { 1.0 } else { 0.0 });
    });
    let help = format!("{}-help", descriptor.id);
    html! {
        <div class="field">
            <label for={descriptor.id}>{ descriptor.label }</label>
            <div class="field-line">
                <input id={descriptor.id} type="checkbox" checked={props.value > 0.0} onchange={on_change}
                    aria-describedby={help.clone()} />
            </div>
            <p id={help} class="hint">{ descriptor.help }</p>
        </div>
    }
}

/// A number field. What is typed takes effect as soon as it is usable.
#[component]
fn Number(props: &FieldProps) -> Html {
    let descriptor = props.descriptor;
    // What is typed, while it differs from the value in force.
    let typed = use_state_eq(|| None::<String>);
    let set = use_action(move |value| Action::Set(descriptor, value));
    let on_input = {
        let (typed, set) = (typed.setter(), set.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default();
            match usable(descriptor, &text) {
                Some(value) => {
                    typed.set(Some(text));
                    set.emit(value);
                }
                None => typed.set(Some(text)),
            }
        })
    };
    let reset = {
        let typed = typed.setter();
        Callback::from(move |_: MouseEvent| {
            typed.set(None);
            set.emit(descriptor.default);
        })
    };
    {
        // The value was changed elsewhere, by "Reset all settings": what is typed, usable or not, is of no use any more.
        let typed = typed.clone();
        use_effect_with(props.value, move |value| {
            if typed.as_ref().is_some_and(|text| usable(descriptor, text) != Some(*value)) {
                typed.set(None);
            }
        });
    }
    let is_wrong = typed.as_ref().is_some_and(|text| usable(descriptor, text).is_none());
    let is_changed = props.value != descriptor.default || is_wrong;
    let (help, error) = (format!("{}-help", descriptor.id), format!("{}-error", descriptor.id));
    let unit = if descriptor.unit.is_empty() { String::new() } else { format!(" {}", descriptor.unit) };
    html! {
        <div class="field">
            <label for={descriptor.id}>{ descriptor.label }</label>
            <div class="field-line">
                <input id={descriptor.id} type="number" inputmode="decimal" min={descriptor.min.to_string()}
                    max={descriptor.max.to_string()} step={if descriptor.is_whole { "1" } else { "any" }}
                    value={(*typed).clone().unwrap_or_else(|| props.value.to_string())} oninput={on_input}
                    aria-invalid={is_wrong.to_string()} aria-describedby={format!("{help} {error}")} />
                <span class="unit">{ descriptor.unit }</span>
                <button type="button" class={classes!("button", "quiet", (!is_changed).then_some("gone"))}
                    onclick={reset} disabled={!is_changed} aria-label={format!("Reset {}", descriptor.label)}>
                    {"Reset"}
                </button>
            </div>
            <p id={error} class="error" role="alert">
                if is_wrong {
                    { wanted(descriptor) }
                }
            </p>
            <p id={help} class="hint">
                { descriptor.help }
                { format!(" From {} to {}{unit}, by default {}.", quantity::plain(descriptor.min),
                    quantity::plain(descriptor.max), quantity::plain(descriptor.default)) }
            </p>
        </div>
    }
}

/// The value of a text, if the setting can take it.
fn usable(descriptor: &Descriptor, text: &str) -> Option<f64> {
    let value = number(text.trim())?;
    Settings::default().set(descriptor, value).then_some(value)
}

fn wanted(descriptor: &Descriptor) -> String {
    let kind = if descriptor.is_whole { "a whole number" } else { "a number" };
    let (min, max) = (quantity::plain(descriptor.min), quantity::plain(descriptor.max));
    format!("Not used yet: this must be {kind} from {min} to {max}.")
}
