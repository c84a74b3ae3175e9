//! A translation under way: what it looks up in, what it may still try, and what it makes of a part of the text.

use super::catalogue::Catalogue;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// A translation under way.
pub(super) struct Translator<'a> {
    pub(super) catalogue: &'a Catalogue,
    /// Tries that are left for this sentence, and for those after it.
    pub(super) tries: Cell<u32>,
    pub(super) left: Cell<u32>,
    /// Parts of the text that were looked up, by address and length, with how deep: the same part comes up in several ways.
    pub(super) seen: RefCell<HashMap<(usize, usize), (u32, Said)>>,
}

impl Translator<'_> {
    /// Counts a try; None once there were too many.
    pub(super) fn try_once(&self) -> Option<()> {
        self.tries.set(self.tries.get().checked_sub(1)?);
        Some(())
    }
}

/// A translated part.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) text: String,
    /// Letters that stayed English; 0 for what is of the catalogue, for figures and for names.
    pub(super) n_left: usize,
    /// Values that may have been cut in the wrong place.
    pub(super) n_doubts: usize,
    /// Some of it is from the catalogue.
    pub(super) is_found: bool,
}

impl Said {
    /// A text that needs no translation.
    pub(super) fn as_it_is(text: impl Into<String>) -> Said {
        Said { text: text.into(), n_left: 0, n_doubts: 0, is_found: false }
    }

    pub(super) fn is_known(&self) -> bool {
        self.n_left == 0
    }

    pub(super) fn is_sure(&self) -> bool {
        (self.n_left, self.n_doubts) == (0, 0)
    }

    /// The one with less English in it; of as much, this one.
    pub(super) fn or_better(self, other: Option<Said>) -> Said {
        other.filter(|other| (other.n_left, other.n_doubts) < (self.n_left, self.n_doubts)).unwrap_or(self)
    }
}

/// The better of two, as [`Said::or_better`] has it.
pub(super) fn better(one: Option<Said>, other: Option<Said>) -> Option<Said> {
    match one {
        Some(one) => Some(one.or_better(other)),
        None => other,
    }
}
