//! Decides from the first messages which side is client and which is server, for connections whose handshake is not in
//! the capture.

use crate::decode::app::parser::{PortPair, Role};
use crate::decode::app::registry;
use crate::flow::names::Names;
use crate::flow::table::{FlowTable, FlowUpdate};
use crate::model::Packet;
use crate::model::flow::{Direction, NameSource};
use crate::model::packet::tcp_flag;

/// Of a connection whose handshake is not in the capture, who is client is what its protocol says, as soon as that is known,
/// whatever came first. Only until its stream is parsed: then sides stay as they are.
#[inline]
pub(super) fn settle(
    flows: &mut FlowTable,
    names: &Names,
    packet: &Packet,
    payload: &[u8],
    update: FlowUpdate,
) -> FlowUpdate {
    let Some(tcp) = packet.tcp().filter(|tcp| tcp.payload_bytes > 0) else { return update };
    let Some(flow) = flows.get_mut(update.serial) else { return update };
    let has_handshake = flow.saw_syn || flow.directions.iter().any(|side| side.flag(tcp_flag::SYN) > 0);
    if has_handshake || flow.stream != 0 {
        return update;
    }
    let ends = PortPair::new(true, tcp.source_port, tcp.target_port);
    let direction = match registry::sender(payload, &ends) {
        Some(Role::Client) => Direction::ToResponder,
        Some(Role::Server) => Direction::ToOriginator,
        None => return update,
    };
    if direction != update.direction {
        flow.is_low_originator = !flow.is_low_originator;
        if flow.name_source == NameSource::Dns {
            flow.name = names.of(flow.responder().0);
        }
    }
    FlowUpdate { direction, ..update }
}
