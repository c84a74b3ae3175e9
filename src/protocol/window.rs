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
}

impl Filter {
    /// True if all rows pass.
    pub fn passes_all(&self) -> bool {
        self.text.trim().is_empty() && self.flow.is_none() && self.finding.is_none()
    }
}
