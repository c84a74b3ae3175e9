//! A box to tick: the columns of a table are looked at before all of it is read.

use crate::session::Action;
use crate::web::page::hooks::use_action;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct LookFirstProps {
    /// It is ticked.
    pub is_on: bool,
}

/// The box.
#[component]
pub fn LookFirst(props: &LookFirstProps) -> Html {
    let look = use_action(Action::LookFirst);
    let on_change =
        look.reform(|event: Event| event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()));
    html! {
        <label class="look-first">
            <input type="checkbox" checked={props.is_on} onchange={on_change} />
            <span>{"Of a table, show how its columns are read first"}</span>
        </label>
    }
}
