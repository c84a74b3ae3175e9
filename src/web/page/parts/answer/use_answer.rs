//! Asks the worker what can be asked, and the question that is chosen; the last answer stays until the next one is here.

use crate::model::explore::{Answer, Catalogue, Question};
use crate::protocol::{self, Query};
use crate::session::Shared;
use crate::web::page::hooks::use_store;
use yew::prelude::*;

/// What is known of the answer.
#[derive(Clone, PartialEq)]
pub enum Asked {
    /// It was asked for.
    Waiting,
    /// It cannot be asked, and why.
    Refused(String),
    /// Here it is; true while it is the one before.
    Here(Shared<Answer>, bool),
}

/// What can be asked of the input.
#[hook]
pub fn use_catalogue(result: (u32, u32), has_tables: bool) -> Option<Shared<Catalogue>> {
    let store = use_store();
    let known = use_state_eq(|| None::<Shared<Catalogue>>);
    {
        let set = known.setter();
        use_effect_with((result, has_tables), move |_| {
            let on_answer = Callback::from(move |answer| {
                if let protocol::Answer::Catalogue(catalogue) = answer {
                    set.set(Some(Shared::new(*catalogue)));
                }
            });
            if let Some(store) = store {
                store.ask(Query::Catalogue, on_answer);
            }
        });
    }
    (*known).clone()
}

/// The answer to a question.
#[hook]
pub fn use_answer(question: Option<Question>, result: (u32, u32)) -> Asked {
    let store = use_store();
    let asked = use_state_eq(|| Asked::Waiting);
    let newest = use_mut_ref(|| 0_u32);
    {
        let asked = asked.clone();
        use_effect_with((question, result), move |(question, _)| {
            let number = newest.borrow().wrapping_add(u32::from(question.is_some()));
            newest.replace(number);
            if let (Asked::Here(answer, _), Some(_)) = (&*asked, question) {
                asked.set(Asked::Here(answer.clone(), true));
            }
            let on_answer = Callback::from(move |answer| {
                if let (protocol::Answer::Explored(answer), true) = (answer, *newest.borrow() == number) {
                    asked.set(match *answer {
                        Ok(answer) => Asked::Here(Shared::new(answer), false),
                        Err(why) => Asked::Refused(why),
                    });
                }
            });
            let question = question
                .clone()
                .zip(store.as_ref())
                .and_then(|(question, store)| store.ask_numbered(Query::Explore(question), on_answer));
            // What is not shown any more need not be counted.
            move || {
                if let Some((question, store)) = question.zip(store) {
                    store.forget(question);
                }
            }
        });
    }
    (*asked).clone()
}
