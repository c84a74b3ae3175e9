//! Packets of one media stream, as they pass the place of the capture, to what was lost and how unevenly they came.

use crate::model::format::time::{SECOND, seconds};

/// A step forward of more is no loss but a new beginning (RFC 3550, appendix A.1).
const MOST_DROPOUT: u16 = 3000;
/// So few of the packets may begin anew: else these are no sequence numbers.
const MOST_NEW: f64 = 0.02;
/// Ticks a second of the clocks of telephone encodings (RFC 3551, section 6): only they are certain to be RTP, and read.
pub(super) const CLOCK: f64 = 8000.0;
/// Jitter takes a sixteenth of each new difference (RFC 3550, section 6.4.1).
const GAIN: f64 = 16.0;

/// A media stream.
#[derive(Default)]
pub(super) struct Stream {
    pub(super) flow: u32,
    pub(super) n: u64,
    /// Numbers from the first to the highest, over all beginnings.
    pub(super) n_expected: u64,
    n_new: u64,
    highest: u16,
    /// Time of arrival less time of the sender, s, of the packet before.
    transit: Option<f64>,
    jitter: f64,
    /// Sum of the jitter after each packet, s.
    jitter_sum: f64,
    pub(super) n_jitter: u64,
    pub(super) jitter_most: f64,
    pub(super) first_ns: i64,
    pub(super) last_ns: i64,
}

impl Stream {
    pub(super) fn take(&mut self, sequence: u16, timestamp: u32, now: i64) {
        if self.n == 0 {
            (self.first_ns, self.n_expected) = (now, 1);
        } else {
            let step = sequence.wrapping_sub(self.highest);
            match step {
                // Came twice, as where two ports are mirrored.
                0 => return,
                1..MOST_DROPOUT => self.n_expected += u64::from(step),
                // Overtaken.
                _ if step >= u16::MAX - MOST_DROPOUT => {
                    self.n += 1;
                    return;
                }
                _ => {
                    self.n_new += 1;
                    self.n_expected += 1;
                    self.transit = None;
                }
            }
        }
        self.highest = sequence;
        self.n += 1;
        self.last_ns = now;
        self.note_jitter(timestamp, now);
    }

    fn note_jitter(&mut self, timestamp: u32, now: i64) {
        let transit = seconds(now - self.first_ns) - f64::from(timestamp) / CLOCK;
        if let Some(before) = self.transit {
            let difference = (transit - before).abs();
            // A clock that jumps, as after silence that some do not count, or around its end.
            if difference < seconds(SECOND) {
                self.jitter += (difference - self.jitter) / GAIN;
                self.jitter_sum += self.jitter;
                self.n_jitter += 1;
                self.jitter_most = self.jitter_most.max(self.jitter);
            }
        }
        self.transit = Some(transit);
    }

    pub(super) fn n_lost(&self) -> u64 {
        self.n_expected.saturating_sub(self.n)
    }

    pub(super) fn lost_percent(&self) -> f64 {
        100.0 * self.n_lost() as f64 / self.n_expected.max(1) as f64
    }

    /// Mean over the stream, s.
    pub(super) fn mean_jitter(&self) -> f64 {
        self.jitter_sum / self.n_jitter.max(1) as f64
    }

    pub(super) fn is_judged(&self, least: f64) -> bool {
        self.n as f64 >= least && (self.n_new as f64) <= MOST_NEW * self.n as f64
    }
}
