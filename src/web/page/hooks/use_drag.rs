//! Pressing a picture, moving over it, letting go.

use web_sys::Element;
use yew::prelude::*;

/// The pointer over a picture, whose places are `T`.
pub struct Drag<T> {
    /// Where it was pressed and where it is; none while it is not pressed.
    pub span: Option<(T, T)>,
    /// The pointer was pressed.
    pub on_down: Callback<PointerEvent>,
    /// It moved.
    pub on_move: Callback<PointerEvent>,
    /// It was let go.
    pub on_up: Callback<PointerEvent>,
    /// The browser took it away.
    pub on_cancel: Callback<PointerEvent>,
}

/// The pointer over a picture: `at` says where an event is, `on_end` is called with where the pointer was pressed and let go.
#[hook]
pub fn use_drag<T: Copy + PartialEq + 'static>(
    at: fn(&PointerEvent) -> Option<T>,
    on_end: Callback<(T, T)>,
) -> Drag<T> {
    let drag = use_state_eq(|| None::<(T, T)>);
    let on_down = {
        let drag = drag.setter();
        Callback::from(move |event: PointerEvent| {
            let Some(place) = at(&event).filter(|_| event.button() == 0) else { return };
            if let Some(target) = event.target_dyn_into::<Element>() {
                // Without it a span ends where the pointer leaves the picture.
                let _ = target.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some((place, place)));
        })
    };
    let on_move = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let (Some((from, _)), Some(to)) = (*drag, at(&event)) {
                drag.set(Some((from, to)));
            }
        })
    };
    let on_up = {
        let drag = drag.clone();
        Callback::from(move |_: PointerEvent| {
            if let Some(span) = *drag {
                drag.set(None);
                on_end.emit(span);
            }
        })
    };
    let on_cancel = {
        let drag = drag.setter();
        Callback::from(move |_: PointerEvent| drag.set(None))
    };
    Drag { span: *drag, on_down, on_move, on_up, on_cancel }
}
