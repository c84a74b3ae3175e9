//! Pressing and moving over the map: a part of it is chosen by dragging, a row by a click.

use super::places::{Spot, corners, hit, shares};
use crate::protocol::anomalies::MapRegion;
use crate::session::{Anomalies, AnomalyAction, Shared};
use web_sys::Element;
use yew::prelude::*;

/// A pointer that moves less is a click, px.
const CLICK_PX: f64 = 5.0;

/// The pointer over the map.
pub struct RegionDrag {
    /// The part that is being chosen, or is chosen: two of its corners.
    pub frame: Option<(Spot, Spot)>,
    /// The pointer was pressed.
    pub on_down: Callback<PointerEvent>,
    /// It moved.
    pub on_move: Callback<PointerEvent>,
    /// It was let go.
    pub on_up: Callback<PointerEvent>,
    /// The browser took it away.
    pub on_cancel: Callback<PointerEvent>,
}

/// The pointer over a map of this width.
#[hook]
pub fn use_drag(it: &Shared<Anomalies>, width: f64, on_action: &Callback<AnomalyAction>) -> RegionDrag {
    // Where the pointer was pressed and where it is.
    let drag = use_state_eq(|| None::<(Spot, Spot)>);
    let frame = match *drag {
        Some((from, to)) if is_drag(from, to) => Some((from, to)),
        _ => it.region.map(|region| corners(region, width)),
    };
    let on_down = {
        let drag = drag.setter();
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let Some(target) = event.target_dyn_into::<Element>() {
                // Without it a part ends where the pointer leaves the map.
                let _ = target.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some((spot(&event), spot(&event))));
        })
    };
    let on_move = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some((from, _)) = *drag {
                drag.set(Some((from, spot(&event))));
            }
        })
    };
    let on_up = {
        let (it, drag, on_action) = (it.clone(), drag.clone(), on_action.clone());
        Callback::from(move |_: PointerEvent| {
            let Some((from, to)) = *drag else { return };
            drag.set(None);
            if is_drag(from, to) {
                let region = MapRegion::between(shares(from, width), shares(to, width));
                return on_action.emit(AnomalyAction::Brush(Some(region)));
            }
            let map = it.result.as_ref().and_then(|result| result.map.as_ref());
            if let Some(row) = map.and_then(|map| hit(map, to, width)) {
                on_action.emit(AnomalyAction::Select(Some(row)));
            } else if it.region.is_some() {
                on_action.emit(AnomalyAction::Brush(None));
            }
        })
    };
    let on_cancel = {
        let drag = drag.setter();
        Callback::from(move |_: PointerEvent| drag.set(None))
    };
    RegionDrag { frame, on_down, on_move, on_up, on_cancel }
}

fn spot(event: &PointerEvent) -> Spot {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

fn is_drag(from: Spot, to: Spot) -> bool {
    (from.0 - to.0).abs().max((from.1 - to.1).abs()) >= CLICK_PX
}
