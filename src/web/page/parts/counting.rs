//! How far the worker is with what a view asks, once that takes a moment, and the way to do without it.

use crate::web::page::hooks::use_store;
use crate::web::page::store::Count;
use gloo::timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use yew::prelude::*;

/// What is answered sooner shows no progress, ms.
const SOON_MS: u32 = 150;

/// The questions that are open, and a button that cancels them.
#[component]
pub fn Counting() -> Html {
    let store = use_store();
    let shown = use_state_eq(Count::default);
    {
        let (store, shown) = (store.clone(), shown.setter());
        use_effect_with((), move |()| {
            // The count now, and whether it is shown.
            let now = Rc::new(Cell::new((Count::default(), false)));
            let timer = RefCell::new(None::<Timeout>);
            let on_count = Callback::from(move |count: Count| {
                let is_shown = now.get().1 && count.n_asked > 0;
                now.set((count, is_shown));
                if count.n_asked == 0 {
                    timer.take();
                    shown.set(count);
                } else if is_shown {
                    shown.set(count);
                } else if timer.borrow().is_none() {
                    let (now, shown) = (now.clone(), shown.clone());
                    let show = move || {
                        now.set((now.get().0, true));
                        shown.set(now.get().0);
                    };
                    timer.replace(Some(Timeout::new(SOON_MS, show)));
                }
            });
            if let Some(store) = store {
                store.watch_questions(on_count);
            }
        });
    }
    let Count { n_answered, n_asked } = *shown;
    let on_cancel = Callback::from(move |_: MouseEvent| {
        if let Some(store) = &store {
            store.cancel_questions();
        }
    });
    html! {
        if n_asked > 0 {
            <div class="counting" data-testid="counting">
                <label for="counting-bar" role="status">
                    { if n_asked > 1 { format!("Counting: {n_answered} of {n_asked} done") } else { "Counting…".to_owned() } }
                </label>
                <progress id="counting-bar" class="bar" max={n_asked.to_string()} value={(n_asked > 1).then(|| n_answered.to_string())} />
                <button type="button" class="button" onclick={on_cancel}>{"Cancel"}</button>
            </div>
        }
    }
}
