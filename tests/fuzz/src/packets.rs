//! Any bytes as a packet: the first two are the link type. Decodes it as the line does, and as the page shows it.

use packetloupe::decode::decode;
use packetloupe::decode::inspect::{self, Known};
use packetloupe::issue::IssueLog;
use packetloupe::model::app::protocol::AppProto;
use packetloupe::model::flow::Direction;
use packetloupe::model::format::secret::Secrets;
use packetloupe::read::RawPacket;

/// One input of the target.
pub fn run(bytes: &[u8]) {
    let Some((link_type, data)) = bytes.split_first_chunk::<2>() else { return };
    let link_type = u16::from_le_bytes(*link_type);
    let wire_bytes = data.len() as u32;
    let raw = RawPacket {
        time_ns: 1_700_000_000_000_000_000,
        is_timed: true,
        wire_bytes,
        link_type,
        file: 0,
        interface: 0,
        offset: 40,
        data,
    };
    let mut issues = IssueLog::default();
    let packet = decode(&raw, 0, &mut issues);
    let length = data.len() as u32;
    assert!(packet.payload.start <= packet.payload.end && packet.payload.end <= length, "{:?}", packet.payload);
    assert!(packet.net_at <= length && packet.transport_at <= length);
    assert!(!packet.is_damaged || !issues.issues().is_empty(), "a damaged packet says why");
    // The page may know the application from the rest of the flow.
    let app = AppProto::ALL.get(data.len() % (2 * AppProto::ALL.len())).copied();
    let known =
        Known { flow: app.map(|_| 0), direction: app.map(|_| Direction::ToResponder), app, secrets: Secrets::Masked };
    let inspected = inspect::inspect(&raw, 0, known);
    assert_eq!(inspect::row(&raw, 0, known), inspected.row);
    for layer in inspected.layers {
        assert!(layer.start <= length, "{layer:?} of {length} bytes");
    }
}
