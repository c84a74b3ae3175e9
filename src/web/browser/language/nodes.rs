//! Nodes of the document to the same in another language, with few and cheap calls to the browser: what stays the same in each call
//! crosses once, and a text that was looked up before crosses never.
//!
//! A node remembers the English that it was written with and what it says instead, as properties of its own, so that one can go back.

use super::{LONGEST_KNOWN, MOST_KNOWN};
use crate::language::{CODE, SPOKEN};
use js_sys::{Function, Map, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Node, NodeList, Performance, TreeWalker};

/// Nodes that a walk visits: elements and texts, as `NodeFilter` numbers them.
const ELEMENTS_AND_TEXTS: u32 = 1 | 4;

/// A text to its translation; None if it stays.
pub(super) type Translate<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where a text stands and what is remembered of it: names of properties or attributes, made once.
struct Place {
    name: JsValue,
    english: JsValue,
    said: JsValue,
}

impl Place {
    fn new(name: &str) -> Place {
        let key = |what: &str| JsValue::from_str(&format!("packetloupe-{what}-{name}"));
        Place { name: JsValue::from_str(name), english: key("english"), said: key("said") }
    }
}

/// What nodes are read and written by.
pub(super) struct Nodes {
    text: Place,
    attributes: Vec<Place>,
    /// English -> translation, or null.
    known: Map,
    performance: Performance,
    matches: Function,
    closest: Function,
    get_attribute: Function,
    set_attribute: Function,
    query_all: Function,
    /// Selectors: elements that have to be looked at, those that hold data, those that decide, and those that are ours again.
    notable: JsValue,
    data: JsValue,
    decides: JsValue,
    ours: JsValue,
}

impl Nodes {
    /// None where the browser lacks something.
    pub fn new() -> Option<Nodes> {
        let element: JsValue = gloo::utils::document().document_element()?.into();
        let method = |name: &str| Reflect::get(&element, &JsValue::from_str(name)).ok()?.dyn_into::<Function>().ok();
        let code = CODE.join(",");
        let data = format!("[translate=no],:is({code}):not([translate])");
        let spoken: Vec<String> = SPOKEN.iter().map(|name| format!("[{name}]")).collect();
        Some(Nodes {
            text: Place::new("nodeValue"),
            attributes: SPOKEN.iter().map(|name| Place::new(name)).collect(),
            known: Map::new(),
            performance: gloo::utils::window().performance()?,
            matches: method("matches")?,
            closest: method("closest")?,
            get_attribute: method("getAttribute")?,
            set_attribute: method("setAttribute")?,
            query_all: method("querySelectorAll")?,
            notable: JsValue::from_str(&format!("{data},{}", spoken.join(","))),
            data: JsValue::from_str(&data),
            decides: JsValue::from_str(&format!("[translate],{code}")),
            ours: JsValue::from_str("[translate=yes]"),
        })
    }

    /// Forgets what texts were translated to.
    pub fn forget(&self) {
        self.known.clear();
    }

    /// Milliseconds since the page was opened.
    pub fn now_ms(&self) -> f64 {
        self.performance.now()
    }

    /// What walks through all elements and texts within a node.
    pub fn walker(&self, root: &Node) -> Option<TreeWalker> {
        gloo::utils::document().create_tree_walker_with_what_to_show(root, ELEMENTS_AND_TEXTS).ok()
    }

    /// The node lies within what is data, or is such.
    pub fn is_data(&self, node: &Node) -> bool {
        let element = if node.node_type() == Node::ELEMENT_NODE { Some(node.clone()) } else { node.parent_node() };
        let decides = element.and_then(|element| self.closest.call1(&element, &self.decides).ok());
        let decides = decides.and_then(|decides| decides.dyn_into::<Element>().ok());
        decides.is_some_and(|element| element.get_attribute("translate").as_deref() != Some("yes"))
    }

    /// The element holds data, or has texts that are read to people.
    pub fn is_notable(&self, element: &Element) -> bool {
        self.is(element, &self.notable)
    }

    /// The element holds data.
    pub fn keeps(&self, element: &Element) -> bool {
        self.is(element, &self.data)
    }

    fn is(&self, element: &Element, selector: &JsValue) -> bool {
        self.matches.call1(element, selector).is_ok_and(|is| is.is_truthy())
    }

    /// The elements within data that are ours again.
    pub fn ours_within(&self, data: &Element) -> Vec<Node> {
        let found = self.query_all.call1(data, &self.ours).ok().and_then(|found| found.dyn_into::<NodeList>().ok());
        let found = found.filter(|found| found.length() > 0);
        found.map_or_else(Vec::new, |found| (0..found.length()).filter_map(|place| found.get(place)).collect())
    }

    /// Translates a text node.
    pub fn say_text(&self, node: &Node, translate: Translate<'_>) {
        let Ok(text) = Reflect::get(node, &self.text.name) else { return };
        if let Some(said) = self.said(node, &self.text, &text, translate) {
            // Fails only for what is read-only.
            let _ = Reflect::set(node, &self.text.name, &said);
        }
    }

    /// Translates the attributes of an element that are read to people.
    pub fn say_attributes(&self, element: &Element, translate: Translate<'_>) {
        (0..self.attributes.len()).for_each(|place| self.say_attribute(element, place, translate));
    }

    /// Translates one of [`SPOKEN`] by its place there.
    pub fn say_attribute(&self, node: &Node, place: usize, translate: Translate<'_>) {
        let Some(place) = self.attributes.get(place) else { return };
        let text = self.get_attribute.call1(node, &place.name).unwrap_or(JsValue::NULL);
        if text.is_null() {
            return;
        }
        if let Some(said) = self.said(node, place, &text, translate) {
            // Fails only for an impossible name.
            let _ = self.set_attribute.call2(node, &place.name, &said);
        }
    }

    /// What a node has to say instead, which is remembered; None if it is as it should be.
    fn said(&self, node: &Node, place: &Place, text: &JsValue, translate: Translate<'_>) -> Option<JsValue> {
        let mut said = self.known.get(text);
        // A translation may be an English text as well: what was written by us stays.
        if !said.is_null() && Reflect::get(node, &place.said).is_ok_and(|said| said == *text) {
            return None;
        }
        if said.is_undefined() {
            let english = text.as_string()?;
            said = translate(&english).map_or(JsValue::NULL, |said| JsValue::from_str(&said));
            if english.len() <= LONGEST_KNOWN {
                if self.known.size() as usize >= MOST_KNOWN {
                    self.known.clear();
                }
                self.known.set(text, &said);
            }
        }
        if said.is_null() {
            return None;
        }
        // Fails only for what is no object.
        let _ = Reflect::set(node, &place.english, text);
        let _ = Reflect::set(node, &place.said, &said);
        Some(said)
    }

    /// The English again within a node, unless something else was written since.
    pub fn put_back(&self, root: &Node) {
        let Some(walker) = self.walker(root) else { return };
        let mut next = Some(root.clone());
        while let Some(node) = next {
            if node.node_type() == Node::TEXT_NODE {
                let text = Reflect::get(&node, &self.text.name).unwrap_or(JsValue::NULL);
                if let Some(english) = english(&node, &self.text, &text) {
                    let _ = Reflect::set(&node, &self.text.name, &english);
                }
            } else if self.is_notable(node.unchecked_ref()) {
                for place in &self.attributes {
                    let text = self.get_attribute.call1(&node, &place.name).unwrap_or(JsValue::NULL);
                    if let Some(english) = english(&node, place, &text) {
                        let _ = self.set_attribute.call2(&node, &place.name, &english);
                    }
                }
            }
            next = walker.next_node().ok().flatten();
        }
    }
}

/// The English that a node said before it said this text, which is forgotten; None if it did not.
fn english(node: &Node, place: &Place, text: &JsValue) -> Option<JsValue> {
    if text.is_null() || Reflect::get(node, &place.said).ok()? != *text {
        return None;
    }
    let english = Reflect::get(node, &place.english).ok()?;
    Reflect::set(node, &place.said, &JsValue::NULL).ok()?;
    Some(english)
}
