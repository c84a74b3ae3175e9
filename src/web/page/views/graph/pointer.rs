//! What the pointer does to the picture of a graph: dragging moves it, a click chooses a node, a double click narrows to it.

use super::scene::Scene;
use super::viewport::Viewport;
use web_sys::Element;
use yew::prelude::*;

/// Pointers that move less than this click, px.
const CLICK_PX: f64 = 4.0;

/// What the picture calls.
pub struct Pointer {
    /// The pointer was pressed.
    pub down: Callback<PointerEvent>,
    /// It moved.
    pub moved: Callback<PointerEvent>,
    /// It was let go.
    pub up: Callback<PointerEvent>,
    /// The browser took it away.
    pub cancel: Callback<PointerEvent>,
    /// It was clicked twice.
    pub double_click: Callback<MouseEvent>,
}

/// Pressing and moving over a picture; `select` is called with a node that is clicked twice.
#[hook]
pub fn use_pointer(scene: &Scene, select: &Callback<usize>) -> Pointer {
    // Where the pointer went down, px, and what was seen then.
    let drag = use_mut_ref(|| None::<((f64, f64), Viewport)>);
    let down = {
        let (drag, viewport) = (drag.clone(), *scene.viewport);
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                if let Some(target) = event.target_dyn_into::<Element>() {
                    // Without it the picture stops where the pointer leaves it.
                    let _ = target.set_pointer_capture(event.pointer_id());
                }
                drag.replace(Some((spot(&event), viewport)));
            }
        })
    };
    let moved = {
        let (drag, scene) = (drag.clone(), scene.clone());
        Callback::from(move |event: PointerEvent| {
            let at = spot(&event);
            if let Some((from, before)) = *drag.borrow() {
                scene.viewport.set(before.moved((at.0 - from.0, at.1 - from.1), scene.size));
            }
        })
    };
    let up = {
        let (drag, scene) = (drag.clone(), scene.clone());
        Callback::from(move |event: PointerEvent| {
            let Some((from, _)) = drag.take() else { return };
            let at = spot(&event);
            if (at.0 - from.0).abs() + (at.1 - from.1).abs() <= CLICK_PX {
                scene.chosen.set(scene.hit(at));
            }
        })
    };
    let cancel = Callback::from(move |_: PointerEvent| {
        drag.take();
    });
    let double_click = {
        let (scene, select) = (scene.clone(), select.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(place) = scene.hit(spot(&event)) {
                select.emit(place);
            }
        })
    };
    Pointer { down, moved, up, cancel, double_click }
}

/// Where an event is in the picture, px.
fn spot(event: &MouseEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}
