//! A setting that is a list of networks: a line of text, used as soon as it is such a list, refused with the reason until then.

use crate::model::Network;
use crate::session::Action;
use crate::settings::Descriptor;
use crate::web::page::hooks::use_action;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is shown.
#[derive(Properties)]
pub struct NetworksProps {
    /// The setting.
    pub descriptor: &'static Descriptor,
    /// The networks in force, as text.
    pub value: String,
}

/// Descriptors are constants told apart by their ids.
impl PartialEq for NetworksProps {
    fn eq(&self, other: &Self) -> bool {
        self.descriptor.id == other.descriptor.id && self.value == other.value
    }
}

/// A field for a list of networks.
#[component]
pub fn Networks(props: &NetworksProps) -> Html {
    let descriptor = props.descriptor;
    // What is typed, while it differs from the value in force.
    let typed = use_state_eq(|| None::<String>);
    let set = use_action(move |networks| Action::SetNetworks(descriptor, networks));
    let on_input = {
        let (typed, set) = (typed.setter(), set.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default();
            typed.set(Some(text.clone()));
            if Network::parse_list(&text).is_ok() {
                set.emit(text);
            }
        })
    };
    let reset = {
        let typed = typed.setter();
        Callback::from(move |_: MouseEvent| {
            typed.set(None);
            set.emit(String::new());
        })
    };
    {
        // The value was changed elsewhere, by "Reset all settings": what is typed, usable or not, is of no use any more.
        let typed = typed.clone();
        use_effect_with(props.value.clone(), move |value| {
            let own = typed.as_ref().and_then(|text| Network::parse_list(text).ok());
            if typed.is_some() && own.is_none_or(|own| Network::list(&own) != *value) {
                typed.set(None);
            }
        });
    }
    let why = typed.as_ref().and_then(|text| Network::parse_list(text).err());
    let is_changed = !props.value.is_empty() || why.is_some();
    let (help, error) = (format!("{}-help", descriptor.id), format!("{}-error", descriptor.id));
    html! {
        <div class="field">
            <label for={descriptor.id}>{ descriptor.label }</label>
            <div class="field-line">
                <input id={descriptor.id} type="text" autocomplete="off" spellcheck="false"
                    value={(*typed).clone().unwrap_or_else(|| props.value.clone())} oninput={on_input}
                    aria-invalid={why.is_some().to_string()} aria-describedby={format!("{help} {error}")} />
                <button type="button" class={classes!("button", "quiet", (!is_changed).then_some("gone"))}
                    onclick={reset} disabled={!is_changed} aria-label={format!("Reset {}", descriptor.label)}>
                    {"Reset"}
                </button>
            </div>
            <p id={error} class="error" role="alert">
                if let Some(why) = &why {
                    { format!("Not used yet: {why}.") }
                }
            </p>
            <p id={help} class="hint">{ descriptor.help }</p>
        </div>
    }
}
