//! Every dimension: the register.

use super::dimension::Dimension;

mod application;
mod bins;
mod column;
mod detector;
mod direction;
mod field;
mod finding;
mod flow_bytes;
mod flow_duration;
mod flow_packets;
mod host;
mod hour;
mod label;
mod mac;
mod network;
mod outcome;
mod packet_size;
mod pair;
mod port;
mod protocol;
mod score;
mod server_name;
mod severity;
mod source;
mod source_mac;
mod state;
mod target;
pub(super) mod time;
mod transport;
mod vlan;
mod weekday;

/// Every dimension, in the order in which they are listed.
pub const DIMENSIONS: &[Dimension] = &[
    time::ENTRY,
    hour::ENTRY,
    weekday::ENTRY,
    protocol::ENTRY,
    network::ENTRY,
    application::ENTRY,
    transport::ENTRY,
    port::ENTRY,
    host::ENTRY,
    source::ENTRY,
    target::ENTRY,
    pair::ENTRY,
    direction::ENTRY,
    vlan::ENTRY,
    mac::ENTRY,
    source_mac::ENTRY,
    server_name::ENTRY,
    field::DNS_NAME,
    field::TLS_SERVER_NAME,
    field::HTTP_HOST,
    field::HTTP_STATUS,
    field::USER_AGENT,
    field::JA3,
    field::JA4,
    field::USER,
    field::FILE,
    field::CERT_SUBJECT,
    field::ENTRY,
    packet_size::ENTRY,
    flow_duration::ENTRY,
    flow_bytes::ENTRY,
    flow_packets::ENTRY,
    state::ENTRY,
    outcome::ENTRY,
    severity::ENTRY,
    finding::ENTRY,
    detector::ENTRY,
    score::ENTRY,
    label::ENTRY,
    column::ENTRY,
    bins::ENTRY,
];
