//! Buttons that save a session to a file, settings, verdicts and notes, and take one over.

use crate::session::{Shared, State, carried};
use crate::web::page::hooks::use_store;
use crate::web::page::language;
use crate::web::page::parts::file_buttons::FileButtons;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct KeepSessionProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// Save and load.
#[component]
pub fn KeepSession(props: &KeepSessionProps) -> Html {
    let store = use_store();
    let text = {
        let state = props.state.clone();
        Callback::from(move |()| carried::write(&state.settings, &state.memory, language::shown()))
    };
    let take = Callback::from(move |(name, text): (String, String)| {
        store.as_ref().map_or(Ok(()), |store| store.take_session(name, &text))
    });
    html! { <FileButtons what="session" file="packetloupe-session.json" {text} {take} test_id="session-input" /> }
}
