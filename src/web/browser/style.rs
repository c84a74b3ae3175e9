//! Styles set through the object model: the page's policy blocks style attributes in markup.

use crate::maths::number::number;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
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
