//! A Wireshark display filter to copy.

use crate::web::browser::clipboard;
use crate::web::page::parts::icon::Icon;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What is to be copied.
#[derive(Properties, PartialEq)]
pub struct FilterLineProps {
    /// The filter.
    pub filter: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Copied {
    NotYet,
    Done,
    Refused,
}

/// The filter in a field, and a button that copies it.
#[component]
pub fn FilterLine(props: &FilterLineProps) -> Html {
    let field = use_node_ref();
    let copied = use_state_eq(|| Copied::NotYet);
    {
        let set = copied.setter();
        use_effect_with(props.filter.clone(), move |_| set.set(Copied::NotYet));
    }
    let copy = {
        let (field, set, filter) = (field.clone(), copied.setter(), props.filter.clone());
        Callback::from(move |_: MouseEvent| {
            let (field, set) = (field.clone(), set.clone());
            clipboard::copy(&filter, move |is_done| {
                if let Some(field) = field.cast::<HtmlInputElement>().filter(|_| !is_done) {
                    field.select();
                }
                set.set(if is_done { Copied::Done } else { Copied::Refused });
            });
        })
    };
    if props.filter.is_empty() {
        return Html::default();
    }
    let (icon, said) = match *copied {
        Copied::NotYet => (Icon::Copy, ""),
        Copied::Done => (Icon::Check, "Copied."),
        Copied::Refused => {
            (Icon::Copy, "The browser does not allow copying here: the filter is selected, press Ctrl+C.")
        }
    };
    html! {
        <>
            <h3><label for="display-filter">{"Wireshark display filter"}</label></h3>
            <div class="filter-line">
                <input ref={field} id="display-filter" class="code" type="text" readonly=true value={props.filter.clone()} />
                <button type="button" class="button" onclick={copy}>{ icon.html() }<span>{"Copy filter"}</span></button>
            </div>
            <p class="hint" role="status">{ said }</p>
        </>
    }
}
