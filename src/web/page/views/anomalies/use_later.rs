//! A number that follows another one once that has rested.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

/// The value as it was when it last rested for so long; at once where `fresh` changes.
#[hook]
pub fn use_later(value: f64, rest_ms: u32, fresh: u32) -> f64 {
    let rested = use_state_eq(|| (value, fresh));
    {
        let rested = rested.clone();
        use_effect_with((value, fresh), move |(value, fresh)| {
            let (value, fresh) = (*value, *fresh);
            let timer = if rested.1 == fresh {
                Some(Timeout::new(rest_ms, move || rested.set((value, fresh))))
            } else {
                rested.set((value, fresh));
                None
            };
            move || drop(timer)
        });
    }
    if rested.1 == fresh { rested.0 } else { value }
}
