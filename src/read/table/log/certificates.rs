//! Certificates of one log to the connections of another that name them, whichever row comes first.
//!
//! Zeek writes certificates (x509.log) once and names them in ssl.log, by fingerprint since version 5 and by the id of a file
//! before. Each waits for the other, as many as fit.

use super::message::{LogRow, Messages};
use crate::model::flow::Direction;
use foldhash::fast::FixedState;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// Most certificates, and most connections, that wait.
const MOST: usize = 1 << 14;

/// What waits, by the hash of a certificate's name.
#[derive(Default)]
pub(super) struct Certificates {
    known: BTreeMap<u64, Messages>,
    /// The first connection that named a certificate which has not come yet: it stands for all to its server.
    waiting: BTreeMap<u64, LogRow>,
}

fn hash(name: &str) -> u64 {
    FixedState::default().hash_one(name.as_bytes())
}

impl Certificates {
    /// A connection names its certificates, the server's first, parted by commas.
    pub fn connect(&mut self, names: &str, row: &mut LogRow) {
        let Some(name) = names.split(',').map(str::trim).find(|name| !name.is_empty()) else { return };
        let name = hash(name);
        if let Some(certificate) = self.known.get(&name) {
            row.messages.append(Direction::ToOriginator, certificate);
        } else if self.waiting.len() < MOST {
            self.waiting.entry(name).or_insert_with(|| row.without_messages());
        }
    }

    /// A certificate comes by its name; the connection that waited for it, with it.
    pub fn add(&mut self, name: &str, certificate: Messages) -> Option<LogRow> {
        let name = hash(name.trim());
        let row = self.waiting.remove(&name).map(|mut row| {
            row.messages.append(Direction::ToOriginator, &certificate);
            row
        });
        if self.known.len() < MOST {
            self.known.insert(name, certificate);
        }
        row
    }
}
