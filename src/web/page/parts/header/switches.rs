//! Switches for the zone of times and for the theme.

use crate::session::{Action, Clock};
use crate::web::page::hooks::use_action;
use crate::web::page::parts::icon::Icon;
use crate::web::page::prefs::{self, Theme};
use yew::prelude::*;

/// Where the switches stand.
#[derive(Properties, PartialEq)]
pub struct SwitchesProps {
    /// The zone of times.
    pub clock: Clock,
    /// The theme.
    pub theme: Theme,
    /// Called with the new theme.
    pub on_theme: Callback<Theme>,
}

/// Both switches.
#[component]
pub fn Switches(props: &SwitchesProps) -> Html {
    let (zone, other) = match props.clock {
        Clock::Utc => ("UTC", Clock::Local),
        Clock::Local => ("local", Clock::Utc),
    };
    let on_clock = use_action(Action::SetClock).reform(move |_: MouseEvent| {
        prefs::choose_clock(other);
        other
    });
    let next = props.theme.next();
    let on_theme = props.on_theme.reform(move |_: MouseEvent| next);
    let icon = match props.theme {
        Theme::System => Icon::Half,
        Theme::Light => Icon::Sun,
        Theme::Dark => Icon::Moon,
    };
    html! {
        <>
            <button type="button" class="button quiet" onclick={on_clock}
                title="Switch between UTC and this machine's time zone">
                { Icon::Clock.html() }<span>{ format!("Times: {zone}") }</span>
            </button>
            <button type="button" class="button quiet" onclick={on_theme}
                title={format!("Switch to the {} theme", next.id())}>
                { icon.html() }<span>{ format!("Theme: {}", props.theme.id()) }</span>
            </button>
        </>
    }
}
