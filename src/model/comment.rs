//! What people or programs wrote into a capture about it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A comment in a capture (pcapng's `opt_comment`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Which of the files that were opened together, from 0.
    pub file: u8,
    /// What it is about.
    pub about: About,
    /// As in the file; truncated if very long.
    pub text: String,
}

/// What a comment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// A section: as a rule the whole file.
    Section,
    /// A capture interface, by its number in the section.
    Interface(u32),
    /// A packet.
    Packet {
        /// Its number in its file, from 1.
        number: u64,
        /// Byte offset of its captured bytes in the file.
        offset: u64,
    },
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            About::Section => f.write_str("Capture"),
            About::Interface(id) => write!(f, "Interface {id}"),
            About::Packet { number, .. } => write!(f, "Packet {number}"),
        }
    }
}
