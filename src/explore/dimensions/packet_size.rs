//! Classes of packet sizes.

use crate::explore::dimension::{Dimension, Values, words};
use crate::explore::key::Key;
use crate::stats::counters::{SIZE_BORDERS, size_bin};

/// The dimension's entry in the register.
pub const ENTRY: Dimension = Dimension::of_flows(
    ("packet_size", "Packet size", "Packets"),
    "Bytes of a packet on the wire, in the classes of Wireshark's packet length statistics.",
    |_, _, _| (),
)
.found(Values::Packet(|bytes| size_bin(bytes) as i64))
.in_steps(SIZE_BORDERS.len() as u32, |key, asked| match key {
    Key::At(place) => {
        let border = |place: i64| usize::try_from(place).ok().and_then(|place| SIZE_BORDERS.get(place)).copied();
        let from = border(place - 1).map_or(0, |before| before.saturating_add(1));
        match border(place) {
            Some(u32::MAX) | None => format!("{from} B and more"),
            Some(to) => format!("{from} to {to} B"),
        }
    }
    other => words(other, asked),
});
