//! Pressing and moving over the timeline: what is dragged over is selected, a click beside it selects all again.

use super::{brush, n_bins, share, start_of};
use crate::model::Analysis;
use crate::session::Shared;
use crate::web::page::hooks::use_store;
use web_sys::Element;
use yew::prelude::*;

/// A press that moves less is a click, px.
const CLICK_PX: f64 = 4.0;

/// The pointer over the timeline.
pub struct TimeDrag {
    /// What is being selected, or is selected, as shares of the width.
    pub shown: Option<(f64, f64)>,
    /// The pointer was pressed.
    pub on_down: Callback<PointerEvent>,
    /// It moved.
    pub on_move: Callback<PointerEvent>,
    /// It was let go.
    pub on_up: Callback<PointerEvent>,
    /// The browser took it away.
    pub on_cancel: Callback<PointerEvent>,
}

/// Where the pointer was pressed and where it is, as shares of the width.
#[derive(Clone, Copy, PartialEq)]
struct Span {
    from: f64,
    to: f64,
    width: f64,
}

/// The pointer over the timeline of an analysis, of which this time is selected.
#[hook]
pub fn use_drag(analysis: &Shared<Analysis>, time: Option<(i64, i64)>) -> TimeDrag {
    let store = use_store();
    let drag = use_state_eq(|| None::<Span>);
    let timeline = &analysis.stats.timeline;
    let shown = match *drag {
        Some(Span { from, to, .. }) => Some((from.min(to), from.max(to))),
        None => time.map(|(from, to)| (share(timeline, from), share(timeline, to))),
    };
    let on_down = {
        let drag = drag.setter();
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let Some((share, width)) = at(&event) {
                if let Some(target) = event.target_dyn_into::<Element>() {
                    // Without it a span ends where the pointer leaves the strip.
                    let _ = target.set_pointer_capture(event.pointer_id());
                }
                drag.set(Some(Span { from: share, to: share, width }));
            }
        })
    };
    let on_move = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let (Some(now), Some((share, _))) = (*drag, at(&event)) {
                drag.set(Some(Span { to: share, ..now }));
            }
        })
    };
    let on_up = {
        let (drag, analysis) = (drag.clone(), analysis.clone());
        let is_within = move |share: f64| shown.is_some_and(|(from, to)| (from..=to).contains(&share));
        Callback::from(move |_: PointerEvent| {
            let (Some(Span { from, to, width }), Some(store)) = (*drag, &store) else { return };
            drag.set(None);
            let timeline = &analysis.stats.timeline;
            let selection = store.state().selection.clone();
            if (from - to).abs() * width >= CLICK_PX {
                let (first, end) = brush::bins((from, to), n_bins(timeline));
                store.select(selection.at(Some((start_of(timeline, first), start_of(timeline, end)))));
            } else if time.is_some() && !is_within(from) {
                store.select(selection.at(None));
            }
        })
    };
    let on_cancel = {
        let drag = drag.setter();
        Callback::from(move |_: PointerEvent| drag.set(None))
    };
    TimeDrag { shown, on_down, on_move, on_up, on_cancel }
}

/// Where an event is, as a share of the strip's width, and that width in px.
fn at(event: &PointerEvent) -> Option<(f64, f64)> {
    let width = event.current_target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<Element>(target).ok())?;
    let width = f64::from(width.client_width()).max(1.0);
    Some((f64::from(event.offset_x()) / width, width))
}
