//! Decides whether the exchanges of an encrypted session have the shape of mining: jobs from the pool, shares from the
//! miner.
//!
//! A pool sends unsolicited jobs of about the same size; a miner sends a share whenever it finds one, all of nearly one
//! size, and gets a short answer at once. Shares are found by chance, at irregular intervals; keep-alives come at
//! regular ones.

use crate::detect::support::encrypted_sessions::{EncryptedSession, is_near, usual};
use crate::maths::order::upper_median;
use crate::maths::variance;
use crate::model::flow::exchanges::Exchange;

/// Sizes of Stratum's lines in one TLS record, with some room: a share is a short line with a nonce and a hash or two, its
/// answer a shorter one, a job has a block's header or the branches of its tree.
const SHARE_BYTES: std::ops::RangeInclusive<u16> = 80..=600;
/// Most payload of an answer to a share: a few words.
const MOST_ANSWER_BYTES: u16 = 300;
/// Payload of a job: a block's header or the branches of its tree.
const JOB_BYTES: std::ops::RangeInclusive<u16> = 120..=6000;
/// Lines of one kind differ by the digits of numbers.
const NEAR_LINE: (f64, f64) = (8.0, 0.04);
/// Jobs also by branches of the tree: as many as there are in most pools.
const NEAR_JOB: (f64, f64) = (40.0, 0.15);
/// Share of shares, and of answers, that are near the usual one.
const LEAST_ALIKE: f64 = 0.8;
/// An answer to a share may have a job right behind it.
const LEAST_ANSWERS_ALIKE: f64 = 0.6;
/// Share of turns that are a share or a job.
const LEAST_WORK: f64 = 0.8;
/// Answers within this time, and their share.
const MOST_WAIT_MILLIS: u16 = 3000;
/// Deviation of the gaps between shares from their mean, in means: 1 for chance, 0 for a beat.
const LEAST_UNEVEN: f64 = 0.4;
/// Gaps this near to the one in the middle, ms and share, and most of all gaps that may be: of those by chance 7 % are.
const NEAR_GAP: (f64, f64) = (100.0, 0.1);
/// Most of all gaps that may be near to the one in the middle, a share.
const MOST_ON_BEAT: f64 = 0.3;
/// Bytes a second of both sides: jobs each ten seconds and shares each two are 200.
const MOST_RATE: f64 = 2000.0;

/// What passed between a miner and its pool.
#[derive(Debug)]
pub struct Work {
    /// When each result was handed in, ms since 1970, ascending.
    pub shares: Vec<i64>,
    /// Jobs got unasked, or right behind an answer.
    pub n_jobs: u64,
    /// Usual payload of a share, of its answer and of a job.
    pub bytes: [u16; 3],
    /// Unevenness of the gaps between shares.
    pub unevenness: f64,
    /// Share of the jobs that are of nearly one size.
    pub jobs_alike: f64,
    /// From the first to the last turn, s.
    pub seconds: f64,
}

/// The work in a session, if it is all that is in it.
pub fn work(session: &EncryptedSession) -> Option<Work> {
    let exchanges = || session.exchanges.iter().map(|(_, exchange)| exchange);
    let asked: Vec<&Exchange> = exchanges().filter(|exchange| exchange.is_answered()).collect();
    let share = usual(asked.iter().map(|exchange| exchange.sent));
    let answer = usual(asked.iter().map(|exchange| exchange.got));
    let job = usual(exchanges().filter(|exchange| exchange.is_unasked()).map(|exchange| exchange.got));
    if !SHARE_BYTES.contains(&share)
        || answer > MOST_ANSWER_BYTES.min(share)
        || !JOB_BYTES.contains(&job)
        || job <= answer
    {
        return None;
    }
    let is_line = |size: u16, usual: u16| is_near(size, usual, NEAR_LINE.0, NEAR_LINE.1);
    // How many branches a job has is the pool's affair: one that is larger than an answer by a block's header is a job.
    let is_job = |size: u16| JOB_BYTES.contains(&size) && size > answer;
    let is_usual_job = |size: u16| is_near(size, job, NEAR_JOB.0, NEAR_JOB.1);
    let is_share = |exchange: &Exchange| {
        exchange.is_answered() && is_line(exchange.sent, share) && exchange.wait_millis <= MOST_WAIT_MILLIS
    };
    let n_shares = exchanges().filter(|exchange| is_share(exchange)).count();
    let n_short = asked.iter().filter(|exchange| is_line(exchange.got, answer)).count();
    let n_unasked = exchanges().filter(|exchange| exchange.is_unasked() && is_job(exchange.got)).count();
    let n_behind = asked.iter().filter(|exchange| is_job(exchange.got.saturating_sub(answer))).count();
    let is_alike = n_shares as f64 >= LEAST_ALIKE * asked.len() as f64
        && n_short as f64 >= LEAST_ANSWERS_ALIKE * asked.len() as f64
        && (n_shares + n_unasked) as f64 >= LEAST_WORK * session.exchanges.len() as f64;
    let seconds = session.seconds();
    let bytes: u64 = exchanges().map(|exchange| u64::from(exchange.sent) + u64::from(exchange.got)).sum();
    let times: Vec<i64> =
        session.exchanges.iter().filter(|(_, exchange)| is_share(exchange)).map(|(at, _)| *at).collect();
    let gaps = gaps(&times);
    let unevenness = unevenness(&gaps);
    let n_usual = exchanges().filter(|exchange| exchange.is_unasked() && is_usual_job(exchange.got)).count();
    let is_slow = bytes as f64 <= MOST_RATE * seconds;
    let is_by_chance = unevenness >= LEAST_UNEVEN && share_on_beat(&gaps) <= MOST_ON_BEAT;
    (is_alike && is_slow && is_by_chance).then_some(Work {
        shares: times,
        n_jobs: (n_unasked + n_behind) as u64,
        bytes: [share, answer, job],
        unevenness,
        jobs_alike: n_usual as f64 / n_unasked.max(1) as f64,
        seconds,
    })
}

/// Times between one and the next, ms.
fn gaps(times: &[i64]) -> Vec<f64> {
    times.windows(2).filter_map(|pair| if let [a, b] = pair { Some((b - a) as f64) } else { None }).collect()
}

/// Standard deviation of the gaps over their mean; 0 for fewer than two gaps.
fn unevenness(gaps: &[f64]) -> f64 {
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n.max(1.0);
    if gaps.len() < 2 || mean <= 0.0 {
        return 0.0;
    }
    variance::of_population(gaps.iter().copied()).sqrt() / mean
}

/// Share of gaps that are near the one in the middle; what is sent on a beat may be late where others speak.
fn share_on_beat(gaps: &[f64]) -> f64 {
    let middle = upper_median(gaps.to_vec(), f64::total_cmp);
    let is_near = |gap: &&f64| (**gap - middle).abs() <= NEAR_GAP.0.max(NEAR_GAP.1 * middle);
    gaps.iter().filter(is_near).count() as f64 / gaps.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A turn each so many ms: a job every third time, else a share of this size after an answer of that.
    fn session(gap: impl Fn(i64) -> i64, share: impl Fn(i64) -> u16, job: impl Fn(i64) -> u16) -> EncryptedSession {
        let mut at = 1_700_000_000_000;
        let exchanges = (0..60).map(|i| {
            at += gap(i);
            let exchange = Exchange { at_millis: 0, wait_millis: 40, sent: share(i), got: 85, n_sent: 1, n_got: 1 };
            (at, if i % 3 == 0 { Exchange { sent: 0, n_sent: 0, got: job(i), ..exchange } } else { exchange })
        });
        EncryptedSession { exchanges: exchanges.collect(), ..EncryptedSession::default() }
    }

    #[test]
    fn work_is_told_by_even_sizes_at_uneven_times() {
        let chance = |i: i64| 500 + i * i * 7919 % 23_000;
        let found = work(&session(chance, |i| 170 + (i % 2) as u16, |i| 480 + (i % 5) as u16)).unwrap();
        assert_eq!((found.shares.len(), found.n_jobs), (40, 20));
        assert!(work(&session(|_| 10_000, |_| 170, |_| 480)).is_none(), "a beat");
        let late = |i: i64| if i % 3 == 2 { 10_000 } else { chance(i) };
        assert!(work(&session(late, |_| 170, |_| 480)).is_none(), "a beat that is late where others speak");
        assert!(work(&session(chance, |i| 100 + (i * 37 % 300) as u16, |_| 480)).is_none(), "words");
        let branches = |i: i64| 400 + 66 * (i * 7 % 11) as u16;
        assert!(
            work(&session(chance, |_| 170, branches)).is_some_and(|work| work.jobs_alike < 0.8),
            "jobs of all sizes"
        );
        assert!(work(&session(chance, |_| 170, |i| 60 + (i * 31 % 70) as u16)).is_none(), "short news");
        assert!(work(&EncryptedSession::default()).is_none());
    }
}
