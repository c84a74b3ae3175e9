//! Styles set through the object model: the page's policy blocks style attributes in markup.

use crate::maths::number::number;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};
use yew::NodeRef;

/// Sets a style property of an element that is on the page.
pub fn set(node: &NodeRef, property: &str, value: &str) {
    if let Some(element) = node.cast::<HtmlElement>() {
        // Fails only for a property that does not exist.
        let _ = element.style().set_property(property, value);
    }
}

/// Sets a style property of the whole page, as `--top`.
pub fn set_on_root(property: &str, value: &str) {
    let root = gloo::utils::document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok());
    if let Some(root) = root {
        // Fails only for a property that does not exist.
        let _ = root.style().set_property(property, value);
    }
}

/// Scrolls the page to its top.
pub fn scroll_to_top() {
    gloo::utils::window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Pixels to the root's `rem`: what people set as their text size.
pub fn rem_px() -> f64 {
    let root = gloo::utils::document().document_element();
    let style = root.and_then(|root| gloo::utils::window().get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    size.and_then(|size| number(size.trim_end_matches("px"))).unwrap_or(16.0)
}

/// Gives an element the focus, if it is on the page.
pub fn focus(node: &NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        // Fails only for what cannot be focused.
        let _ = element.focus();
    }
}

/// Gives the focus to the first element that one of these selectors finds, in their order, if what had it is gone from the page
/// after what happens now.
pub fn focus_if_lost(selectors: &'static [&'static str]) {
    if_lost(move |document| selectors.iter().find_map(|selector| document.query_selector(selector).ok().flatten()));
}

/// Gives the focus back to what has it now, if what gets it instead is gone from the page when this is called.
pub fn focus_again() -> impl FnOnce() {
    let before = gloo::utils::document().active_element();
    move || if_lost(move |_| before.filter(|element| element.is_connected()))
}

fn if_lost(find: impl FnOnce(&Document) -> Option<Element> + 'static) {
    // Drawing comes first.
    let look = move || {
        let document = gloo::utils::document();
        let is_lost = document.active_element().is_none_or(|element| element.tag_name() == "BODY");
        let found = if is_lost { find(&document) } else { None };
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // Fails only for what cannot be focused.
            let _ = element.focus();
        }
    };
    Timeout::new(0, look).forget();
}
