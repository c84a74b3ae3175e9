//! Dragging over the map chooses a part of it, a click a row.

use super::places::{Spot, corners, hit, shares};
use crate::protocol::anomalies::MapRegion;
use crate::session::{Anomalies, AnomalyAction, Shared};
use crate::web::page::hooks::{Drag, use_drag};
use yew::prelude::*;

/// A pointer that moves less is a click, px.
const CLICK_PX: f64 = 5.0;

/// The pointer over a map of this width, and two corners of the part that is being chosen, or is chosen.
#[hook]
pub fn use_region_drag(
    it: &Shared<Anomalies>,
    width: f64,
    on_action: &Callback<AnomalyAction>,
) -> (Drag<Spot>, Option<(Spot, Spot)>) {
    let on_end = {
        let (it, on_action) = (it.clone(), on_action.clone());
        Callback::from(move |(from, to)| {
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
    let drag = use_drag(spot, on_end);
    let frame = match drag.span {
        Some((from, to)) if is_drag(from, to) => Some((from, to)),
        _ => it.region.map(|region| corners(region, width)),
    };
    (drag, frame)
}

fn spot(event: &PointerEvent) -> Option<Spot> {
    Some((f64::from(event.offset_x()), f64::from(event.offset_y())))
}

fn is_drag(from: Spot, to: Spot) -> bool {
    (from.0 - to.0).abs().max((from.1 - to.1).abs()) >= CLICK_PX
}
