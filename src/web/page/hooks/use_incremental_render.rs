//! The parts of a long page to how many of them are rendered by now: more with every task of the browser, so that none keeps the
//! page's thread busy for long.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// How many of `n` parts to render: `each` at first, and `each` more with every task of the browser until all are.
#[hook]
pub fn use_incremental_render(n: usize, each: usize) -> usize {
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
