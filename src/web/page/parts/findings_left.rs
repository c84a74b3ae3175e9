//! The findings that a selection leaves: asked of the worker, and said above a list of them.

use super::text::plain;
use crate::model::format::quantity;
use crate::protocol::{Answer, Query};
use crate::session::{FindingsLeft, Selection, Shared, State};
use crate::web::page::hooks::use_store;
use yew::prelude::*;

/// What is left of the findings. The last answer stays until the next one has come.
#[hook]
pub fn use_findings_left(state: &Shared<State>) -> FindingsLeft {
    let store = use_store();
    let left = use_state_eq(|| FindingsLeft::Asked);
    let newest = use_mut_ref(|| 0_u32);
    let is_whole = state.selection.passes_all() || !state.has_tables;
    let n_expected = state.analysis.as_ref().map_or(0, |analysis| analysis.expected.len());
    {
        let left = left.clone();
        let wanted = (!is_whole).then(|| state.selection.scope());
        use_effect_with((wanted, state.job, state.revision, n_expected), move |(wanted, ..)| {
            let number = newest.borrow().wrapping_add(1);
            newest.replace(number);
            let Some((scope, store)) = wanted.clone().zip(store) else {
                left.set(FindingsLeft::Asked);
                return;
            };
            let on_answer = Callback::from(move |answer| {
                if let (Answer::Findings(answer), true) = (answer, *newest.borrow() == number) {
                    left.set(match answer {
                        Ok(ids) => FindingsLeft::Some(ids.into_iter().collect()),
                        Err(why) => FindingsLeft::Refused(why),
                    });
                }
            });
            store.ask(Query::Findings(scope), on_answer);
        });
    }
    if is_whole { FindingsLeft::All } else { (*left).clone() }
}

/// What is said of them.
#[derive(Properties, PartialEq)]
pub struct LeftNoteProps {
    /// What is left.
    pub left: FindingsLeft,
    /// Findings that are left, of how many.
    pub counts: (usize, usize),
}

/// How many findings are left of how many, and a way to have all of them; nothing while nothing is selected.
#[component]
pub fn LeftNote(props: &LeftNoteProps) -> Html {
    let store = use_store();
    let LeftNoteProps { left, counts: (n, of) } = props;
    let clear = Callback::from(move |_: MouseEvent| {
        if let Some(store) = &store {
            store.select(Selection::default());
        }
    });
    let said = match left {
        FindingsLeft::All => return Html::default(),
        FindingsLeft::Asked => "Looking which findings are in the selection…".to_owned(),
        FindingsLeft::Refused(why) => format!("The selection cannot be used here: {}", plain(why)),
        FindingsLeft::Some(_) => {
            format!(
                "{} of {} in the selection",
                quantity::count(*n as u64),
                quantity::counted(*of as u64, "finding", "findings")
            )
        }
    };
    html! {
        <p class="left-note" role="status" aria-busy={(*left == FindingsLeft::Asked).to_string()} data-testid="findings-left">
            <span>{ said }</span>{" "}
            <button type="button" class="as-link" onclick={clear}>{"Show all"}</button>
        </p>
    }
}
