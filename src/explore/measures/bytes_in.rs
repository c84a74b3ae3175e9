//! How many bytes are received, as the row sees it.

use crate::explore::key::Side;
use crate::explore::measure::{Measure, Measured, Value};
use crate::explore::sources::FlowItem;
use crate::model::flow::Known;

/// See the file.
pub const ENTRY: Measure = Measure::of_flows(
    ("bytes_in", "Bytes received", "B", "Volume"),
    "Bytes received by the host or first host of a row; without one, by who opened the connection.",
    of_flow,
)
.from(Value::Packet(
    |packet| match packet.is_out {
        Some(is_out) if !is_out => Measured::Known(packet.bytes.into()),
        Some(_) => Measured::Known(0.0),
        None => Measured::Unknown,
    },
    of_flow,
));

fn of_flow(item: &FlowItem<'_>, side: Side) -> Measured {
    let flow = item.flow;
    let (side, known) =
        if side.is_turned() { (flow.forward(), Known::FORWARD) } else { (flow.backward(), Known::BACKWARD) };
    Measured::of(flow.measured(known.with(Known::BYTES), side.bytes as f64))
}
