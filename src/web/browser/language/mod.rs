//! Shows the document in another language: watches what is written into it, and writes the translation in its place, as a rule before
//! it is painted. With English nothing is watched.
//!
//! What has `translate="no"`, as HTML has it, is data and stays; within it, `translate="yes"` is ours again.

mod nodes;
mod queue;

use crate::language::{Catalogue, Kept, Language, SPOKEN};
use crate::model::terms;
use js_sys::Array;
use nodes::Nodes;
use queue::Queue;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use web_sys::{MutationObserver, MutationObserverInit};

/// Translations that are remembered: rows are drawn again and again.
const MOST_KNOWN: usize = 4_096;
/// Longer texts are not remembered; bytes.
const LONGEST_KNOWN: usize = 400;

struct Shown {
    language: Language,
    catalogue: Catalogue,
    /// The forms of terms as the language writes them.
    terms: Vec<(String, String, usize)>,
    known: RefCell<HashMap<String, Option<String>>>,
    nodes: Nodes,
    queue: Queue,
    observer: Option<MutationObserver>,
    _on_change: Closure<dyn FnMut(Array)>,
}

thread_local! {
    static SHOWN: RefCell<Option<Rc<Shown>>> = const { RefCell::new(None) };
    /// Names from the file that is open.
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// The languages that the browser wants, the most wanted first.
pub fn wanted() -> Vec<String> {
    gloo::utils::window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// The language that is shown.
pub fn shown() -> Language {
    SHOWN.with_borrow(|shown| shown.as_ref().map_or(Language::ENGLISH, |shown| shown.language))
}

/// Leaves names from the file that is open as they are, from now on.
pub fn keep(kept: Kept) {
    KEPT.replace(kept.clone());
    if let Some(shown) = SHOWN.with_borrow(Option::clone).filter(|shown| shown.catalogue.keep(kept)) {
        shown.known.borrow_mut().clear();
        shown.nodes.forget();
    }
}

/// A text in the language that is shown; none if it stays as it is.
pub fn translated(text: &str) -> Option<String> {
    SHOWN.with_borrow(Option::clone)?.translated(text)
}

/// Where a text in the language that is shown has terms, as [`terms::find`] does for English.
pub fn terms(text: &str) -> Vec<(Range<usize>, usize)> {
    let shown = SHOWN.with_borrow(Option::clone);
    shown.map_or_else(Vec::new, |shown| terms::find_forms(text, &shown.terms))
}

/// Calls with the catalogue of the language that is shown, if it is not English.
pub fn with_catalogue<T>(then: impl FnOnce(Language, Option<&Catalogue>) -> T) -> T {
    match SHOWN.with_borrow(Option::clone) {
        Some(shown) => then(shown.language, Some(&shown.catalogue)),
        None => then(Language::ENGLISH, None),
    }
}

/// Shows the document in English, as it was written.
pub fn show_english() {
    let Some(before) = SHOWN.take() else { return };
    if let Some(observer) = &before.observer {
        observer.disconnect();
    }
    let Some(root) = gloo::utils::document().document_element() else { return };
    before.nodes.put_back(&root);
    let _ = root.set_attribute("lang", Language::ENGLISH.id);
}

/// Shows the document in the language of a catalogue, and whatever is written into it from now on.
pub fn show(language: Language, catalogue: Catalogue) {
    show_english();
    catalogue.keep(KEPT.with_borrow(Clone::clone));
    let (Some(root), Some(nodes)) = (gloo::utils::document().document_element(), Nodes::new()) else { return };
    let on_change = Closure::new(|records: Array| {
        let Some(shown) = SHOWN.with_borrow(Option::clone) else { return };
        shown.queue.take_in(&records);
        shown.work();
    });
    let observer = MutationObserver::new(on_change.as_ref().unchecked_ref()).ok();
    let terms = terms::forms(&|form| catalogue.translated(form).unwrap_or_else(|| form.to_owned()));
    let shown = Rc::new(Shown {
        language,
        catalogue,
        terms,
        known: RefCell::default(),
        nodes,
        queue: Queue::default(),
        observer,
        _on_change: on_change,
    });
    SHOWN.replace(Some(shown.clone()));
    // Fails only for an impossible attribute name.
    let _ = root.set_attribute("lang", language.id);
    let options = MutationObserverInit::new();
    options.set_subtree(true);
    options.set_child_list(true);
    options.set_character_data(true);
    options.set_attributes(true);
    options.set_attribute_filter(&SPOKEN.iter().map(|name| JsValue::from_str(name)).collect::<Array>());
    if let Some(observer) = &shown.observer {
        // Fails only for options that make no sense.
        let _ = observer.observe_with_options(&root, &options);
    }
    shown.queue.add(root.into());
    shown.work();
}

impl Shown {
    fn translated(&self, text: &str) -> Option<String> {
        if text.len() > LONGEST_KNOWN {
            return self.catalogue.translated(text);
        }
        if let Some(known) = self.known.borrow().get(text) {
            return known.clone();
        }
        let said = self.catalogue.translated(text);
        let mut known = self.known.borrow_mut();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(text.to_owned(), said.clone());
        said
    }

    /// Translates what waits, for a while; the rest once the browser had its turn.
    fn work(self: &Rc<Self>) {
        let is_left = self.queue.work(&self.nodes, &|text| self.catalogue.translated(text));
        // What was just written is no news.
        if let Some(observer) = &self.observer {
            observer.take_records();
        }
        if is_left && self.queue.may_come_back() {
            let shown = self.clone();
            gloo::timers::callback::Timeout::new(0, move || {
                shown.queue.came_back();
                if SHOWN.with_borrow(|now| now.as_ref().is_some_and(|now| Rc::ptr_eq(now, &shown))) {
                    shown.work();
                }
            })
            .forget();
        }
    }
}
