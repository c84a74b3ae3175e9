//! What several components need of the browser: sizes, colours, the store.

mod use_dark;
mod use_drag;
mod use_focus;
mod use_incremental_render;
mod use_pixel_ratio;
mod use_rule_form;
mod use_size;

pub use use_dark::{IsDark, use_dark};
pub use use_drag::{Drag, use_drag};
pub use use_focus::use_focus_on_change;
pub use use_incremental_render::use_incremental_render;
pub use use_pixel_ratio::use_pixel_ratio;
pub use use_rule_form::{OpenRule, use_rule_form};
pub use use_size::use_size;

use super::store::Store;
use crate::session::{Action, Clock};
use yew::prelude::*;

/// The page's store.
#[hook]
pub fn use_store() -> Option<Store> {
    use_context::<Store>()
}

/// The zone that times are shown in.
#[hook]
pub fn use_clock() -> Clock {
    use_context::<Clock>().unwrap_or_default()
}

/// A callback that sends an action to the store.
#[hook]
pub fn use_action<In: 'static>(action: impl Fn(In) -> Action + 'static) -> Callback<In> {
    let store = use_store();
    Callback::from(move |input| {
        if let Some(store) = &store {
            store.dispatch(action(input));
        }
    })
}
