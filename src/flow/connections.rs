//! Maps the connection ids of logs to flows of the table, for a limited number of connections; the least recently named
//! are removed.

use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// Most connections of each of two generations.
const MOST: usize = 1 << 19;

/// Connections by the hash of their id.
#[derive(Default)]
pub struct Connections {
    young: HashMap<u64, u32, RandomState>,
    old: HashMap<u64, u32, RandomState>,
}

impl Connections {
    /// The serial number of the flow of a connection.
    pub fn get(&self, connection: u64) -> Option<u32> {
        self.young.get(&connection).or_else(|| self.old.get(&connection)).copied()
    }

    /// A connection is this flow.
    pub fn set(&mut self, connection: u64, serial: u32) {
        if self.young.len() >= MOST && !self.young.contains_key(&connection) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(connection, serial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_named_longest_ago_goes() {
        let mut connections = Connections::default();
        for connection in 0..=2 * MOST as u64 {
            connections.set(connection, 7);
        }
        assert_eq!((connections.get(0), connections.get(2 * MOST as u64)), (None, Some(7)));
        assert_eq!(connections.get(MOST as u64), Some(7));
    }
}
