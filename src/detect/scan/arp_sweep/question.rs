//! Requests of one device for one address to when it was asked, how often, and whether it was answered.

use crate::model::format::time::SECOND;

/// A question is repeated within this time until it is answered.
const REPEATS_NS: i64 = 4 * SECOND;
/// What comes again sooner is the same packet, captured twice.
const COPY_NS: i64 = SECOND / 5;

/// One device's question for one address.
#[derive(Default)]
pub(super) struct Question {
    pub(super) first_ns: Option<i64>,
    /// Begin of the last time that it was asked, repeats left out.
    pub(super) last_ns: i64,
    /// How often it was asked, repeats left out.
    pub(super) n_visits: u16,
    /// It was repeated, as hosts do when no answer comes.
    pub(super) is_repeated: bool,
    pub(super) is_answered: bool,
}

impl Question {
    pub(super) fn ask(&mut self, time_ns: i64) {
        self.first_ns.get_or_insert(time_ns);
        if self.n_visits == 0 || time_ns - self.last_ns > REPEATS_NS {
            self.n_visits = self.n_visits.saturating_add(1);
            self.last_ns = time_ns;
        } else if time_ns - self.last_ns >= COPY_NS {
            self.is_repeated = true;
        }
    }

    /// Mean time between the times that it was asked, ns.
    pub(super) fn interval(&self) -> Option<f64> {
        let n = self.n_visits.checked_sub(1).filter(|n| *n > 0)?;
        Some((self.last_ns - self.first_ns?) as f64 / f64::from(n))
    }
}
