//! Whether the page is dark now: as the theme switch says or, if it is left to the system, as the browser reports.

use crate::web::page::prefs::Theme;
use gloo::events::EventListener;
use yew::prelude::*;

const DARK_QUERY: &str = "(prefers-color-scheme: dark)";

/// True while the page is dark. `theme` is the state of the theme switch.
#[hook]
pub fn use_dark(theme: Theme) -> bool {
    let is_system_dark = use_state_eq(system_is_dark);
    {
        let set = is_system_dark.setter();
        use_effect_with((), move |()| {
            let query = gloo::utils::window().match_media(DARK_QUERY).ok().flatten();
            let listener = query.map(|query| EventListener::new(&query, "change", move |_| set.set(system_is_dark())));
            move || drop(listener)
        });
    }
    match theme {
        Theme::System => *is_system_dark,
        Theme::Light => false,
        Theme::Dark => true,
    }
}

fn system_is_dark() -> bool {
    gloo::utils::window().match_media(DARK_QUERY).ok().flatten().is_some_and(|query| query.matches())
}

/// Whether the page is dark: a context for components that draw charts themselves, without the style sheet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IsDark(pub bool);
