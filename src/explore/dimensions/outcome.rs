//! What became of a first contact.

use crate::explore::dimension::Dimension;
use crate::explore::key::Key;
use crate::model::flow::Outcome;

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("outcome", "Outcome", "Outcome"),
    "What became of the first contact, like conn_state of Zeek: established, half open, refused, unanswered.",
    |item, _, found| {
        found.add(match item.flow.outcome() {
            Outcome::Established => Key::Word("established"),
            Outcome::HalfOpen => Key::Word("half open"),
            Outcome::Refused => Key::Word("refused"),
            Outcome::Unanswered => Key::Word("unanswered"),
            Outcome::Bare => Key::Word("without data"),
            Outcome::Unknown => Key::Unknown,
        });
    },
);
