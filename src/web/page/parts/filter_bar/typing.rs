//! The text of a filter while it is typed: taken when typing pauses, or at once by Enter, a proposal or an example.

use super::options::Proposal;
use super::{FilterBarProps, Scope, history};
use crate::protocol::Filter;
use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Typing that pauses this long is taken, ms.
const PAUSE_MS: u32 = 250;

/// What happens in the field.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Attention {
    /// Proposals are shown.
    pub is_open: bool,
    /// The proposal that the keys have reached.
    pub active: Option<usize>,
    /// Where the caret is, in bytes.
    pub caret: usize,
}

/// The field with its text.
#[derive(Clone)]
pub struct Typing {
    /// The text as it stands there, taken or not.
    pub text: UseStateHandle<String>,
    /// What happens there.
    pub attention: UseStateHandle<Attention>,
    /// Its element.
    pub input: NodeRef,
    /// Runs while the text has not been taken.
    timer: Rc<RefCell<Option<Timeout>>>,
    /// Puts a text in force, if it is understood.
    change: Callback<String>,
}

/// The field of a filter bar.
#[hook]
pub fn use_typing(props: &FilterBarProps) -> Typing {
    let text = use_state_eq(|| props.filter.text.clone());
    let attention = use_state_eq(Attention::default);
    let input = use_node_ref();
    let timer = use_mut_ref(|| None::<Timeout>);
    {
        // Back, forward and links change the filter from outside.
        let (text, timer) = (text.setter(), timer.clone());
        use_effect_with(props.filter.text.clone(), move |outside| {
            if timer.borrow().is_none() {
                text.set(outside.clone());
            }
        });
    }
    {
        // Whoever leaves while typing has left: the filter must not bring this view back.
        let timer = timer.clone();
        use_effect_with((), move |()| {
            move || {
                timer.take();
            }
        });
    }
    Typing { text, attention, input, timer, change: change(props) }
}

/// What is not understood is said, and the previous filter stays active.
fn change(props: &FilterBarProps) -> Callback<String> {
    let (filter, on_change, scope) = (props.filter.clone(), props.on_change.clone(), props.scope.clone());
    Callback::from(move |text: String| {
        if scope.check(&text).is_none() {
            if scope != Scope::Names {
                history::remember(&text);
            }
            on_change.emit(Filter { text, ..filter.clone() });
        }
    })
}

impl Typing {
    /// Takes a text at once and puts the caret there.
    pub fn take(&self, (text, caret): (String, usize)) {
        self.timer.take();
        self.text.set(text.clone());
        self.attention.set(Attention { caret, ..Attention::default() });
        if let Some(field) = self.input.cast::<HtmlInputElement>() {
            field.set_value(&text);
            let at = text.get(..caret).map_or(0, |before| before.encode_utf16().count()) as u32;
            // A field that lost the focus takes no selection; nothing depends on it.
            let _ = field.focus();
            let _ = field.set_selection_range(at, at);
        }
        self.change.emit(text);
    }

    /// Takes what is typed once it pauses.
    pub fn on_input(&self) -> Callback<InputEvent> {
        let (typed, timer, attention) = (self.text.setter(), self.timer.clone(), self.attention.setter());
        let change = self.change.clone();
        Callback::from(move |event: InputEvent| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let text = field.value();
            attention.set(Attention { is_open: true, active: None, caret: caret(&field, &text) });
            typed.set(text.clone());
            let (change, done) = (change.clone(), timer.clone());
            timer.replace(Some(Timeout::new(PAUSE_MS, move || {
                done.take();
                change.emit(text);
            })));
        })
    }

    /// Goes through proposals by arrow keys, takes one or what is typed, or closes the list.
    pub fn on_key(&self, proposals: Rc<[Proposal]>) -> Callback<KeyboardEvent> {
        let typing = self.clone();
        Callback::from(move |event: KeyboardEvent| {
            if !event.is_composing() && typing.press(&event, &proposals) {
                event.prevent_default();
            }
        })
    }

    /// True if a key meant something.
    fn press(&self, event: &KeyboardEvent, proposals: &[Proposal]) -> bool {
        let (n, attention) = (proposals.len(), *self.attention);
        let move_to = |active| self.attention.set(Attention { active, is_open: true, ..attention });
        match (event.key().as_str(), attention.active) {
            ("ArrowDown", _) if !attention.is_open => {
                let caret = event
                    .target_dyn_into::<HtmlInputElement>()
                    .map_or(self.text.len(), |field| caret(&field, &field.value()));
                self.attention.set(Attention { is_open: true, active: None, caret });
            }
            ("ArrowDown", active) if n > 0 => move_to(Some(active.map_or(0, |at| (at + 1) % n))),
            ("ArrowUp", active) if n > 0 => move_to(Some(active.map_or(n - 1, |at| (at + n - 1) % n))),
            ("Enter" | "Tab", Some(at)) if proposals.get(at).is_some() => {
                if let Some(proposal) = proposals.get(at) {
                    self.take(proposal.put_into(&self.text));
                }
            }
            ("Enter", _) => self.take(((*self.text).clone(), self.text.len())),
            ("Escape", _) if attention.is_open && n > 0 => self.attention.set(Attention::default()),
            _ => return false,
        }
        true
    }

    /// An empty field that is gone to shows its proposals.
    pub fn on_focus(&self) -> Callback<FocusEvent> {
        let (attention, typed) = (self.attention.setter(), self.text.clone());
        Callback::from(move |_: FocusEvent| {
            attention.set(Attention { is_open: typed.is_empty(), active: None, caret: typed.len() });
        })
    }

    /// A field that is left shows none.
    pub fn on_blur(&self) -> Callback<FocusEvent> {
        let attention = self.attention.setter();
        Callback::from(move |_: FocusEvent| attention.set(Attention::default()))
    }
}

/// The caret of a field as a byte of its text.
fn caret(field: &HtmlInputElement, text: &str) -> usize {
    let units = field.selection_end().ok().flatten().map_or(usize::MAX, |at| at as usize);
    let mut left = units;
    text.char_indices()
        .find(|(_, c)| {
            let is_there = left == 0;
            left = left.saturating_sub(c.len_utf16());
            is_there
        })
        .map_or(text.len(), |(at, _)| at)
}
