//! Turns the calls of one host to one server into their beacon score, over the whole capture or within a burst.

use super::call::Call;
use crate::detect::support::episodes::{Episodes, PAUSE_NS};
use crate::flow::beacon_score::{Parts, parts, parts_of_burst};
use crate::model::format::time::SECOND;

/// Shortest burst that is judged by its own span, s: a shorter one may be a transfer in pieces.
const LEAST_BURST: i64 = 1800;
/// A burst is at most this part of the capture: what is longer is judged as part of it.
const MOST_BURST: i64 = 4;
/// Observations that fill RITA's 24 bins once: this many give a score full confidence.
pub(super) const FULL: f64 = 24.0;

/// Calls of one host to one server, judged.
pub(super) struct Judged {
    pub(super) n_calls: usize,
    pub(super) n_seconds: usize,
    pub(super) parts: Parts,
    /// First and last second of the calls that were judged.
    pub(super) episode: (i64, i64),
    pub(super) is_nameless_http: bool,
}

impl Judged {
    fn of(calls: &[Call], parts: impl Fn(&[i64], &[f64]) -> Option<Parts>) -> Option<Judged> {
        let seconds: Vec<i64> = calls.iter().map(Call::second).collect();
        let mut distinct = seconds.clone();
        distinct.dedup();
        let bytes: Vec<f64> = calls.iter().filter(|call| call.is_sized).map(|call| f64::from(call.bytes)).collect();
        Some(Judged {
            n_calls: calls.len(),
            n_seconds: distinct.len(),
            parts: parts(&seconds, &bytes)?,
            episode: (*seconds.first()?, *seconds.last()?),
            is_nameless_http: calls.iter().all(|call| call.is_nameless_http),
        })
    }

    /// From the first to the last call, s.
    pub(super) fn length(&self) -> i64 {
        self.episode.1 - self.episode.0
    }

    /// All calls over the whole capture.
    pub(super) fn whole(calls: &[Call], span: (i64, i64)) -> Option<Judged> {
        Judged::of(calls, |seconds, bytes| parts(seconds, bytes, span))
    }

    /// Of the bursts that are much shorter than the capture, the one with the most calls that is a beacon by its own span.
    pub(super) fn busiest_burst(
        calls: &[Call],
        span: (i64, i64),
        is_beacon: impl Fn(&Judged) -> bool,
    ) -> Option<Judged> {
        let spans = calls.iter().map(|call| (call.second(), call.second()));
        let episodes = Episodes::of(spans, PAUSE_NS / SECOND, FULL as usize);
        let bursts = episodes.iter().filter(|(first, last)| {
            let lasts = last - first;
            lasts >= LEAST_BURST && lasts.saturating_mul(MOST_BURST) <= span.1 - span.0
        });
        let judge = |(first, last): (i64, i64)| {
            let from = calls.partition_point(|call| call.second() < first);
            let to = calls.partition_point(|call| call.second() <= last);
            Judged::of(calls.get(from..to)?, parts_of_burst).filter(|judged| is_beacon(judged))
        };
        bursts.filter_map(judge).max_by_key(|judged| judged.n_calls)
    }
}
