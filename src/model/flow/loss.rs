//! Bytes of one direction of a TCP connection that the capture does not have, as far as sequence numbers and acknowledgments
//! show them.

/// What one direction lacks; few connections lack anything.
#[derive(Clone, Debug, Default)]
pub struct StreamLoss {
    /// Holes that may still be filled, at most [`StreamLoss::MOST_HOLES`], in the order in which they were seen.
    pub holes: Vec<Hole>,
    /// Sequence number up to which the receiver acknowledged all, since there are holes.
    pub acknowledged: Option<u32>,
    /// Of holes that made room for others: bytes that the receiver acknowledged.
    pub missing_bytes: u64,
    /// How many holes those bytes were in.
    pub n_gaps: u32,
    /// Holes that made room for others, of which no acknowledgment says whether the receiver has the bytes.
    pub n_unknown: u32,
    /// Segments that came later than ones behind them, too soon to have been sent again.
    pub n_reordered: u32,
    /// The packet, from 0, that showed the first hole that made room for another.
    pub first_packet: Option<u64>,
}

/// Sequence numbers that no packet carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The first.
    pub start: u32,
    /// Behind the last.
    pub end: u32,
    /// When it was seen, ns since 1970.
    pub time_ns: i64,
    /// The packet, from 0, that showed it.
    pub packet: u64,
}

/// Holes in sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lacking {
    /// Bytes that the receiver acknowledged.
    pub missing_bytes: u64,
    /// Holes that those were in.
    pub n_gaps: u64,
    /// Holes of which no acknowledgment says whether the receiver has the bytes.
    pub n_unknown: u64,
    /// The packet, from 0, that showed the first of the holes with missing bytes.
    pub first_packet: Option<u64>,
}

impl StreamLoss {
    /// Most holes that wait to be filled; the oldest makes room.
    pub const MOST_HOLES: usize = 8;

    /// What it lacks in all, if nothing more comes.
    pub fn lacking(&self) -> Lacking {
        let mut all = Lacking {
            missing_bytes: self.missing_bytes,
            n_gaps: u64::from(self.n_gaps),
            n_unknown: u64::from(self.n_unknown),
            first_packet: self.first_packet,
        };
        for hole in &self.holes {
            let missing = hole.missing_bytes(self.acknowledged);
            if missing > 0 {
                all.missing_bytes += u64::from(missing);
                all.n_gaps += 1;
                all.first_packet = Some(all.first_packet.map_or(hole.packet, |first| first.min(hole.packet)));
            } else {
                all.n_unknown += 1;
            }
        }
        all
    }
}

impl Hole {
    /// Bytes of it that the receiver acknowledged.
    pub fn missing_bytes(&self, acknowledged: Option<u32>) -> u32 {
        let received = acknowledged.map_or(0, |number| number.wrapping_sub(self.start) as i32);
        u32::try_from(received).unwrap_or(0).min(self.end.wrapping_sub(self.start))
    }
}
