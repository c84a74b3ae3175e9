//! What became of a first contact, from what a capture or a table says of it.

use super::{DirectionStats, Flow, Known, TcpState};
use crate::model::packet::tcp_flag::{ACK, RST, SYN};

/// What became of a first contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The other side answered, and both went on.
    Established,
    /// Answered, but the originator did not complete the handshake.
    HalfOpen,
    /// Turned away: by a reset, an ICMP message, or a firewall that says so.
    Refused,
    /// No answer came, where it would have been recorded.
    Unanswered,
    /// A few packets without data went both ways. Which flags they had is not known: refused, half open, or the rest of an
    /// older connection.
    Bare,
    /// Cannot be said: joined in the middle, or the record does not have what would tell.
    Unknown,
}

/// Most packets of one side that come to nothing: requests sent again, and the answers to them.
pub const MOST_BARE: u32 = 3;
/// A request is repeated up to six times (Linux's tcp_syn_retries); who sends more was answered.
const MOST_TRIES: u32 = 8;
/// Headers of Ethernet, IP and TCP with the options of a request (RFC 793, RFC 7323) take up to 78 bytes; the padding of
/// an Ethernet frame up to 6 more than an empty segment.
const MOST_HEADERS: f64 = 78.0;
/// Padding of an Ethernet frame that some tools count as payload, bytes a packet (Engelen et al., 2021).
const PADDING: f64 = 6.0;

impl Outcome {
    /// True where the originator got nothing. For UDP only a refusal counts: silence is normal.
    pub fn is_failure(self, flow: &Flow) -> bool {
        match self {
            Outcome::Refused => flow.is_tcp() || flow.is_udp(),
            Outcome::Unanswered => flow.is_tcp(),
            _ => false,
        }
    }

    /// By the packets of a capture.
    pub(super) fn of_packets(flow: &Flow) -> Outcome {
        let has_answer = flow.backward().packets > 0;
        match flow.key.protocol {
            6 if !flow.saw_syn => Outcome::Unknown,
            6 => {
                let is_acknowledged = flow.forward().flag(ACK) > flow.forward().flag(RST);
                match flow.state {
                    TcpState::Unknown => Outcome::Unknown,
                    // An acknowledgment of answers that are not in the capture: they took another way.
                    TcpState::Requested | TcpState::Refused if is_acknowledged => Outcome::Unknown,
                    TcpState::Requested => Outcome::Unanswered,
                    TcpState::Refused => Outcome::Refused,
                    _ if is_acknowledged => Outcome::Established,
                    _ => Outcome::HalfOpen,
                }
            }
            1 | 17 | 58 if flow.is_unreachable => Outcome::Refused,
            1 | 17 | 58 if has_answer => Outcome::Established,
            1 | 17 | 58 => Outcome::Unanswered,
            _ => Outcome::Unknown,
        }
    }

    /// By packets and bytes of both directions, where nothing else is known. Zero is a figure: a direction that was not
    /// measured makes it unknown.
    pub fn of_volume(flow: &Flow) -> Outcome {
        let (forward, backward) = (flow.forward(), flow.backward());
        let is_there = |side: &DirectionStats| side.packets > 0 || side.bytes > 0;
        if !flow.known.has(Known::FORWARD.with(Known::BACKWARD)) || !is_there(forward) {
            return Outcome::Unknown;
        }
        let is_tcp = flow.is_tcp();
        let has_data = |side: &DirectionStats| carries_data(side, flow.known);
        match is_there(backward) {
            // Nobody goes on sending to who does not answer: the answers were not recorded.
            false if is_tcp && (has_data(forward) || forward.packets > MOST_TRIES) => Outcome::Unknown,
            false if matches!(flow.key.protocol, 1 | 6 | 17 | 58) => Outcome::Unanswered,
            false => Outcome::Unknown,
            true if !is_tcp || has_data(forward) || has_data(backward) => Outcome::Established,
            true if forward.packets > MOST_BARE && backward.packets > MOST_BARE => Outcome::Established,
            // Request, acknowledgment and end against an answer: more than an attempt that comes to nothing.
            true if forward.packets >= MOST_BARE && forward.packets > backward.packets => Outcome::Established,
            true => Outcome::Bare,
        }
    }

    /// By the flags that each side ever set, and by what it carried. For a record that only sums flags up: they say what
    /// was there, not in which order or how often.
    pub fn of_flags(flow: &Flow) -> Outcome {
        let by_volume = Outcome::of_volume(flow);
        let (sent, returned) = (flags(flow.forward()), flags(flow.backward()));
        let has = |all: u8, bit: u8| all & bit != 0;
        match by_volume {
            // The rest of an older connection, or the answers are not in the record.
            Outcome::Unanswered if !has(sent, SYN) || has(sent, ACK) => Outcome::Unknown,
            Outcome::Bare if has(sent, SYN) && has(returned, RST) && !has(returned, SYN) => Outcome::Refused,
            Outcome::Bare if has(sent, SYN) && has(returned, SYN) && !has(sent, ACK) => Outcome::HalfOpen,
            Outcome::Bare if has(sent, SYN) && has(returned, SYN) => Outcome::Established,
            Outcome::Bare if !has(sent, SYN) => Outcome::Unknown,
            other => other,
        }
    }
}

/// True if a side sent more than headers.
pub fn carries_data(side: &DirectionStats, known: Known) -> bool {
    let n = f64::from(side.packets.max(1));
    if known.has(Known::PAYLOAD) { side.payload.sum() > PADDING * n } else { side.bytes as f64 > MOST_HEADERS * n }
}

/// Flag bits that a side ever set.
pub fn flags(side: &DirectionStats) -> u8 {
    (0..8).filter(|bit| side.flag(1 << bit) > 0).fold(0, |all, bit| all | 1 << bit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Addr;
    use crate::model::flow::FlowKey;
    use crate::model::flow::moments::Moments;

    /// A flow of a table: packets, bytes and flags of each side.
    fn flow(protocol: u8, packets: [u32; 2], bytes: [u64; 2], flags: [u8; 2]) -> Flow {
        let side = |i: usize| DirectionStats {
            packets: packets[i],
            bytes: bytes[i],
            flags: std::array::from_fn(|bit| u32::from(flags[i] >> bit & 1)),
            payload: Moments::from_parts(packets[i], 0.0, 0.0, (0.0, 0.0)),
            ..DirectionStats::default()
        };
        let (low, high) = (Addr::v4([10, 0, 0, 1]), Addr::v4([10, 0, 0, 2]));
        let key = FlowKey { low, high, low_port: 40_000, high_port: 80, vlan: 0, protocol };
        Flow { known: Known::ALL.without(Known::PAYLOAD), ..Flow::new(key, true, (0, 0), [side(0), side(1)]) }
    }

    #[test]
    fn packets_and_bytes_both_ways_are_an_answer_and_what_was_not_measured_is_unknown() {
        let by_volume = |packets, bytes| Outcome::of_volume(&flow(6, packets, bytes, [0, 0]));
        assert_eq!(by_volume([6, 5], [400, 900]), Outcome::Established);
        assert_eq!(
            by_volume([30, 20], [1800, 1200]),
            Outcome::Established,
            "keep-alives need somebody at the other end"
        );
        assert_eq!(by_volume([1, 0], [60, 0]), Outcome::Unanswered);
        assert_eq!([by_volume([1, 1], [60, 54]), by_volume([3, 3], [198, 162])], [Outcome::Bare; 2]);
        assert_eq!(by_volume([4, 2], [240, 120]), Outcome::Established, "a monitor that only connects");
        assert_eq!(by_volume([40, 0], [52_000, 0]), Outcome::Unknown, "the answers took another way");
        let one_way = flow(6, [1, 0], [60, 0], [0, 0]);
        let one_way = Flow { known: one_way.known.without(Known::BACKWARD), ..one_way };
        assert_eq!(Outcome::of_volume(&one_way), Outcome::Unknown);
        assert_eq!(Outcome::of_volume(&flow(17, [1, 1], [70, 90], [0, 0])), Outcome::Established);
        assert_eq!(Outcome::of_volume(&flow(17, [1, 0], [70, 0], [0, 0])), Outcome::Unanswered);
    }

    #[test]
    fn flags_that_were_summed_up_say_what_was_there() {
        let by_flags = |packets, bytes, flags| Outcome::of_flags(&flow(6, packets, bytes, flags));
        assert_eq!(by_flags([1, 1], [60, 54], [0x02, 0x14]), Outcome::Refused);
        assert_eq!(by_flags([2, 1], [114, 58], [0x06, 0x12]), Outcome::HalfOpen);
        assert_eq!(by_flags([3, 2], [180, 120], [0x13, 0x13]), Outcome::Established);
        assert_eq!(
            by_flags([9, 9], [5000, 90_000], [0x1e, 0x1a]),
            Outcome::Established,
            "closed by a reset after data"
        );
        assert_eq!(by_flags([1, 0], [60, 0], [0x02, 0]), Outcome::Unanswered);
        assert_eq!(by_flags([1, 0], [54, 0], [0x11, 0]), Outcome::Unknown, "the end of an older connection");
    }
}
