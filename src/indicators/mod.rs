//! Lists of indicators (addresses, networks, names, URLs, hashes, fingerprints) against everything that was seen. A match is a
//! finding with the list's name, its place in the list and its date. Nothing is fetched.

mod json;
mod list;
mod matches;
mod shape;
mod value;

pub use list::{Indicator, List, Position};
pub use matches::{Matches, Seen, findings};
pub use shape::looks_like_list;
pub use value::Value;
