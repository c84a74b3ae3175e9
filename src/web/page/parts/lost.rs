//! Said in place of a table when the worker that held it is gone.

use super::icon::Icon;
use crate::session::Action;
use crate::web::page::hooks::use_action;
use yew::prelude::*;

/// Why there is no table, and what brings it back.
#[component]
pub fn TablesLost() -> Html {
    let again = use_action(|_: MouseEvent| Action::ReadAgain);
    html! {
        <div class="placeholder">
            <p>{"The worker that held the tables stopped. Read the file again to restore them."}</p>
            <button type="button" class="button main" onclick={again}>
                { Icon::Again.html() }<span>{"Read the file again"}</span>
            </button>
        </div>
    }
}
