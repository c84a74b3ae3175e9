//! What a host may be, with what speaks for it and how sure that is.

use crate::model::guess::{Guess, GuessAbout};
use crate::protocol::{Answer, Query};
use crate::web::page::hooks::use_store;
use crate::web::page::parts::text::plain;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct GuessesProps {
    /// Address of the host.
    pub host: String,
    /// Job and revision of the result.
    pub result: (u32, u32),
}

/// The guesses; where nothing speaks for anything, that is said.
#[component]
pub fn Guesses(props: &GuessesProps) -> Html {
    let store = use_store();
    let known = use_state_eq(|| None::<Vec<Guess>>);
    let newest = use_mut_ref(|| 0_u32);
    {
        let set = known.setter();
        use_effect_with((props.host.clone(), props.result), move |(host, _)| {
            let Some(store) = store else { return };
            let number = newest.borrow().wrapping_add(1);
            newest.replace(number);
            let on_answer = Callback::from(move |answer| {
                if let (Answer::Guesses(guesses), true) = (answer, *newest.borrow() == number) {
                    set.set(Some(guesses));
                }
            });
            store.ask(Query::Guesses(host.clone()), on_answer);
        });
    }
    let Some(guesses) = &*known else { return Html::default() };
    let of = |about: GuessAbout| guesses.iter().filter(move |guess| guess.about == about).collect::<Vec<_>>();
    html! {
        <section class="card guesses" aria-labelledby="guesses-title" data-testid="guesses">
            <h2 id="guesses-title">{"What it may be"}</h2>
            <div class="guess-parts">
                { part("System", &of(GuessAbout::System)) }
                { part("Role", &of(GuessAbout::Role)) }
            </div>
            <p class="hint">{"Guesses from the whole file. Stated: the host, or a server that gives it its settings, says so; likely: signs that few others have; possible: a sign that others have too."}</p>
        </section>
    }
}

fn part(title: &'static str, guesses: &[&Guess]) -> Html {
    html! {
        <div>
            <h3>{ title }</h3>
            if guesses.is_empty() {
                <p class="hint">{"Nothing in the traffic speaks for one."}</p>
            }
            <ul>
                for guess in guesses {
                    <li>
                        <strong>{ plain(&guess.text) }</strong>{" "}<span class="verdict">{ guess.strength.name() }</span>
                        for evidence in &guess.evidence {
                            <span class="guess-evidence">{ plain(evidence) }</span>
                        }
                    </li>
                }
            </ul>
        </div>
    }
}
