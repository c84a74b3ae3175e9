//! The card of the file that was open before the page was reloaded, and a button that reopens a file: by the browser's file handle,
//! from the page's samples, or by asking for it.

use crate::model::format::quantity;
use crate::session::{Action, OpenFile};
use crate::web::browser::{fetch, scripts};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::form::files_chosen;
use crate::web::page::parts::icon::Icon;
use crate::web::page::parts::text::{data, plain};
use crate::web::page::store::Store;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The file.
#[derive(Properties, PartialEq)]
pub struct LastFileProps {
    /// Its name and size.
    pub file: OpenFile,
}

/// What was open, and how to go on.
#[component]
pub fn LastFile(props: &LastFileProps) -> Html {
    html! {
        <section class="card last" aria-labelledby="last-title" data-testid="last">
            <h2 id="last-title">{"Continue where you left off"}</h2>
            <p>
                {"This page was reloaded. Previously open: "}<strong>{ data(&props.file.name) }</strong>
                { format!(" ({}). The view, the selection, verdicts and notes are restored once it is open.",
                    quantity::bytes(props.file.bytes as f64)) }
            </p>
            <ReopenButton file={props.file.clone()} label={html! { {"Open it again"} }} is_main=true is_last=true />
        </section>
    }
}

/// A file to open again.
#[derive(Properties, PartialEq)]
pub struct ReopenButtonProps {
    /// Its name and size.
    pub file: OpenFile,
    /// What the button says.
    pub label: Html,
    /// True if it is what people most likely want.
    #[prop_or_default]
    pub is_main: bool,
    /// True if it is the one that this tab had open.
    #[prop_or_default]
    pub is_last: bool,
}

/// A button that opens a file again.
#[component]
pub fn ReopenButton(props: &ReopenButtonProps) -> Html {
    let store = use_store();
    let input = use_node_ref();
    let asks = use_state_eq(|| false);
    let open = {
        let (store, input, asks, file) = (store.clone(), input.clone(), asks.setter(), props.file.clone());
        let sample_path = props.is_last.then(crate::web::page::kept::last).flatten().and_then(|(_, path)| path);
        Callback::from(move |_: MouseEvent| {
            let Some(store) = store.clone() else { return };
            let (input, asks) = (input.clone(), asks.clone());
            let ask = move || {
                asks.set(true);
                if let Some(input) = input.cast::<HtmlInputElement>() {
                    input.click();
                }
            };
            if let Some(path) = sample_path.clone() {
                return spawn_local(open_sample(store, path));
            }
            let Some(reopening) = scripts::reopen(&file.name, file.bytes) else { return ask() };
            spawn_local(async move {
                if JsFuture::from(reopening).await.is_ok_and(|is_open| is_open.is_falsy()) {
                    ask();
                }
            });
        })
    };
    let on_change = Callback::from(move |event: Event| {
        let files = files_chosen(&event);
        if let Some(store) = &store {
            store.open(files);
        }
    });
    html! {
        <>
            <button type="button" class={classes!("button", props.is_main.then_some("main"))} onclick={open}>
                { Icon::Again.html() }<span>{ props.label.clone() }</span>
            </button>
            <input ref={input} type="file" multiple=true hidden=true
                data-testid={if props.is_last { "again-input" } else { "recent-input" }} onchange={on_change} />
            if *asks {
                <span role="status" class="hint">{ format!("The browser does not open files by itself: choose {}.", plain(&props.file.name)) }</span>
            }
        </>
    }
}

async fn open_sample(store: Store, path: String) {
    match fetch::file(&path).await {
        Ok(file) => store.open_own(file, &path),
        Err(text) => store.dispatch(Action::Fail(text)),
    }
}
