//! Windows of the tables that the worker keeps: which rows, in which order, and how many of them.

use serde::{Deserialize, Serialize};

/// A window of a table: `count` rows from `offset` on, of those that pass the filter, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window<Sort> {
    /// Which rows.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Largest first.
    pub is_descending: bool,
    /// First row wanted, from 0.
    pub offset: u64,
    /// Rows wanted.
    pub count: u32,
}

impl<Sort: PartialEq> Window<Sort> {
    /// True if both are windows of the same rows in the same order.
    pub fn is_of_same_rows(&self, other: &Self) -> bool {
        self.filter == other.filter && self.sort == other.sort && self.is_descending == other.is_descending
    }
}

/// Which rows pass. Empty passes all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filter {
    /// Words that must all fit: an address or its beginning, `port 443` or `:443`, a protocol, a state, part of a name.
    pub text: String,
    /// Only this flow.
    pub flow: Option<u32>,
    /// Only what this finding means, by its id.
    pub finding: Option<String>,
    /// What the selection of all views leaves.
    pub scope: Scope,
}

/// What a selection leaves to all views. Empty leaves everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// A filter of traffic; of a table without flows one of its rows.
    pub text: String,
    /// Only what happens at this time or later, ns since 1970.
    pub from_ns: Option<i64>,
    /// Only what happens before this time, ns since 1970.
    pub to_ns: Option<i64>,
}

impl Scope {
    /// True if everything is left.
    pub fn passes_all(&self) -> bool {
        self.text.trim().is_empty() && self.from_ns.is_none() && self.to_ns.is_none()
    }

    /// True for what lasts from one time to another if a part of it is within.
    pub fn has_part_of(&self, first_ns: i64, last_ns: i64) -> bool {
        self.from_ns.is_none_or(|from| last_ns >= from) && self.to_ns.is_none_or(|to| first_ns < to)
    }
}

impl Filter {
    /// True if all rows pass.
    pub fn passes_all(&self) -> bool {
        self.text.trim().is_empty() && self.flow.is_none() && self.finding.is_none() && self.scope.passes_all()
    }

    /// Its text and that of its scope as one filter.
    pub fn whole_text(&self) -> String {
        match (self.text.trim(), self.scope.text.trim()) {
            (own, "") => own.to_owned(),
            ("", scope) => scope.to_owned(),
            (own, scope) => format!("({own}) and ({scope})"),
        }
    }
}
