//! Settings to a file and back, and a button that forgets all that the page keeps in this browser.

use crate::pipeline;
use crate::session::{Action, Shared, State};
use crate::settings::file;
use crate::web::browser::{download, file_text};
use crate::web::page::hooks::{use_focus_on_change, use_store};
use crate::web::page::parts::icon::Icon;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The name of the file.
const FILE: &str = "packetloupe-settings.json";

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
    let input = use_node_ref();
    let is_asking = use_state_eq(|| false);
    let answer = use_node_ref();
    use_focus_on_change(&answer, *is_asking, false);
    let save = {
        let (store, state) = (store.clone(), props.state.clone());
        Callback::from(move |_: MouseEvent| {
            let done = download::save_text(FILE, "application/json", &file::write(&state.settings));
            if let (Some(store), Err(text)) = (&store, done) {
                store.dispatch(Action::Fail(text));
            }
        })
    };
    let choose = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let load = {
        let store = store.clone();
        Callback::from(move |event: Event| {
            let (Some(store), Some(input)) = (store.clone(), event.target_dyn_into::<HtmlInputElement>()) else {
                return;
            };
            let chosen = input.files().and_then(|files| files.get(0));
            if let Some(chosen) = chosen {
                let name = chosen.name();
                file_text::read(&chosen, move |text| {
                    let read = text.and_then(|text| {
                        file::read(&text, &pipeline::descriptors())
                            .map_err(|why| format!("{name} cannot be used: {why}."))
                    });
                    store.dispatch(match read {
                        Ok((settings, warnings)) => Action::LoadSettings(name, settings, warnings),
                        Err(text) => Action::Fail(text),
                    });
                });
            }
            // So that choosing the same file again is a change too.
            input.set_value("");
        })
    };
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
                  A file of settings also serves the command: "}<code class="code">{"packetloupe analyze --settings"}</code>{"."}
            </p>
            <p class="buttons">
                <button type="button" class="button" onclick={save}>{ Icon::Save.html() }<span>{"Save settings"}</span></button>
                <button type="button" class="button" onclick={choose}>{ Icon::Open.html() }<span>{"Load settings"}</span></button>
                <input ref={input} type="file" accept=".json,application/json" hidden=true data-testid="settings-input"
                    onchange={load} />
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
