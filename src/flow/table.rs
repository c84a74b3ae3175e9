//! The flow table.

use crate::model::Flow;
use std::collections::VecDeque;

const CHUNK: usize = 4096;

/// All flows, kept in order of their first packet; the oldest make room when the table is full.
#[derive(Default)]
pub struct FlowTable {
    chunks: VecDeque<Vec<Flow>>,
    first_serial: u32,
}

impl FlowTable {
    /// The flow with this serial number, if it is still kept.
    pub fn get(&self, serial: u32) -> Option<&Flow> {
        let place = serial.checked_sub(self.first_serial)? as usize;
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    /// Flows kept.
    pub fn len(&self) -> usize {
        self.chunks.len().saturating_sub(1) * CHUNK + self.chunks.back().map_or(0, Vec::len)
    }

    /// True if no flow is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Kept flows with their serial numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Flow)> {
        (self.first_serial..).zip(self.chunks.iter().flatten())
    }
}
