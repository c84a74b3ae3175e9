//! Device pixels to a CSS pixel, watched: it changes with zoom and when a window moves to another screen.

use gloo::events::EventListener;
use yew::prelude::*;

/// Device pixels to a CSS pixel.
#[hook]
pub fn use_pixel_ratio() -> f64 {
    let ratio = use_state_eq(now);
    {
        let set = ratio.setter();
        use_effect_with(*ratio, move |ratio| {
            let query = gloo::utils::window().match_media(&format!("(resolution: {ratio}dppx)")).ok().flatten();
            let listener = query.map(|query| EventListener::new(&query, "change", move |_| set.set(now())));
            move || drop(listener)
        });
    }
    *ratio
}

fn now() -> f64 {
    gloo::utils::window().device_pixel_ratio()
}
