//! What a feature is: its name and meaning, and why it is not looked at unless people say so.

use crate::protocol::anomalies::Withheld;

/// A feature that rows can be compared by.
#[derive(Clone, PartialEq, Debug)]
pub struct Feature {
    /// Name.
    pub name: String,
    /// What it is listed under.
    pub group: &'static str,
    /// Unit; empty for text, plain counts and ratios.
    pub unit: &'static str,
    /// How it is computed.
    pub formula: String,
    /// Why it is not looked at by default, if so.
    pub withheld: Option<Withheld>,
}

impl Feature {
    /// A feature that is looked at.
    pub fn new(name: &str, group: &'static str, unit: &'static str, formula: &str) -> Feature {
        Feature { name: name.to_owned(), group, unit, formula: formula.to_owned(), withheld: None }
    }
}

/// Something that says who, when or which row it was.
pub fn identity(why: &str) -> Withheld {
    Withheld::Identity(why.to_owned())
}
