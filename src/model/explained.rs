//! An explanation to itself, or to nothing in a program that shows none: what the page shows is not loaded a second time.

/// The explanation, if this program shows any: the worker is built without the feature `explanations`.
pub const fn explained(text: &'static str) -> &'static str {
    if cfg!(feature = "explanations") { text } else { "" }
}
