//! Moves the focus to a heading when what is shown changes.

use crate::web::browser::style;
use yew::prelude::*;

/// Focuses the element that the reference points to whenever `what` changes, but not when it is first shown and
/// `is_first_too` is false.
#[hook]
pub fn use_focus_on_change<What: PartialEq + Clone + 'static>(node: &NodeRef, what: What, is_first_too: bool) {
    let is_later = use_mut_ref(|| is_first_too);
    let node = node.clone();
    use_effect_with(what, move |_| {
        if is_later.replace(true) {
            style::focus(&node);
        }
    });
}
