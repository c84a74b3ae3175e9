//! Multicast DNS (RFC 6762).

use super::shared::dns;
use super::{Datagram, Entry, PortPair, ProbeResult};
use crate::model::fact::FieldBuffer;
use crate::model::protocol::AppProto;

/// Line in the table.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Mdns,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    if dns::read(payload, fields) { ProbeResult::Certain } else { ProbeResult::NotForUs }
}
