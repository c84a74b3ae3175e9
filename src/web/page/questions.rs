//! Questions of the page that the worker has not answered yet: who waits for which, and how many of those asked together are left.

use crate::protocol::{Answer, Query};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use yew::Callback;

/// How many of the questions asked together have been answered, and how many there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// Answered.
    pub n_answered: u32,
    /// In all; 0 if none is open.
    pub n_asked: u32,
}

/// Questions without an answer.
#[derive(Default)]
pub struct Questions {
    open: RefCell<BTreeMap<u32, Open>>,
    latest: Cell<u32>,
    n_answered: Cell<u32>,
    on_count: RefCell<Option<Callback<Count>>>,
}

struct Open {
    on_answer: Callback<Answer>,
    if_cancelled: Option<Answer>,
    /// See [`Query::is_beside`].
    is_beside: bool,
}

impl Questions {
    /// Calls this whenever one is asked, answered or dropped.
    pub fn watch(&self, on_count: Callback<Count>) {
        self.on_count.replace(Some(on_count));
    }

    /// Keeps a question; gives its number.
    pub fn add(&self, query: &Query, on_answer: Callback<Answer>) -> u32 {
        let question = self.latest.get().wrapping_add(1);
        self.latest.set(question);
        let open = Open { on_answer, if_cancelled: query.cancelled(), is_beside: query.is_beside() };
        self.open.borrow_mut().insert(question, open);
        self.notify();
        question
    }

    /// Hands an answer to who waits for it, if somebody does.
    pub fn answered(&self, question: u32, answer: Answer) {
        let waiting = self.open.borrow().get(&question).map(|open| open.on_answer.clone());
        if answer.is_last() {
            self.forget(question);
        }
        if let Some(waiting) = waiting {
            waiting.emit(answer);
        }
    }

    /// Drops a question; true if it was open.
    pub fn forget(&self, question: u32) -> bool {
        let open = self.open.borrow_mut().remove(&question);
        if open.as_ref().is_some_and(|open| !open.is_beside) {
            self.n_answered.set(self.n_answered.get() + 1);
        }
        self.notify();
        open.is_some()
    }

    /// Drops all: their tables are gone.
    pub fn clear(&self) {
        self.open.borrow_mut().clear();
        self.notify();
    }

    /// Drops those that somebody waits for, and says so where they would be shown; gives their numbers.
    pub fn cancel(&self) -> Vec<u32> {
        let all = std::mem::take(&mut *self.open.borrow_mut());
        let (kept, dropped): (BTreeMap<u32, Open>, BTreeMap<u32, Open>) =
            all.into_iter().partition(|(_, open)| open.is_beside);
        self.open.replace(kept);
        self.notify();
        let numbers = dropped.keys().copied().collect();
        for Open { on_answer, if_cancelled, .. } in dropped.into_values() {
            if let Some(answer) = if_cancelled {
                on_answer.emit(answer);
            }
        }
        numbers
    }

    fn notify(&self) {
        let n_open = self.open.borrow().values().filter(|open| !open.is_beside).count() as u32;
        if n_open == 0 {
            self.n_answered.set(0);
        }
        let n_answered = self.n_answered.get();
        let count = if n_open == 0 { Count::default() } else { Count { n_answered, n_asked: n_answered + n_open } };
        let on_count = self.on_count.borrow().clone();
        if let Some(on_count) = on_count {
            on_count.emit(count);
        }
    }
}
