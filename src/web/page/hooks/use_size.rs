//! The size of an element, watched.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Inner size of an element in CSS pixels; 0 before it is on the page.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Size {
    /// Width, px.
    pub width: f64,
    /// Height, px.
    pub height: f64,
}

/// The inner size of the element that the reference points to, whenever it changes.
#[hook]
pub fn use_size(node: &NodeRef) -> Size {
    let size = use_state_eq(Size::default);
    {
        let size = size.clone();
        use_effect_with(node.clone(), move |node| {
            let watch = node.cast::<Element>().and_then(|element| {
                let set = size.setter();
                let watched = element.clone();
                // The observer tells the first size too, when the page has been laid out: to ask here would lay it out anew
                // for every element that is watched.
                let on_resize = Closure::<dyn Fn(Array)>::new(move |_| {
                    let (width, height) = (watched.client_width(), watched.client_height());
                    set.set(Size { width: width.into(), height: height.into() });
                });
                let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
                observer.observe(&element);
                Some((observer, on_resize))
            });
            move || {
                if let Some((observer, on_resize)) = watch {
                    observer.disconnect();
                    drop(on_resize);
                }
            }
        });
    }
    *size
}
