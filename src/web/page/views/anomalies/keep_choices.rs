//! Buttons that save the choices to a file that the command takes too, and take them from one.

use crate::session::anomalies::{read_choice, write_choice};
use crate::session::{Anomalies, AnomalyAction, Shared};
use crate::web::page::parts::file_buttons::FileButtons;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct KeepChoicesProps {
    /// Choices and result.
    pub it: Shared<Anomalies>,
    /// Called with what people do.
    pub on_action: Callback<AnomalyAction>,
}

/// Save and load.
#[component]
pub fn KeepChoices(props: &KeepChoicesProps) -> Html {
    let text = {
        let it = props.it.clone();
        Callback::from(move |()| write_choice(&it.choice))
    };
    let on_action = props.on_action.clone();
    let take = Callback::from(move |(name, text): (String, String)| {
        let choice = read_choice(&text).map_err(|why| format!("{name} cannot be used: {why}."))?;
        on_action.emit(AnomalyAction::Load(choice));
        Ok(())
    });
    html! {
        <div class="buttons">
            <FileButtons what="choices" file="packetloupe-anomalies.json" class={classes!("quiet")} {text} {take}
                test_id="anomaly-choices-input" />
        </div>
    }
}
