//! Events of form fields to what people chose, typed or ticked.

use super::drop::files_of;
use crate::maths::number::number;
use web_sys::{Event, File, HtmlInputElement, HtmlSelectElement};
use yew::TargetCast;

/// The value of a list.
pub fn chosen(event: &Event) -> Option<String> {
    event.target_dyn_into::<HtmlSelectElement>().map(|list| list.value())
}

/// How far something is, as the label of a bar; at first what does it is loaded.
pub fn progress(what: &str, share: f32) -> String {
    if share > 0.0 { format!("{what}: {:.0} %", share * 100.0) } else { format!("{what}: getting ready") }
}

/// The number in a field; none if there is no such.
pub fn typed(event: &Event) -> Option<f64> {
    number(event.target_dyn_into::<HtmlInputElement>()?.value().trim())
}

/// True if a box is ticked.
pub fn is_ticked(event: &Event) -> bool {
    event.target_dyn_into::<HtmlInputElement>().is_some_and(|field| field.checked())
}

/// The files of a field, which is emptied, so that choosing the same again is a change too.
pub fn files_chosen(event: &Event) -> Vec<File> {
    let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return Vec::new() };
    let files = field.files().map(|files| files_of(&files)).unwrap_or_default();
    field.set_value("");
    files
}
