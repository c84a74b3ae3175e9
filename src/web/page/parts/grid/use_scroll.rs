//! Scroll and wheel events of a grid to its offset into the rows, also where the scroll bar is scaled (see `session::window`).

use crate::session::window::Scroll;
use gloo::events::{EventListener, EventListenerOptions};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, WheelEvent};
use yew::prelude::*;

/// Height of a line for wheels that count in lines, px: that of a row (1.75 rem).
const LINE_PX: f64 = 28.0;

struct Now {
    scroll: Cell<Scroll>,
    top_px: Cell<f64>,
    /// The scroll position that was set here: its event brings no news.
    expected: Cell<Option<i32>>,
}

/// The offset into the rows in px, and a callback that sets it.
#[hook]
pub fn use_scroll(node: &NodeRef, scroll: Scroll) -> (f64, Callback<f64>) {
    let top_px = use_state_eq(|| 0.0);
    let now = use_memo((), |()| Now { scroll: Cell::new(scroll), top_px: Cell::new(0.0), expected: Cell::new(None) });
    now.scroll.set(scroll);
    let top = now.top_px.get().min(scroll.most_top_px());
    now.top_px.set(top);
    let scroll_to = {
        let (now, node, set) = (now.clone(), node.clone(), top_px.setter());
        Callback::from(move |wanted: f64| {
            let scroll = now.scroll.get();
            let wanted = wanted.clamp(0.0, scroll.most_top_px());
            now.top_px.set(wanted);
            set.set(wanted);
            if let Some(element) = node.cast::<Element>() {
                let position = scroll.scroll_top(wanted).round() as i32;
                if element.scroll_top() != position {
                    now.expected.set(Some(position));
                    element.set_scroll_top(position);
                }
            }
        })
    };
    {
        let (set, scroll_to) = (top_px.setter(), scroll_to.clone());
        use_effect_with(node.clone(), move |node| {
            let listeners = node.cast::<Element>().map(|element| listen(&element, &now, set, scroll_to));
            move || drop(listeners)
        });
    }
    (top, scroll_to)
}

fn listen(element: &Element, now: &Rc<Now>, set: UseStateSetter<f64>, scroll_to: Callback<f64>) -> [EventListener; 2] {
    let (scrolled, moved) = (element.clone(), now.clone());
    let on_scroll = EventListener::new(element, "scroll", move |_| {
        let position = scrolled.scroll_top();
        if moved.expected.take() != Some(position) {
            let top_px = moved.scroll.get().top_px(position.into());
            moved.top_px.set(top_px);
            set.set(top_px);
        }
    });
    let wheeled = now.clone();
    // In a scaled table the browser would move thousands of rows at a time: the wheel is taken over.
    let on_wheel = EventListener::new_with_options(
        element,
        "wheel",
        EventListenerOptions::enable_prevent_default(),
        move |event| {
            let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
            let scroll = wheeled.scroll.get();
            if !scroll.is_scaled() || event.ctrl_key() || event.shift_key() || event.delta_y() == 0.0 {
                return;
            }
            event.prevent_default();
            let unit = match event.delta_mode() {
                WheelEvent::DOM_DELTA_LINE => LINE_PX,
                WheelEvent::DOM_DELTA_PAGE => scroll.view_px,
                _ => 1.0,
            };
            scroll_to.emit(wheeled.top_px.get() + event.delta_y() * unit);
        },
    );
    [on_scroll, on_wheel]
}
