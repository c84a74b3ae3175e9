//! Segments of one direction of a TCP connection that two receivers may treat differently; few connections have any.

/// What is known of them.
#[derive(Clone, Debug, Default)]
pub struct TcpAnomalies {
    /// Those that have far fewer hops left than the others of their direction.
    pub low: TtlAnomaly,
    /// Those with different content from earlier ones for the same bytes.
    pub conflicts: OverlapConflicts,
}

/// Segments with data, FIN or RST that may not reach the other side, because few hops are left.
#[derive(Clone, Debug, Default)]
pub struct TtlAnomaly {
    /// TTL of the other segments.
    pub usual: u8,
    /// Highest TTL of any of these.
    pub most_left: u8,
    /// These segments.
    pub seen: SegmentsSeen,
    /// Of them: those with data whose place was taken afterwards by a segment with the usual hops.
    pub n_replaced: u32,
    /// Those with RST or FIN after which the direction went on with data.
    pub n_ignored: u32,
    /// Sequence numbers, from and to, of those that may still be replaced.
    pub open: [Option<(u32, u32)>; TtlAnomaly::MOST_OPEN],
    /// Sequence number of a RST or FIN that may still be ignored.
    pub end: Option<u32>,
    /// Those without one of the others in between.
    pub n_in_a_row: u8,
}

impl TtlAnomaly {
    /// Most that are waited for.
    pub const MOST_OPEN: usize = 4;
}

/// Segments that overlap bytes sent before, with different content.
#[derive(Clone, Debug, Default)]
pub struct OverlapConflicts {
    /// These segments.
    pub seen: SegmentsSeen,
    /// Bytes that differ, of all.
    pub n_differing: u64,
}

/// How many segments, when, and which.
#[derive(Clone, Debug, Default)]
pub struct SegmentsSeen {
    /// How many.
    pub n: u32,
    /// First, ns since 1970; meaningless while there is none.
    pub first_ns: i64,
    /// Last, ns since 1970.
    pub last_ns: i64,
    /// Indices of the packets; at most [`SegmentsSeen::MOST_PACKETS`].
    pub packets: Vec<u64>,
}

impl SegmentsSeen {
    /// Most packets remembered.
    pub const MOST_PACKETS: usize = 32;

    /// Adds a packet.
    pub fn add(&mut self, index: u64, time_ns: i64) {
        (self.first_ns, self.last_ns) = match self.n {
            0 => (time_ns, time_ns),
            _ => (self.first_ns.min(time_ns), self.last_ns.max(time_ns)),
        };
        self.n = self.n.saturating_add(1);
        if self.packets.len() < SegmentsSeen::MOST_PACKETS {
            self.packets.push(index);
        }
    }

    /// Adds those of another connection.
    pub fn merge(&mut self, other: &SegmentsSeen) {
        if other.n == 0 {
            return;
        }
        (self.first_ns, self.last_ns) = match self.n {
            0 => (other.first_ns, other.last_ns),
            _ => (self.first_ns.min(other.first_ns), self.last_ns.max(other.last_ns)),
        };
        self.n = self.n.saturating_add(other.n);
        let room = SegmentsSeen::MOST_PACKETS.saturating_sub(self.packets.len());
        self.packets.extend(other.packets.iter().take(room));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_times_and_packets_are_kept_within_bounds() {
        let (mut seen, mut all) = (SegmentsSeen::default(), SegmentsSeen::default());
        (0..100).for_each(|i| seen.add(i, 50 - i as i64));
        all.merge(&SegmentsSeen::default());
        all.merge(&seen);
        assert_eq!((all.n, all.first_ns, all.last_ns, all.packets.len()), (100, -49, 50, SegmentsSeen::MOST_PACKETS));
    }
}
