//! The whole window takes dropped files, and shows that it will; it takes those too that our scripts hand over.

use super::icon::Icon;
use crate::web::browser::scripts;
use crate::web::page::hooks::use_store;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, FileList};
use yew::prelude::*;

/// A layer over the window while a file is dragged over it.
#[component]
pub fn DropZone() -> Html {
    let store = use_store();
    let is_over = use_state_eq(|| false);
    {
        let set = is_over.setter();
        use_effect_with((), move |()| {
            let window = gloo::utils::window();
            // Listeners must prevent the default, so that the browser does not leave the page for the file.
            let on = |name: &'static str, act: Box<dyn Fn(&DragEvent)>| {
                EventListener::new_with_options(
                    &window,
                    name,
                    EventListenerOptions::enable_prevent_default(),
                    move |e| {
                        if let Some(event) = e.dyn_ref::<DragEvent>().filter(|event| has_file(event)) {
                            event.prevent_default();
                            act(event);
                        }
                    },
                )
            };
            let (over, leave, drop_) = (set.clone(), set.clone(), set);
            let handed = store.clone().map(|store| scripts::listen(move |files| store.open(files)));
            let listeners = [
                on("dragenter", Box::new(|_| ())),
                on("dragover", Box::new(move |_| over.set(true))),
                // Leaving for another element of the page names that element; leaving the window names none.
                on("dragleave", Box::new(move |event| leave.set(event.related_target().is_some()))),
                on(
                    "drop",
                    Box::new(move |event| {
                        drop_.set(false);
                        let files = event.data_transfer().and_then(|data| data.files());
                        if let (Some(store), Some(files)) = (&store, files) {
                            store.open(files_of(&files));
                        }
                    }),
                ),
            ];
            move || drop((listeners, handed))
        });
    }
    html! {
        <div class="drop" hidden={!*is_over} aria-hidden="true">
            <p>{ Icon::Open.html() }{"Drop captures to open them"}</p>
        </div>
    }
}

fn has_file(event: &DragEvent) -> bool {
    let types = event.data_transfer().map(|data| data.types());
    types.is_some_and(|types| types.iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

/// The files of a list; several are opened as one capture.
pub fn files_of(list: &FileList) -> Vec<File> {
    (0..list.length()).filter_map(|place| list.get(place)).collect()
}
