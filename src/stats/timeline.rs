//! Turns packets into traffic over time, in bins that widen as the capture turns out longer.

use crate::model::analysis::Timeline;

/// Most bins; when a time falls past the last, neighbours are joined and bins are twice as wide.
const MOST_BINS: usize = 1024;
/// First width: a 512th of a second, so that doubling comes to 1, 2, 4 … s.
const FIRST_BIN_NS: i64 = 1_953_125;

#[derive(Clone, Copy, Default)]
struct Bin {
    packets: [u64; 5],
    bytes: [u64; 5],
}

/// Builds a [`Timeline`].
#[derive(Default)]
pub struct TimelineBuilder {
    bins: Vec<Bin>,
    start_ns: i64,
    width_ns: i64,
    /// The bin that the last packet fell in, to spare a division for most packets.
    current: usize,
    current_ns: (i64, i64),
}

impl TimelineBuilder {
    /// Counts a packet of a kind (see [`Timeline::KINDS`]).
    #[inline]
    pub fn add(&mut self, now: i64, kind: usize, bytes: u64) {
        self.add_many(now, kind, 1, bytes);
    }

    /// Counts packets of a kind that came at one time.
    #[inline]
    pub fn add_many(&mut self, now: i64, kind: usize, n_packets: u64, bytes: u64) {
        if !(self.current_ns.0..self.current_ns.1).contains(&now) {
            self.seek(now);
        }
        if let Some(bin) = self.bins.get_mut(self.current)
            && let (Some(packets), Some(total)) = (bin.packets.get_mut(kind), bin.bytes.get_mut(kind))
        {
            *packets += n_packets;
            *total += bytes;
        }
    }

    fn seek(&mut self, now: i64) {
        if self.width_ns == 0 {
            self.width_ns = FIRST_BIN_NS;
            self.start_ns = now.div_euclid(FIRST_BIN_NS) * FIRST_BIN_NS;
        }
        // Bins always begin at multiples of their width, so that the order of packets does not shape them.
        loop {
            let place = now.div_euclid(self.width_ns) - self.start_ns.div_euclid(self.width_ns);
            let last = self.bins.len() as i64 - 1;
            if place.min(0) + (MOST_BINS as i64) > place.max(last) {
                if place < 0 {
                    let missing = place.unsigned_abs() as usize;
                    self.bins.splice(0..0, std::iter::repeat_n(Bin::default(), missing));
                    self.start_ns += place * self.width_ns;
                }
                self.current = place.max(0) as usize;
                if self.bins.len() <= self.current {
                    self.bins.resize(self.current + 1, Bin::default());
                }
                let from = now.div_euclid(self.width_ns) * self.width_ns;
                self.current_ns = (from, from.saturating_add(self.width_ns));
                return;
            }
            self.widen();
        }
    }

    fn widen(&mut self) {
        let is_shifted = self.start_ns.div_euclid(self.width_ns).rem_euclid(2) == 1;
        if is_shifted {
            self.bins.insert(0, Bin::default());
            self.start_ns -= self.width_ns;
        }
        self.width_ns = self.width_ns.saturating_mul(2);
        self.bins = self.bins.chunks(2).map(joined).collect();
    }

    /// The timeline so far, joined further to at most `most` bins.
    pub fn timeline(&self, most: usize) -> Timeline {
        let mut copy = TimelineBuilder {
            bins: self.bins.clone(),
            start_ns: self.start_ns,
            width_ns: self.width_ns,
            ..TimelineBuilder::default()
        };
        while copy.bins.len() > most.max(1) {
            copy.widen();
        }
        let column = |value: fn(&Bin) -> &[u64; 5], kind: usize| {
            copy.bins.iter().map(|bin| value(bin).get(kind).copied().unwrap_or(0)).collect()
        };
        Timeline {
            start_ns: copy.start_ns,
            bin_ns: copy.width_ns,
            packets: std::array::from_fn(|kind| column(|bin| &bin.packets, kind)),
            bytes: std::array::from_fn(|kind| column(|bin| &bin.bytes, kind)),
        }
    }
}

fn joined(pair: &[Bin]) -> Bin {
    let mut sum = Bin::default();
    for bin in pair {
        for (total, part) in sum.packets.iter_mut().zip(bin.packets).chain(sum.bytes.iter_mut().zip(bin.bytes)) {
            *total += part;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_order_does_not_matter() {
        let times = [0, 5, 1_500_000_000, 90_000_000_000, 3, -7_000_000_000, 3_600_000_000_000];
        let build = |times: &mut dyn Iterator<Item = i64>| {
            let mut builder = TimelineBuilder::default();
            times.for_each(|now| builder.add(now, 0, 10));
            builder.timeline(200)
        };
        let forward = build(&mut times.into_iter());
        assert_eq!(forward.packets[0].iter().sum::<u64>(), 7);
        assert!(forward.packets[0].len() <= 200);
        assert_eq!(forward, build(&mut times.into_iter().rev()));
    }
}
