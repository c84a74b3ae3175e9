//! Derives the outcome of a flow, like Zeek's conn_state, from what is known of it: its packets in a capture; its
//! flags, or only its packets and bytes in each direction, in a table. Also its TCP state.

use super::{DirectionStats, Flow, Known, Outcome, TcpState};
use crate::model::packet::tcp_flag::{ACK, FIN, RST, SYN};

/// Most packets of one side in a failed attempt: the request, its retransmissions, or the answers to them.
pub const MOST_BARE: u32 = 3;
/// A SYN is retransmitted up to six times (Linux's tcp_syn_retries); a side that sends more packets was answered.
const MOST_TRIES: u32 = 8;
/// Ethernet, IP and TCP headers with the options of a SYN (RFC 793, RFC 7323) take up to 78 bytes.
const MOST_HEADERS: f64 = 78.0;
/// Padding of an Ethernet frame that some tools count as payload, bytes a packet (Engelen et al., 2021).
const PADDING: f64 = 6.0;

impl Flow {
    /// The outcome as a first contact: as recorded in a table, otherwise from the packets.
    pub fn outcome(&self) -> Outcome {
        self.recorded.unwrap_or_else(|| self.outcome_by_packets())
    }

    /// True if the attempt failed: refused or, for TCP, unanswered. UDP without an answer is normal.
    pub fn has_failed(&self) -> bool {
        match self.outcome() {
            Outcome::Refused => self.is_tcp() || self.is_udp(),
            Outcome::Unanswered => self.is_tcp(),
            _ => false,
        }
    }

    /// True if the capture shows the start of the connection (a SYN), or if a table records it as established.
    pub fn has_begun(&self) -> bool {
        self.recorded.map_or(self.saw_syn, |outcome| outcome == Outcome::Established)
    }

    /// The outcome from the packets of a capture.
    fn outcome_by_packets(&self) -> Outcome {
        let has_answer = self.backward().packets > 0;
        match self.key.protocol {
            6 if !self.saw_syn => Outcome::Unknown,
            6 => {
                let forward = self.forward();
                // Where flags are not counted, a side that sends data has acknowledged.
                let is_acknowledged = forward.flag(ACK) > forward.flag(RST)
                    || (!self.known.has(Known::FLAG_COUNTS) && carries_data(forward, self.known));
                match self.state {
                    TcpState::Unknown => Outcome::Unknown,
                    // It acknowledges answers that are not in the capture: they took another path.
                    TcpState::Requested | TcpState::Refused if is_acknowledged => Outcome::Unknown,
                    TcpState::Requested => Outcome::Unanswered,
                    TcpState::Refused => Outcome::Refused,
                    _ if is_acknowledged => Outcome::Established,
                    _ => Outcome::HalfOpen,
                }
            }
            1 | 17 | 58 if self.is_unreachable => Outcome::Refused,
            1 | 17 | 58 if has_answer => Outcome::Established,
            1 | 17 | 58 => Outcome::Unanswered,
            _ => Outcome::Unknown,
        }
    }

    /// Flag bits sent by the originator at any time.
    pub fn originator_flags(&self) -> u8 {
        flags(self.forward())
    }

    /// Packets that the originator sent at least: one where a table counts none.
    pub fn least_packets(&self) -> u32 {
        self.forward().packets.max(u32::from(!self.known.has(Known::PACKETS)))
    }

    /// True for a row of a table that does not tell whether the other side answered.
    pub fn is_open_row(&self) -> bool {
        self.recorded == Some(Outcome::Unknown) && !self.known.has(Known::FORWARD.with(Known::BACKWARD))
    }

    /// The outcome from packets and bytes of both directions, where nothing else is known. Unknown if a direction was
    /// not measured, which is not the same as zero.
    pub fn outcome_by_volume(&self) -> Outcome {
        let (forward, backward) = (self.forward(), self.backward());
        let is_there = |side: &DirectionStats| side.packets > 0 || side.bytes > 0;
        if !self.known.has(Known::FORWARD.with(Known::BACKWARD)) || !is_there(forward) {
            return Outcome::Unknown;
        }
        let is_tcp = self.is_tcp();
        let has_data = |side: &DirectionStats| carries_data(side, self.known);
        match is_there(backward) {
            // No host keeps sending without an answer: the answers were not recorded.
            false if is_tcp && (has_data(forward) || forward.packets > MOST_TRIES) => Outcome::Unknown,
            false if matches!(self.key.protocol, 1 | 6 | 17 | 58) => Outcome::Unanswered,
            // Whichever protocol it is of that has ports: a few packets, and nothing came back.
            false if self.is_lone_try(has_data(forward)) => Outcome::Unanswered,
            false => Outcome::Unknown,
            true if !is_tcp || has_data(forward) || has_data(backward) => Outcome::Established,
            true if forward.packets > MOST_BARE => Outcome::Established,
            // SYN, acknowledgment and FIN against one answer: more than a failed attempt.
            true if forward.packets == MOST_BARE && backward.packets == 1 => Outcome::Established,
            true => Outcome::Bare,
        }
    }

    /// True for a try of a protocol that the table does not name.
    fn is_lone_try(&self, has_data: bool) -> bool {
        let is_unnamed = !self.known.has(Known::PROTOCOL) && self.known.has(Known::PORTS.with(Known::PACKETS));
        is_unnamed && self.responder().1 > 0 && !has_data && self.forward().packets <= MOST_TRIES
    }

    /// As [`Flow::outcome_by_volume`], but a single answer to a single request counts as refused if its TCP window is
    /// zero: systems refuse with a reset whose window is zero (Linux's tcp_v4_send_reset), and a side that accepts has
    /// a window.
    pub fn outcome_without_flags(&self) -> Outcome {
        let by_volume = self.outcome_by_volume();
        let is_counted = self.known.has(Known::PACKETS.with(Known::WINDOWS));
        let is_lone = is_counted && self.forward().packets == 1 && self.backward().packets == 1;
        let windows = (self.forward().initial_window, self.backward().initial_window);
        match (by_volume, windows) {
            (Outcome::Bare, (Some(1..), Some(0))) if is_lone => Outcome::Refused,
            _ => by_volume,
        }
    }

    /// The outcome from the flags that each side set at any time, and from the payload. For flow records that combine
    /// the flags of all packets, without their order or number.
    pub fn outcome_by_flags(&self) -> Outcome {
        let by_volume = self.outcome_by_volume();
        let (sent, returned) = (flags(self.forward()), flags(self.backward()));
        let has = |all: u8, bit: u8| all & bit != 0;
        match by_volume {
            // The end of an older connection, or the answers are not in the record.
            Outcome::Unanswered if !has(sent, SYN) || has(sent, ACK) => Outcome::Unknown,
            Outcome::Bare if has(sent, SYN) && has(returned, RST) && !has(returned, SYN) => Outcome::Refused,
            Outcome::Bare if has(sent, SYN) && has(returned, SYN) && !has(sent, ACK) => Outcome::HalfOpen,
            Outcome::Bare if has(sent, SYN) && has(returned, SYN) => Outcome::Established,
            Outcome::Bare if !has(sent, SYN) => Outcome::Unknown,
            other => other,
        }
    }

    /// The TCP state that follows from this outcome and the flags that each side set at any time.
    pub fn state_by_flags(&self, outcome: Outcome) -> TcpState {
        let (sent, returned) = (flags(self.forward()), flags(self.backward()));
        match outcome {
            Outcome::Unanswered => TcpState::Requested,
            Outcome::Refused => TcpState::Refused,
            Outcome::HalfOpen => TcpState::Answered,
            Outcome::Bare | Outcome::Unknown => TcpState::Unknown,
            Outcome::Established if (sent | returned) & RST != 0 => TcpState::Reset,
            Outcome::Established if sent & returned & FIN != 0 => TcpState::Closed,
            Outcome::Established => TcpState::Established,
        }
    }
}

/// True if a side sent payload, as far as the known values show: more than headers and padding can explain.
pub fn carries_data(side: &DirectionStats, known: Known) -> bool {
    // If packets were not counted, there may have been as many as in a failed attempt.
    let n = f64::from(if known.has(Known::PACKETS) { side.packets.max(1) } else { MOST_BARE });
    if known.has(Known::PAYLOAD) { side.payload.sum() > PADDING * n } else { side.bytes as f64 > MOST_HEADERS * n }
}

/// The TCP flags that a side set at any time, combined.
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
        let by_volume = |packets, bytes| flow(6, packets, bytes, [0, 0]).outcome_by_volume();
        assert_eq!(by_volume([6, 5], [400, 900]), Outcome::Established);
        assert_eq!(
            by_volume([30, 20], [1800, 1200]),
            Outcome::Established,
            "keep-alives need somebody at the other end"
        );
        assert_eq!(by_volume([1, 0], [60, 0]), Outcome::Unanswered);
        assert_eq!([by_volume([1, 1], [60, 54]), by_volume([3, 3], [198, 162])], [Outcome::Bare; 2]);
        assert_eq!(by_volume([4, 2], [240, 120]), Outcome::Established, "a monitor that only connects");
        assert_eq!(by_volume([3, 1], [180, 60]), Outcome::Established, "request, acknowledgment and end");
        assert_eq!(by_volume([3, 2], [180, 120]), Outcome::Bare, "requests sent again, and what they met");
        assert_eq!(by_volume([40, 0], [52_000, 0]), Outcome::Unknown, "the answers took another way");
        let one_way = flow(6, [1, 0], [60, 0], [0, 0]);
        let one_way = Flow { known: one_way.known.without(Known::BACKWARD), ..one_way };
        assert_eq!(one_way.outcome_by_volume(), Outcome::Unknown);
        assert_eq!(flow(17, [1, 1], [70, 90], [0, 0]).outcome_by_volume(), Outcome::Established);
        assert_eq!(flow(17, [1, 0], [70, 0], [0, 0]).outcome_by_volume(), Outcome::Unanswered);
    }

    #[test]
    fn a_lone_answer_without_a_window_is_a_refusal() {
        let by_windows = |packets: [u32; 2], windows: [Option<u16>; 2]| {
            let mut flow = flow(6, packets, packets.map(|n| 60 * u64::from(n)), [0, 0]);
            for (side, window) in flow.directions.iter_mut().zip(windows) {
                side.initial_window = window;
            }
            flow.outcome_without_flags()
        };
        assert_eq!(by_windows([1, 1], [Some(1024), Some(0)]), Outcome::Refused);
        assert_eq!(by_windows([1, 1], [Some(1024), Some(64_240)]), Outcome::Bare);
        assert_eq!(by_windows([1, 1], [Some(0), Some(0)]), Outcome::Bare, "windows are not in the record");
        assert_eq!(by_windows([1, 1], [Some(1024), None]), Outcome::Bare);
        assert_eq!(by_windows([2, 1], [Some(1024), Some(0)]), Outcome::Bare);
        assert_eq!(by_windows([1, 0], [Some(1024), None]), Outcome::Unanswered);
    }

    #[test]
    fn flags_that_were_summed_up_say_what_was_there() {
        let by_flags = |packets, bytes, flags| flow(6, packets, bytes, flags).outcome_by_flags();
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
