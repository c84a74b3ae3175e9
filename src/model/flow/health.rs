//! The health of a TCP connection as seen at the capture point: loss, retransmissions, windows and delays.

use std::collections::VecDeque;

/// What a TCP connection shows of the path and of both ends.
#[derive(Clone, Debug, Default)]
pub struct TcpHealth {
    /// Of what `low` and `high` sent.
    pub sides: [SenderHealth; 2],
    /// From the last packet of a request to the first of its answer.
    pub responses: Delays,
    /// Answers that took [`TcpHealth::LATE_MICROS`] or longer, the first ones.
    pub late: Vec<LateAnswer>,
    /// Round trips in the order of time, where they were not all alike.
    pub course: Vec<RoundTrip>,
    /// What must be remembered while the connection goes on.
    pub tracking: Option<Box<Tracking>>,
}

impl TcpHealth {
    /// An answer that takes so long may be no answer but news: the upper end of a bin of [`Delays`], so that both agree.
    pub const LATE_MICROS: u32 = Delays::FIRST_MICROS << 16;
    /// Most late answers kept of a connection.
    pub const MOST_LATE: usize = 32;
}

/// An answer that came late, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LateAnswer {
    /// When it came, ms after the flow began.
    pub at_millis: u32,
    /// How long it took, µs.
    pub micros: u32,
}

/// A round trip between the capture point and one end, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoundTrip {
    /// When the answer came, ms after the flow began.
    pub at_millis: u32,
    /// How long it took, µs.
    pub micros: u32,
    /// The end that acknowledged was `high`.
    pub is_to_high: bool,
}

/// What one side sent, in the terms of Wireshark's TCP analysis. Every count stops at the most that fits.
#[derive(Clone, Debug, Default)]
pub struct SenderHealth {
    /// Sent again for none of the reasons below.
    pub retransmissions: u32,
    /// Sent again soon after the other side asked for it three times.
    pub fast_retransmissions: u32,
    /// Sent again although the other side had acknowledged it.
    pub spurious_retransmissions: u32,
    /// Of all that was sent again, what the other side said it had twice (D-SACK): nothing was lost.
    pub needless: u32,
    /// Came late, but so soon after what follows it that it may only have been overtaken.
    pub out_of_order: u32,
    /// Of these, segments that had not passed the capture point before, and sooner than anybody could have sent them again: nothing
    /// speaks for loss.
    pub overtaken: u32,
    /// Segments before which some are missing.
    pub gaps: u32,
    /// Of those sent again or late, segments that had not passed the capture point before.
    pub filled: u32,
    /// Acknowledgments of bytes that never passed the capture point.
    pub acknowledged_unseen: u32,
    /// Acknowledgments that repeat the one before.
    pub duplicate_acks: u32,
    /// Packets with a window of 0: no room for more.
    pub zero_windows: u32,
    /// Segments that fill the window of the other side.
    pub full_windows: u32,
    /// The largest window of the other side that was filled, bytes.
    pub full_room: u32,
    /// It sends on after a reset that lies ahead of the stream, as forged ones do: that counts as behind it, here as in tshark.
    pub has_reset_ahead: bool,
    /// Packets that say that there is room again, or more.
    pub window_updates: u32,
    /// Packets that only ask whether the other side is there.
    pub keep_alives: u32,
    /// Bytes sent into no room, to see whether there is some again.
    pub probes: u32,
    /// How long there was no room, ms.
    pub closed_millis: u32,
    /// Largest payload that was acknowledged, bytes.
    pub largest_acknowledged: u32,
    /// Largest payload that was sent again from the same place and never acknowledged at that size, bytes.
    pub stuck_bytes: u32,
    /// How often that was sent again.
    pub stuck_repeats: u32,
    /// At the end, bytes that never came although what follows them did, and the other side still waits for them.
    pub missing_bytes: u32,
    /// Round trips from the capture point to the other side and back.
    pub round_trips: Delays,
}

impl SenderHealth {
    /// Segments that were sent again, for whatever reason.
    pub fn sent_again(&self) -> u32 {
        self.retransmissions.saturating_add(self.fast_retransmissions).saturating_add(self.spurious_retransmissions)
    }

    /// Segments that were sent again because they, or their acknowledgment, did not arrive.
    pub fn lost(&self) -> u32 {
        let early = self.out_of_order.saturating_sub(self.overtaken);
        self.retransmissions
            .saturating_add(self.fast_retransmissions)
            .saturating_add(early)
            .saturating_sub(self.needless.saturating_sub(self.spurious_retransmissions))
    }
}

/// Delays by powers of two: how many there were, and quantiles to a quarter of their value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Delays {
    counts: [u16; Delays::BINS],
    least_micros: u32,
    most_micros: u32,
}

impl Delays {
    const BINS: usize = 18;
    /// Upper end of the first bin, µs; each next one ends at twice that.
    const FIRST_MICROS: u32 = 128;

    /// Takes a delay, µs.
    pub fn add(&mut self, micros: u32) {
        let is_first = self.n() == 0;
        self.least_micros = if is_first { micros } else { self.least_micros.min(micros) };
        self.most_micros = self.most_micros.max(micros);
        if let Some(count) = self.counts.get_mut(bin(micros)) {
            *count = count.saturating_add(1);
        }
    }

    /// Adds those of another one.
    pub fn merge(&mut self, other: &Delays) {
        if other.n() == 0 {
            return;
        }
        self.least_micros = if self.n() == 0 { other.least_micros } else { self.least_micros.min(other.least_micros) };
        self.most_micros = self.most_micros.max(other.most_micros);
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
    }

    /// How many.
    pub fn n(&self) -> u32 {
        self.counts.iter().map(|count| u32::from(*count)).sum()
    }

    /// How many lie in the bins above the one that holds `micros`.
    pub fn n_above(&self, micros: u32) -> u32 {
        self.counts.iter().skip(bin(micros) + 1).map(|count| u32::from(*count)).sum()
    }

    /// The shortest, µs.
    pub fn least(&self) -> Option<u32> {
        (self.n() > 0).then_some(self.least_micros)
    }

    /// The longest, µs.
    pub fn most(&self) -> Option<u32> {
        (self.n() > 0).then_some(self.most_micros)
    }

    /// A quantile (0 to 1), µs: between the ends of its bin by how many lie below.
    pub fn quantile(&self, share: f64) -> Option<u32> {
        Delays::quantile_of(&self.counts.map(u64::from), (self.least_micros, self.most_micros), share)
    }

    /// How many there are in each bin.
    pub fn counts(&self) -> &[u16] {
        &self.counts
    }

    /// A quantile (0 to 1), µs, of counts of the same bins, and of the shortest and the longest.
    pub fn quantile_of(counts: &[u64], (least, most): (u32, u32), share: f64) -> Option<u32> {
        let n: u64 = counts.iter().sum();
        if n == 0 {
            return None;
        }
        let wanted = share.clamp(0.0, 1.0) * n as f64;
        let mut below = 0.0;
        let (mut low, mut high) = (0.0, f64::from(Delays::FIRST_MICROS));
        for count in counts.iter().map(|count| *count as f64) {
            if count > 0.0 && below + count >= wanted {
                let value = low + (high - low) * ((wanted - below) / count);
                return Some((value as u32).clamp(least, most));
            }
            below += count;
            (low, high) = (high, 2.0 * high);
        }
        Some(most)
    }
}

/// Place of a delay among the bins.
fn bin(micros: u32) -> usize {
    let times = micros / Delays::FIRST_MICROS;
    (times.checked_ilog2().map_or(0, |power| power as usize + 1)).min(Delays::BINS - 1)
}

/// What must be remembered of an open connection.
#[derive(Clone, Debug, Default)]
pub struct Tracking {
    /// Of what `low` and `high` sent.
    pub senders: [SenderTracking; 2],
    /// Who is to speak.
    pub turns: Turns,
    /// From the request of the connection to the end of its handshake; none where that was not seen, ns.
    pub handshake_ns: Option<i64>,
    /// Each so many round trips one is kept.
    pub stride: u32,
    /// Round trips since the last one that was kept.
    pub n_skipped: u32,
}

/// Who speaks after whom in an open connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turns {
    /// The last request waits for its answer.
    pub is_waiting: bool,
    /// How often the originator began to speak; stops at the most that fits.
    pub n: u8,
    /// When the last packet of the last request passed, answered or not, ns since 1970.
    pub asked_ns: i64,
    /// What came back since, bytes.
    pub answer_bytes: u32,
    /// When the last of all that came back did, ns since 1970.
    pub answered_ns: i64,
}

/// What must be remembered of one side of an open connection.
#[derive(Clone, Debug, Default)]
pub struct SenderTracking {
    /// It sent something yet.
    pub has_sent: bool,
    /// A reset in its name lay ahead of what it had sent.
    pub is_reset_ahead: bool,
    /// Sequence number behind all that it sent.
    pub next_sequence: u32,
    /// When it got there, ns since 1970.
    pub next_at_ns: i64,
    /// Sequence number up to which nothing is missing, or the other side has acknowledged more than was seen.
    pub unbroken_to: u32,
    /// The other side has acknowledged more than was seen, and it sent nothing since: more of the same is not told again.
    pub is_overtaken_by_ack: bool,
    /// When the segment went missing that all is unbroken up to, while no other was; none where that is not known, ns since 1970.
    pub hole_ns: Option<i64>,
    /// Its last acknowledgment, if it sent one.
    pub last_ack: Option<u32>,
    /// When that was, ns since 1970.
    pub last_ack_ns: i64,
    /// Its last window, as sent.
    pub window: u16,
    /// The window is to be shifted by so much; none where its request was not seen.
    pub scale: Option<u8>,
    /// Its acknowledgments in a row that repeat the same.
    pub n_duplicates: u32,
    /// Its packets without data are in the capture: its acknowledgments do not wait for its next data.
    pub shows_bare: bool,
    /// Its last packet was a keep-alive.
    pub last_was_keep_alive: bool,
    /// Its last packet was a zero window probe.
    pub last_was_probe: bool,
    /// Its window is closed since then, ns since 1970.
    pub closed_at_ns: Option<i64>,
    /// Segments that wait for their acknowledgment: number behind them, payload bytes, and when they passed; sent again, none.
    pub waiting: VecDeque<(u32, u32, Option<i64>)>,
    /// Where it stands still: first number, payload bytes, repeats.
    pub stuck: (u32, u32, u32),
}

/// What the packets before it say of a TCP segment, in Wireshark's terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Remarks {
    /// A bit for each of the constants below.
    pub bits: u16,
}

impl Remarks {
    /// Bytes that were sent before.
    pub const RETRANSMISSION: u16 = 1;
    /// A retransmission after at least two duplicate acknowledgments.
    pub const FAST_RETRANSMISSION: u16 = 1 << 1;
    /// A retransmission of what was acknowledged.
    pub const SPURIOUS_RETRANSMISSION: u16 = 1 << 2;
    /// Overtaken by a later segment.
    pub const OUT_OF_ORDER: u16 = 1 << 3;
    /// Segments before it are not in the capture.
    pub const LOST_SEGMENT: u16 = 1 << 4;
    /// It acknowledges the same once more.
    pub const DUPLICATE_ACK: u16 = 1 << 5;
    /// The receiver takes no more.
    pub const ZERO_WINDOW: u16 = 1 << 6;
    /// It only changes the window.
    pub const WINDOW_UPDATE: u16 = 1 << 7;
    /// It fills the receiver's window.
    pub const WINDOW_FULL: u16 = 1 << 8;
    /// It only asks whether the other side is there.
    pub const KEEP_ALIVE: u16 = 1 << 9;
    /// It acknowledges bytes that are not in the capture.
    pub const ACK_LOST_SEGMENT: u16 = 1 << 10;
    /// It probes a closed window.
    pub const ZERO_WINDOW_PROBE: u16 = 1 << 11;

    /// True if one of these is so.
    pub fn has(self, bits: u16) -> bool {
        self.bits & bits != 0
    }

    /// In words, the most telling first; what a more special remark says is not said again.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        const WORDS: [(u16, &str); 12] = [
            (Remarks::SPURIOUS_RETRANSMISSION, "Spurious retransmission"),
            (Remarks::FAST_RETRANSMISSION, "Fast retransmission"),
            (Remarks::RETRANSMISSION, "Retransmission"),
            (Remarks::OUT_OF_ORDER, "Out of order"),
            (Remarks::LOST_SEGMENT, "Previous segment not captured"),
            (Remarks::ACK_LOST_SEGMENT, "Acknowledges what was not captured"),
            (Remarks::DUPLICATE_ACK, "Duplicate ACK"),
            (Remarks::ZERO_WINDOW_PROBE, "Zero window probe"),
            (Remarks::ZERO_WINDOW, "Zero window"),
            (Remarks::WINDOW_FULL, "Window full"),
            (Remarks::WINDOW_UPDATE, "Window update"),
            (Remarks::KEEP_ALIVE, "Keep-alive"),
        ];
        WORDS.into_iter().filter(move |(bit, _)| self.has(*bit)).map(|(_, words)| words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_delays_lie_near_those_of_the_values() {
        let mut delays = Delays::default();
        (1..=1000).for_each(|i| delays.add(i * 100));
        for (share, wanted) in [(0.1, 10_000.0), (0.5, 50_000.0), (0.9, 90_000.0)] {
            let found = f64::from(delays.quantile(share).unwrap());
            assert!((found / wanted - 1.0).abs() < 0.25, "{share}: {found}");
        }
        assert_eq!((delays.n(), delays.least(), delays.most()), (1000, Some(100), Some(100_000)));
        assert_eq!(Delays::default().quantile(0.5), None);
        let mut both = Delays::default();
        both.merge(&delays);
        assert_eq!(both, delays);
        assert_eq!(both.n_above(u32::MAX), 0);
        assert!((300..=700).contains(&both.n_above(40_000)));
    }
}
