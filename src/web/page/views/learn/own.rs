//! A button that takes lessons of people's own: a file of lessons and the captures beside it.

use crate::session::lesson::Course;
use crate::session::{Action, LearnAction};
use crate::web::browser::file_text;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::form::files_chosen;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::plain;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The button.
#[component]
pub fn OwnLessons() -> Html {
    let store = use_store();
    let input = use_node_ref();
    let choose = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let take = Callback::from(move |event: Event| {
        let Some(store) = store.clone() else { return };
        let files = files_chosen(&event);
        let Some(lessons) = files.iter().find(|file| file.name().ends_with(".json")).cloned() else {
            if !files.is_empty() {
                store
                    .dispatch(Action::Fail("Choose the file of lessons (JSON) together with its captures.".to_owned()));
            }
            return;
        };
        let name = lessons.name();
        file_text::read(&lessons, move |text| {
            let read = text.and_then(|text| Course::read(&text).map_err(|why| format!("{}: {why}", plain(&name))));
            match read {
                Ok(course) => {
                    store.keep_lesson_files(files);
                    store.dispatch(Action::Learn(LearnAction::Given(course)));
                }
                Err(text) => store.dispatch(Action::Fail(text)),
            }
        });
    });
    html! {
        <>
            <button type="button" class="button" onclick={choose}>
                { Icon::Open.html() }<span>{"Open lessons of your own"}</span>
            </button>
            <input ref={input} type="file" multiple=true hidden=true data-testid="lessons-input" onchange={take} />
        </>
    }
}
