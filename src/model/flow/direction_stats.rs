//! What is counted of one direction of a flow.

use crate::model::flow::moments::Moments;

/// Running figures of one direction of a flow.
#[derive(Clone, Debug)]
pub struct DirectionStats {
    /// Packets.
    pub packets: u32,
    /// Payload-carrying packets.
    pub data_packets: u32,
    /// Bytes on the wire, link header included.
    pub bytes: u64,
    /// Transport header bytes.
    pub header_bytes: u64,
    /// Time of the first packet, ns since 1970; meaningless while there is none.
    pub first_ns: i64,
    /// Time of the last packet, ns since 1970.
    pub last_ns: i64,
    /// Transport payload bytes per packet.
    pub payload: Moments,
    /// Gaps between packets of this direction, µs.
    pub gap: Moments,
    /// Packets with FIN, SYN, RST, PSH, ACK, URG, ECE, CWR set, in the order of the bits.
    pub flags: [u32; 8],
    /// Window field of the first packet; none for what is not TCP.
    pub initial_window: Option<u16>,
    /// Smallest transport header, bytes.
    pub header_min: u8,
    /// Capture interface of the latest packet, see [`crate::model::packet::Captured`].
    pub interface: u8,
    /// TTL of its TCP packets at first, or since a lasting change.
    pub ttl: u8,
    /// With so many hops left or fewer a TCP packet is looked at.
    pub low_ttl: u8,
    /// Next sequence number expected, for retransmissions and FIN bookkeeping.
    pub next_sequence: u32,
    /// TCP packets that repeat sequence numbers already sent.
    pub retransmissions: u32,
}

impl Default for DirectionStats {
    fn default() -> Self {
        DirectionStats {
            packets: 0,
            data_packets: 0,
            bytes: 0,
            header_bytes: 0,
            first_ns: 0,
            last_ns: 0,
            payload: Moments::default(),
            gap: Moments::default(),
            flags: [0; 8],
            initial_window: None,
            header_min: u8::MAX,
            interface: 0,
            ttl: 0,
            low_ttl: u8::MAX,
            next_sequence: 0,
            retransmissions: 0,
        }
    }
}

impl DirectionStats {
    /// Packets that had this flag bit (one of [`crate::model::packet::tcp_flag`]) set.
    pub fn flag(&self, bit: u8) -> u32 {
        self.flags.get(bit.trailing_zeros() as usize).copied().unwrap_or(0)
    }

    /// Transport payload bytes in all.
    pub fn payload_bytes(&self) -> u64 {
        self.payload.sum().round() as u64
    }
}
