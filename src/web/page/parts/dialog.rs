//! A dialog above the page: it takes the focus, Escape, its button and a click beside it close it, and the focus goes back to
//! where it came from.

use super::icon::Icon;
use crate::web::browser::style;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// Its name and heading.
    pub label: &'static str,
    /// Called when it is closed.
    pub on_close: Callback<()>,
    /// What is in it.
    pub children: Html,
}

/// The dialog; it is open while it is there.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let give_back = style::focus_again();
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                // Fails only for a dialog that is open already.
                let _ = dialog.show_modal();
            }
            give_back
        });
    }
    // The browser gives the focus back when it closes the dialog; when it is taken away, the effect does.
    let close = {
        let node = node.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    let on_close = props.on_close.reform(|_: Event| ());
    // A click beside the dialog is one on its backdrop, which is part of it.
    let on_click = {
        let (node, close) = (node.clone(), close.clone());
        Callback::from(move |event: MouseEvent| {
            if node.get().is_some_and(|node| {
                event.target().is_some_and(|target| target == *node.unchecked_ref::<web_sys::EventTarget>())
            }) {
                close.emit(event);
            }
        })
    };
    html! {
        <dialog ref={node} class="overlay" aria-label={props.label} onclose={on_close} onclick={on_click}>
            <div class="overlay-body">
                <div class="overlay-head">
                    <h2>{ props.label }</h2>
                    <button type="button" class="button quiet" aria-label="Close" onclick={close}>
                        { Icon::Cross.html() }
                    </button>
                </div>
                { props.children.clone() }
            </div>
        </dialog>
    }
}
