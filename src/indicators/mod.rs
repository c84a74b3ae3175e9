//! Lists of indicators (addresses, networks, names, URLs, hashes, fingerprints) against everything that was seen. A match is a
//! finding with the list's name, its place in the list and its date. Nothing is fetched.

mod json;
mod list;
mod matches;
mod value;

pub use list::{Indicator, List, Position};
pub use matches::{Seen, findings};
pub use value::Value;
