//! Settings to a file and back, and a button that forgets all that the page keeps in this browser.

use super::keep_file::{KeepFile, Kept};
use super::keep_session::KeepSession;
use crate::session::{Action, Shared, State};
use crate::web::page::hooks::{use_focus_on_change, use_store};
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct KeepProps {
    /// The page's state.
    pub state: Shared<State>,
}

/// The buttons.
#[component]
pub fn Keep(props: &KeepProps) -> Html {
    let store = use_store();
    let is_asking = use_state_eq(|| false);
    let answer = use_node_ref();
    use_focus_on_change(&answer, *is_asking, false);
    let ask = |to: bool| {
        let is_asking = is_asking.setter();
        Callback::from(move |_: MouseEvent| is_asking.set(to))
    };
    let forget = {
        let is_asking = is_asking.setter();
        Callback::from(move |_: MouseEvent| {
            is_asking.set(false);
            if let Some(store) = &store {
                store.dispatch(Action::Forget);
            }
        })
    };
    html! {
        <section class="card group" aria-labelledby="settings-keep" id="group-keep">
            <h2 id="settings-keep">{"What is kept"}</h2>
            <p>
                {"Settings, the allow-list, what columns of tables are taken for, and verdicts and notes on findings are kept in this browser and go nowhere else. \
                  A file of settings also serves the command: "}<code class="code">{"packetloupe analyze --settings"}</code>{". A session has verdicts and notes too, of all files."}
            </p>
            <p class="buttons">
                <KeepFile state={props.state.clone()} kept={Kept::Settings} />
                <KeepSession state={props.state.clone()} />
                if !*is_asking {
                    <button type="button" class="button" onclick={ask(true)}>{"Forget everything saved in this browser"}</button>
                }
            </p>
            if *is_asking {
                <div class="ask" role="group" aria-label="Forget everything">
                    <p ref={answer} tabindex="-1">
                        {"Settings go back to their defaults; the allow-list, what was chosen for columns, and all verdicts and notes are \
                          deleted."}
                    </p>
                    <p class="buttons">
                        <button type="button" class="button main" onclick={forget}>{"Forget everything"}</button>
                        <button type="button" class="button" onclick={ask(false)}>{"Keep everything"}</button>
                    </p>
                </div>
            }
        </section>
    }
}
