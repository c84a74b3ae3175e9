//! The form for a rule of what is expected: open or not, and what its buttons do.

use super::use_action;
use crate::model::Rule;
use crate::session::Action;
use yew::prelude::*;

/// A form that opens and closes.
pub struct OpenRule {
    /// It is open.
    pub is_open: UseStateHandle<bool>,
    /// Opens or closes it.
    pub toggle: Callback<MouseEvent>,
    /// Closes it without a rule.
    pub on_cancel: Callback<()>,
    /// Closes it with a rule, which is in force from then on.
    pub on_done: Callback<Rule>,
}

/// A form that is closed at first.
#[hook]
pub fn use_rule_form() -> OpenRule {
    let is_open = use_state_eq(|| false);
    let expect = use_action(Action::Expect);
    let toggle = {
        let is_open = is_open.clone();
        Callback::from(move |_| is_open.set(!*is_open))
    };
    let on_cancel = {
        let is_open = is_open.setter();
        Callback::from(move |()| is_open.set(false))
    };
    let on_done = {
        let is_open = is_open.setter();
        Callback::from(move |rule: Rule| {
            is_open.set(false);
            expect.emit(rule);
        })
    };
    OpenRule { is_open, toggle, on_cancel, on_done }
}
