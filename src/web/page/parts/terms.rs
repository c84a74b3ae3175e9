//! A text to the same text with its terms marked, and what a term means beside it: on hover, on focus and by a tap, one for the whole
//! page. It stays while the pointer is on it, and Escape takes it away (WCAG 2.2, 1.4.13).

use crate::model::terms;
use crate::web::browser::{language, style};
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, KeyboardEvent, PointerEvent};
use yew::prelude::*;

/// Time to move the pointer from a term to its meaning, ms.
const LEAVE_MS: u32 = 300;
const ID: &str = "term-tip";

/// A text whose terms can be pointed at, reached by keys and tapped.
pub fn explained(text: &str) -> Html {
    marked(text, |word, term| html! { <button type="button" class="term" data-term={term}>{ word }</button> })
}

/// Sentences: words that also have an everyday meaning are left as they are.
pub fn explained_sentences(text: &str) -> Html {
    marked(text, |word, term| match terms::is_technical(&word) {
        true => html! { <button type="button" class="term" data-term={term}>{ word }</button> },
        false => html! { { word } },
    })
}

/// A text within something that has the focus itself, such as a button.
pub fn explained_within(text: &str) -> Html {
    marked(text, |word, term| html! { <span class="term" data-term={term}>{ word }</span> })
}

/// In the language that is shown, as a whole: its terms cut a text into parts that could not be translated.
fn marked(text: &str, mark: impl Fn(String, String) -> Html) -> Html {
    let (text, found) = match language::translated(text) {
        Some(said) => {
            let found = language::terms(&said);
            (Cow::Owned(said), found)
        }
        None => (Cow::Borrowed(text), terms::find(text)),
    };
    let is_said = matches!(text, Cow::Owned(_));
    let mut all = Vec::new();
    let mut at = 0;
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
    for (range, place) in found {
        all.push(html! { { part(at, range.start) } });
        all.push(mark(part(range.start, range.end), place.to_string()));
        at = range.end;
    }
    all.push(html! { { part(at, text.len()) } });
    let all: Html = all.into_iter().collect();
    // What is in the language already is not translated again.
    if is_said {
        html! { <span translate="no">{ all }</span> }
    } else {
        all
    }
}

/// What is shown, and beside what.
#[derive(Clone)]
struct Tip {
    shown: UseStateSetter<Option<usize>>,
    beside: Rc<RefCell<Option<Element>>>,
    leaving: Rc<RefCell<Option<Timeout>>>,
    node: NodeRef,
}

impl Tip {
    /// Shows the meaning of the term that an element is, or has.
    fn show(&self, element: Element) {
        let Some(term) = element.get_attribute("data-term").and_then(|place| place.parse().ok()) else { return };
        self.hide();
        // Fails only for names that are none.
        let _ = focusable(&element).set_attribute("aria-describedby", ID);
        self.beside.replace(Some(element));
        self.shown.set(Some(term));
        // The same term may stand elsewhere.
        self.place();
    }

    fn hide(&self) {
        self.leaving.take();
        if let Some(element) = self.beside.take() {
            let _ = focusable(&element).remove_attribute("aria-describedby");
        }
        self.shown.set(None);
    }

    /// Hides it unless the pointer comes back in time.
    fn leave(&self) {
        let tip = self.clone();
        self.leaving.replace(Some(Timeout::new(LEAVE_MS, move || tip.hide())));
    }

    fn is_shown(&self) -> bool {
        self.beside.borrow().is_some()
    }

    fn is_beside(&self, element: &Element) -> bool {
        self.beside.borrow().as_ref() == Some(element)
    }

    fn on_pointer(&self, event: &Event) {
        if let Some(element) = around(event, "[data-term]") {
            self.leaving.take();
            if !self.is_beside(&element) {
                self.show(element);
            }
        } else if around(event, "#term-tip").is_some() {
            self.leaving.take();
        } else if self.is_shown() && self.leaving.borrow().is_none() && !is_touch(event) {
            self.leave();
        }
    }

    fn on_focus(&self, event: &Event) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        // A button that sorts has the term within it.
        let within = target.as_ref().filter(|target| target.tag_name() == "BUTTON");
        let term = around(event, "[data-term]").or_else(|| within?.query_selector("[data-term]").ok()?);
        match term {
            Some(element) if !self.is_beside(&element) => self.show(element),
            Some(_) => {}
            None => self.hide(),
        }
    }

    /// Below the term, or above it where there is no room; always within the window.
    fn place(&self) {
        const GAP: f64 = 6.0;
        let beside = self.beside.borrow();
        let (Some(own), Some(beside)) = (self.node.cast::<Element>(), beside.as_ref()) else { return };
        let size = |value: Result<JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
        let window = gloo::utils::window();
        let (width, height) = (size(window.inner_width()), size(window.inner_height()));
        let (own, beside) = (own.get_bounding_client_rect(), beside.get_bounding_client_rect());
        let left = beside.left().min(width - own.width() - GAP).max(GAP);
        let is_below = beside.bottom() + GAP + own.height() <= height;
        let top = if is_below { beside.bottom() + GAP } else { (beside.top() - GAP - own.height()).max(GAP) };
        style::set(&self.node, "left", &format!("{left:.0}px"));
        style::set(&self.node, "top", &format!("{top:.0}px"));
    }
}

/// The element that has the focus for a term.
fn focusable(term: &Element) -> Element {
    term.closest("button").ok().flatten().unwrap_or_else(|| term.clone())
}

fn is_touch(event: &Event) -> bool {
    event.dyn_ref::<PointerEvent>().is_some_and(|event| event.pointer_type() == "touch")
}

/// The nearest element around where an event happened.
fn around(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// The meaning of the term that is pointed at; once on the page.
#[component]
pub fn TermTip() -> Html {
    let shown = use_state_eq(|| None::<usize>);
    let node = use_node_ref();
    let tip = {
        let (shown, node) = (shown.setter(), node.clone());
        (*use_memo((), |()| Tip { shown, beside: Rc::default(), leaving: Rc::default(), node })).clone()
    };
    {
        let tip = tip.clone();
        use_effect_with((), move |()| {
            let listeners = listen(&tip);
            move || drop(listeners)
        });
    }
    use_effect_with(*shown, move |_| tip.place());
    let term = (*shown).and_then(terms::term);
    html! {
        <div id={ID} role="tooltip" class="term-tip" hidden={term.is_none()} ref={node}>
            if let Some((name, meaning)) = term {
                <strong>{ name }</strong>{ " " }{ meaning }
            }
        </div>
    }
}

fn listen(tip: &Tip) -> Vec<EventListener> {
    let document = gloo::utils::document();
    let on = |event: &'static str, then: fn(&Tip, &Event)| {
        let tip = tip.clone();
        EventListener::new_with_options(&document, event, EventListenerOptions::run_in_capture_phase(), move |event| {
            then(&tip, event);
        })
    };
    vec![
        on("pointerover", Tip::on_pointer),
        on("focusin", Tip::on_focus),
        on("click", |tip, event| {
            if let Some(element) = around(event, "[data-term]") {
                tip.leaving.take();
                tip.show(element);
            }
        }),
        on("pointerdown", |tip, event| {
            if around(event, "[data-term], #term-tip").is_none() && tip.is_shown() {
                tip.hide();
            }
        }),
        on("keydown", |tip, event| {
            let is_escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape");
            if is_escape && tip.is_shown() {
                // What lies below, such as a dialog, stays.
                event.stop_propagation();
                tip.hide();
            }
        }),
        on("scroll", |tip, _| tip.place()),
    ]
}
