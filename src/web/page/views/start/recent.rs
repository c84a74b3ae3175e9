//! Files that were open before, if people want such a list.

use super::last::ReopenButton;
use crate::model::format::quantity;
use crate::session::OpenFile;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::text::data;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The list.
#[derive(Properties, PartialEq)]
pub struct RecentProps {
    /// The files, latest first; none unless a list is wanted.
    pub files: Option<Vec<OpenFile>>,
}

/// The list, and whether there is one.
#[component]
pub fn Recent(props: &RecentProps) -> Html {
    let store = use_store();
    let on_change = Callback::from(move |event: Event| {
        if let (Some(store), Some(input)) = (&store, event.target_dyn_into::<HtmlInputElement>()) {
            store.list_recent(input.checked());
        }
    });
    html! {
        <section class="recent" aria-label="Recent files">
            <label class="look-first">
                <input type="checkbox" checked={props.files.is_some()} onchange={on_change} />
                <span>{"Keep a list of recent files in this browser: names and sizes, and how to open them again"}</span>
            </label>
            if let Some(files) = props.files.as_ref().filter(|files| !files.is_empty()) {
                <ul aria-label="Recent files">
                    for file in files {
                        <li key={format!("{} {}", file.bytes, file.name)}>
                            <ReopenButton file={file.clone()} label={data(&file.name)} />
                            {" "}<span class="hint">{ quantity::bytes(file.bytes as f64) }</span>
                        </li>
                    }
                </ul>
            }
        </section>
    }
}
