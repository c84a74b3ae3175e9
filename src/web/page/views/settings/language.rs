//! The choice of the language of the page and its reports.

use crate::language::Language;
use crate::session::Action;
use crate::web::browser::style;
use crate::web::page::hooks::use_store;
use crate::web::page::language;
use std::cell::Cell;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

thread_local! {
    /// The language was just chosen here: the page is written anew, and the focus must come back.
    static IS_CHOSEN: Cell<bool> = const { Cell::new(false) };
}

/// The choice of the language.
#[component]
pub fn LanguageChoice() -> Html {
    let store = use_store();
    let select = use_node_ref();
    {
        let select = select.clone();
        use_effect_with((), move |()| {
            if IS_CHOSEN.take() {
                style::focus(&select);
            }
        });
    }
    let on_change = {
        let select = select.clone();
        Callback::from(move |_: Event| {
            let wanted = select.cast::<HtmlSelectElement>().and_then(|select| Language::of(&select.value()));
            let (Some(wanted), Some(store)) = (wanted, store.clone()) else { return };
            IS_CHOSEN.set(wanted != language::shown());
            let select = select.clone();
            language::choose(wanted, move |why| {
                IS_CHOSEN.set(false);
                if let Some(select) = select.cast::<HtmlSelectElement>() {
                    select.set_value(language::shown().id);
                }
                store.dispatch(Action::Fail(why));
            });
        })
    };
    let shown = language::shown();
    html! {
        <section class="card group" aria-labelledby="settings-language" id="group-language">
            <h2 id="settings-language">{"Language"}</h2>
            <div class="field">
                <label for="language">{"Language of the page and its reports"}</label>
                <div class="field-line">
                    <select id="language" ref={select} onchange={on_change} aria-describedby="language-help">
                        for language in Language::ALL.iter().copied() {
                            <option value={language.id} lang={language.id} translate="no" selected={language == shown}>{ language.name }</option>
                        }
                    </select>
                </div>
                <p id="language-help" class="hint">
                    {"Files for other programs, the packets in short and the names of fields stay English."}
                </p>
            </div>
        </section>
    }
}
