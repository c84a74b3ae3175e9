//! Link-Local Multicast Name Resolution (RFC 4795), which has the format of DNS messages.

use crate::decode::app::parser::Datagram;
use crate::decode::app::parser::Entry;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::support::dns;
use crate::model::app::field::FieldBuffer;
use crate::model::app::protocol::AppProto;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Llmnr,
    datagram: Some(Datagram { is_by_content: false, read }),
    stream: None,
    frame: None,
};

fn read(payload: &[u8], _: &PortPair, fields: &mut FieldBuffer) -> ProbeResult {
    if dns::read(payload, fields) { ProbeResult::Certain } else { ProbeResult::NotForUs }
}
