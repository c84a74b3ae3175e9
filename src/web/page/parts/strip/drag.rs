//! Dragging over the timeline: what is dragged over is selected, a click beside it selects all again.

use super::{brush, n_bins, share, start_of};
use crate::model::Analysis;
use crate::session::Shared;
use crate::web::page::hooks::{Drag, use_drag, use_store};
use web_sys::Element;
use yew::prelude::*;

/// A press that moves less is a click, px.
const CLICK_PX: f64 = 4.0;

/// Where an event is, as a share of the timeline's width, and that width in px.
pub type At = (f64, f64);

/// The pointer over the timeline of an analysis, of which this time is selected.
#[hook]
pub fn use_time_drag(analysis: &Shared<Analysis>, time: Option<(i64, i64)>) -> Drag<At> {
    let (store, analysis) = (use_store(), analysis.clone());
    let on_end = Callback::from(move |((from, width), (to, _)): (At, At)| {
        let Some(store) = &store else { return };
        let timeline = &analysis.stats.timeline;
        let selection = store.state().selection.clone();
        if (from - to).abs() * width >= CLICK_PX {
            let (first, end) = brush::bins((from, to), n_bins(timeline));
            store.select(selection.at(Some((start_of(timeline, first), start_of(timeline, end)))));
        } else if time.is_some_and(|(first, end)| !(share(timeline, first)..=share(timeline, end)).contains(&from)) {
            store.select(selection.at(None));
        }
    });
    use_drag(at, on_end)
}

fn at(event: &PointerEvent) -> Option<At> {
    let width = event.current_target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<Element>(target).ok())?;
    let width = f64::from(width.client_width()).max(1.0);
    Some((f64::from(event.offset_x()) / width, width))
}
