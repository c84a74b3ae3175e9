//! Shows the document in another language: watches what is written into it, and writes the translation in its place before it is
//! painted. With English nothing is watched.
//!
//! A node remembers the English that it was written with and what it says instead, as two properties of its own, so that one can
//! go back. What has `translate="no"`, as HTML has it, is data and stays; within it, `translate="yes"` is ours again.

use crate::language::{CODE, Catalogue, Language, SPOKEN};
use crate::model::terms;
use js_sys::{Array, Reflect};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MutationObserver, MutationObserverInit, MutationRecord, Node};

/// The nearest element that decides whether what is in it is translated.
const DECIDES: &str = "[translate],code,pre,samp,script,style,textarea";
/// Elements with attributes that are read to people.
const HAS_SPOKEN: &str = "[title],[aria-label],[placeholder],[alt],[aria-description],[aria-valuetext]";
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
    observer: Option<MutationObserver>,
    _on_change: Closure<dyn FnMut(Array, MutationObserver)>,
}

thread_local! {
    static SHOWN: RefCell<Option<Rc<Shown>>> = const { RefCell::new(None) };
}

/// The languages that the browser wants, the most wanted first.
pub fn wanted() -> Vec<String> {
    gloo::utils::window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// The language that is shown.
pub fn shown() -> Language {
    SHOWN.with_borrow(|shown| shown.as_ref().map_or(Language::ENGLISH, |shown| shown.language))
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
    each(&root, false, &mut |node, attribute| put_back(node, attribute));
    let _ = root.set_attribute("lang", Language::ENGLISH.id);
}

/// Shows the document in the language of a catalogue, and whatever is written into it from now on.
pub fn show(language: Language, catalogue: Catalogue) {
    show_english();
    let Some(root) = gloo::utils::document().document_element() else { return };
    let on_change = Closure::new(|records: Array, observer: MutationObserver| {
        let Some(shown) = SHOWN.with_borrow(Option::clone) else { return };
        records.iter().for_each(|record| shown.changed(record.unchecked_ref()));
        // What was just written is no news.
        observer.take_records();
    });
    let observer = MutationObserver::new(on_change.as_ref().unchecked_ref()).ok();
    let terms = terms::forms(&|form| catalogue.translated(form).unwrap_or_else(|| form.to_owned()));
    let shown =
        Rc::new(Shown { language, catalogue, terms, known: RefCell::default(), observer, _on_change: on_change });
    SHOWN.replace(Some(shown.clone()));
    shown.write(&root);
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

    fn changed(&self, record: &MutationRecord) {
        let Some(target) = record.target() else { return };
        match record.type_().as_str() {
            "childList" => {
                let added = record.added_nodes();
                let nodes = (0..added.length()).filter_map(|place| added.get(place));
                nodes.filter(Node::is_connected).for_each(|node| self.write(&node));
            }
            "characterData" if !is_data(&target) => self.say(&target, None),
            "attributes" => {
                let name = record.attribute_name().unwrap_or_default();
                let attribute = SPOKEN.iter().find(|attribute| **attribute == name);
                if let Some(attribute) = attribute.filter(|_| !is_data(&target)) {
                    self.say(&target, Some(attribute));
                }
            }
            _ => {}
        }
    }

    /// Translates a node and all within it.
    fn write(&self, node: &Node) {
        each(node, is_data(node), &mut |node, attribute| self.say(node, attribute));
    }

    /// Translates a text node, or an attribute of an element.
    fn say(&self, node: &Node, attribute: Option<&'static str>) {
        let Some(text) = read(node, attribute) else { return };
        if property(node, &key("said", attribute)).is_some_and(|said| said == text) {
            return;
        }
        if let Some(said) = self.translated(&text) {
            set_property(node, &key("english", attribute), &text);
            set_property(node, &key("said", attribute), &said);
            write(node, attribute, &said);
        }
    }
}

/// The English again, unless something else was written since.
fn put_back(node: &Node, attribute: Option<&'static str>) {
    let (said, english) = (property(node, &key("said", attribute)), property(node, &key("english", attribute)));
    if let (Some(said), Some(english), Some(text)) = (said, english, read(node, attribute))
        && said == text
    {
        write(node, attribute, &english);
        set_property(node, &key("said", attribute), "");
    }
}

/// Calls with every text node within a node, and every attribute that is read; without what is data.
fn each(node: &Node, is_data: bool, then: &mut impl FnMut(&Node, Option<&'static str>)) {
    match node.node_type() {
        Node::TEXT_NODE if !is_data => then(node, None),
        Node::ELEMENT_NODE => {
            let element: &Element = node.unchecked_ref();
            let is_data = match element.get_attribute("translate") {
                Some(said) => said == "no",
                None => is_data || CODE.contains(&element.local_name().as_str()),
            };
            if !is_data && element.matches(HAS_SPOKEN).unwrap_or(false) {
                SPOKEN.iter().for_each(|attribute| then(node, Some(attribute)));
            }
            let mut child = node.first_child();
            while let Some(node) = child {
                each(&node, is_data, then);
                child = node.next_sibling();
            }
        }
        _ => {}
    }
}

/// The node lies within what is data.
fn is_data(node: &Node) -> bool {
    let element = node.dyn_ref::<Element>().cloned().or_else(|| node.parent_element());
    let decides = element.and_then(|element| element.closest(DECIDES).ok().flatten());
    decides.is_some_and(|element| element.get_attribute("translate").as_deref() != Some("yes"))
}

fn read(node: &Node, attribute: Option<&str>) -> Option<String> {
    match attribute {
        None => node.node_value(),
        Some(name) => node.unchecked_ref::<Element>().get_attribute(name),
    }
}

fn write(node: &Node, attribute: Option<&str>, text: &str) {
    match attribute {
        None => node.set_node_value(Some(text)),
        // Fails only for an impossible name.
        Some(name) => {
            let _ = node.unchecked_ref::<Element>().set_attribute(name, text);
        }
    }
}

/// The name of a property of our own.
fn key(what: &str, attribute: Option<&str>) -> JsValue {
    JsValue::from_str(&format!("packetloupe-{what}-{}", attribute.unwrap_or("text")))
}

fn property(node: &Node, key: &JsValue) -> Option<String> {
    Reflect::get(node, key).ok()?.as_string()
}

fn set_property(node: &Node, key: &JsValue, value: &str) {
    // Fails only for what is no object.
    let _ = Reflect::set(node, key, &JsValue::from_str(value));
}
