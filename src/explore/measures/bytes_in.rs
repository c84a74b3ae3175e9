//! How many bytes are received, as the row sees it.

use crate::explore::key::Side;
use crate::explore::measure::{Measure, Measured, Value, of_direction, of_packet_sent};
use crate::explore::sources::FlowItem;
use crate::model::flow::Known;

/// The measure's entry in the register.
pub const ENTRY: Measure = Measure::of_flows(
    ("bytes_in", "Bytes received", "B", "Volume"),
    "Bytes received by the host or first host of a row; without one, by who opened the connection.",
    of_flow,
)
.from(Value::Packet(|packet| of_packet_sent(packet, false, packet.bytes.into()), of_flow));

fn of_flow(item: &FlowItem<'_>, side: Side) -> Measured {
    of_direction(item, side, false, (Known::BYTES, |direction| direction.bytes as f64))
}
