//! What a flow carries, in order and by direction: a stream that is followed.

use serde::{Deserialize, Serialize};

/// A part of a stream that is followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedStream {
    /// Who opened the flow, with its port.
    pub client: String,
    /// The other end, with its port.
    pub server: String,
    /// What one side sends before the other does, in order.
    pub turns: Vec<StreamTurn>,
    /// Bytes of the stream before these.
    pub from: u64,
    /// Bytes of the stream that were read, of the client and of the server.
    pub n_bytes: [u64; 2],
    /// There is more than was read.
    pub is_cut: bool,
    /// Secrets that were recognised are written as `*`.
    pub is_masked: bool,
}

/// Bytes that one side sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamTurn {
    /// The server sends them.
    pub is_answer: bool,
    /// Time of the packet that completes the first of them, ns since 1970.
    pub time_ns: i64,
    /// That packet's place in the capture, from 0.
    pub packet: u64,
    /// Bytes before these are not in the capture.
    pub is_after_gap: bool,
    /// The bytes.
    pub bytes: Vec<u8>,
}
