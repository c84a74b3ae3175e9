//! Long pages are built in turns, so that none keeps the page's thread busy for long.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// How many of `n` parts are there: `each` at first, and so many more in every task of the page until all are.
#[hook]
pub fn use_turns(n: usize, each: usize) -> usize {
    let there = use_state(|| each);
    {
        let there = there.clone();
        use_effect_with((*there, n), move |&(before, n)| {
            let timer = (before < n).then(|| Timeout::new(0, move || there.set(before + each)));
            move || drop(timer)
        });
    }
    n.min(*there)
}
