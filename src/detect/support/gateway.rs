//! Finds the Ethernet address of the gateway: the one to which most flows from inside to outside are sent.

use crate::detect::support::capped_map::Tally;
use crate::model::{Flow, Site};
use std::cmp::Reverse;

/// Counts flows from inside to outside by the Ethernet address they are sent to.
#[derive(Default)]
pub struct Gateway {
    receivers: Tally<[u8; 6], u64, { Gateway::MOST }>,
}

impl Gateway {
    /// Most Ethernet addresses kept.
    pub const MOST: usize = 1 << 12;

    /// Takes a flow.
    pub fn add(&mut self, site: &Site, flow: &Flow) {
        let Some((_, receiver)) = flow.macs else { return };
        let [first, ..] = receiver;
        let is_group = first & 1 == 1;
        if !is_group
            && site.is_inside(flow.originator().0)
            && site.is_outside(flow.responder().0)
            && let Some(n) = self.receivers.of(receiver)
        {
            *n += 1;
        }
    }

    /// The Ethernet address of most of these flows; `None` if there were none.
    pub fn mac(&self) -> Option<[u8; 6]> {
        self.receivers.iter().max_by_key(|(mac, n)| (**n, Reverse(**mac))).map(|(mac, _)| *mac)
    }
}
