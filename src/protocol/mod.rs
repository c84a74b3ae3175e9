//! Messages between page and worker, defined once. They cross as postcard bytes; files ride beside them.

pub mod anomalies;
pub mod attached;
pub mod comparison;
pub mod demonstration;
mod envelope;
mod listing;
mod packed;
mod query;
mod reply;
mod request;
pub mod training;
mod window;

pub use envelope::Envelope;
pub use listing::Listing;
pub use query::{Answer, Cells, FlowSort, PacketLooks, PacketSort, Query, RowSort};
pub use reply::{Progress, Reply, SaveError, Stage};
pub use request::{Request, Saving};
pub use window::{Filter, Scope, Window};

use serde::{Deserialize, Serialize};

/// Hash of the sources that this was built from: page and worker must match.
pub const BUILD: &str = env!("PACKETLOUPE_BUILD");

/// A message as bytes.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    postcard::to_allocvec(message).unwrap_or_default()
}

/// A message from bytes; none if page and worker are of different builds.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn maps_and_sets_cross_as_those_of_the_standard_library() {
        let theirs = collections::BTreeMap::from([
            ("b", collections::BTreeSet::from([2_u32, 1])),
            ("a", collections::BTreeSet::new()),
        ]);
        let ours: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::from([("b", [2, 1].into()), ("a", BTreeSet::new())]);
        let bytes = encode(&theirs);
        assert_eq!(encode(&ours), bytes);
        assert_eq!(decode(&bytes), Some(ours));
    }
}
