//! A button that lets people choose files.

use crate::web::browser::scripts;
use crate::web::page::hooks::use_store;
use crate::web::page::parts::form::files_chosen;
use crate::web::page::parts::icon::Icon;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the button says.
#[derive(Properties, PartialEq)]
pub struct OpenButtonProps {
    /// Its label.
    pub label: &'static str,
    /// True if it is what people most likely want.
    pub is_main: bool,
}

/// A button that lets people choose files.
#[component]
pub fn OpenButton(props: &OpenButtonProps) -> Html {
    let input = use_node_ref();
    let store = use_store();
    let ask = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            // By handles, where the browser has them: then the file can be opened again after a reload.
            if scripts::pick() {
                return;
            }
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.click();
            }
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
            <button type="button" class={classes!("button", props.is_main.then_some("main"))} onclick={ask}>
                { Icon::Open.html() }<span>{ props.label }</span>
            </button>
            <input ref={input} type="file" multiple=true hidden=true data-testid="file-input" onchange={on_change} />
        </>
    }
}
