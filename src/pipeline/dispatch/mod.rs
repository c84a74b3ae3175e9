//! Packets, messages and ended flows to the detectors that want them: which detector is shown what, and where.
//!
//! There are two halves, because the line runs on two threads. Decoding leaves the thread of the
//! [`CaptureStage`](super::CaptureStage) time, while the flow table takes all that the thread of the
//! [`FlowStage`](super::FlowStage) has. So detectors that look at single packets and at nothing else observe on the first
//! ([`CaptureDispatch`]); all others, which see packets in order with messages and flows, on the second
//! ([`FlowDispatch`]). Once reading has ended the first half is joined to the second, where all detectors finish.

mod capture;
mod flow;

pub(super) use capture::CaptureDispatch;
pub(super) use flow::FlowDispatch;

use crate::detect;
use crate::detect::detector::{Entry, Interest};

/// By the bit of a kind of packet or flow in [`Interest`]: the places, in some list, of the detectors that want it.
type Watchers = [Vec<usize>; Interest::KINDS];

/// True for a detector that looks at single packets and at nothing else: it observes in the first half.
fn is_of_packets_only(entry: &Entry) -> bool {
    entry.interest.intersects(Interest::ANY_PACKET)
        && !entry.interest.intersects(Interest::ANY_FLOW.union(Interest::MESSAGES))
}

/// The detectors of the first half or of the second, with their places in the table of detectors.
fn entries(are_of_packets_only: bool) -> impl Iterator<Item = (usize, &'static Entry)> + Clone {
    detect::ALL.iter().enumerate().filter(move |(_, entry)| is_of_packets_only(entry) == are_of_packets_only)
}

/// The watchers among these entries, by the places that stand beside them.
fn watchers(entries: impl Iterator<Item = (usize, &'static Entry)> + Clone) -> Watchers {
    std::array::from_fn(|bit| {
        let kind = Interest::kind(bit);
        // Flows are shown later to those that ask who is inside.
        let is_shown = |entry: &Entry| !entry.asks_site || !Interest::ANY_FLOW.intersects(kind);
        let wanting = entries.clone().filter(|(_, entry)| entry.interest.intersects(kind) && is_shown(entry));
        wanting.map(|(place, _)| place).collect()
    })
}
