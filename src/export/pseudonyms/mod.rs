//! Addresses, MAC addresses and names of a finished text to pseudonyms: consistent under one key, addresses with their
//! common prefixes, names with their number of labels.
//!
//! It is done in the text that is written, so that titles, sentences, evidence and filters are covered like fields: whatever
//! has the shape of an address is replaced wherever it stands, and so is every name that the input is known to hold. Of packets
//! only headers are written.

mod cipher;
mod known;
mod names;
mod packets;
mod rewrite;

pub use cipher::PseudonymKey;
pub use known::{ids_of, names_of, write};
pub use rewrite::{Notation, Pseudonyms, Rewriter};
