//! Decides from the sizes of a client's requests to an encrypted service, and of the answers, whether they look like
//! refused logins: the size of the request varies a little each time, as names and passwords do, in an unpredictable
//! order, and the answer is always the same. Polling repeats requests in a fixed order or at regular intervals.

use crate::detect::support::capped_map::Map;
use crate::detect::support::logins::LoginWalk;
use crate::maths::order::upper_median;
use crate::maths::sorting::Arrange;
use crate::model::flow::moments::Moments;

/// A request and its answer, or a connection that holds no more than that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Sample {
    /// When, ns since 1970.
    pub at_ns: i64,
    /// Bytes of the client.
    pub sent: u32,
    /// Bytes of the server.
    pub got: u32,
}

/// Answers that differ by no more are the same: signatures of a handshake (ECDSA in DER: 70 to 72 bytes), a date.
const SAME_ANSWER_BYTES: u32 = 8;
/// Requests of a login form differ from their median by no more: longer or shorter names and passwords.
pub(super) const NEAR_REQUEST_BYTES: u32 = 24;
/// Requests of one size this often, and at gaps that vary by no more than this share of their mean, go by the clock.
const LEAST_TIMED: usize = 4;
const MOST_VARIATION: f64 = 0.25;
/// A size of at least this share of the requests is frequent.
const OFTEN: f64 = 0.25;
/// With more of another kind it is no timetable.
const MOST_UNTIMED: f64 = 0.1;

/// Samples that look alike.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// When they were, ascending.
    pub times_ns: Vec<i64>,
    /// Samples in all.
    pub n_all: usize,
    /// Smallest and largest request.
    pub sent: (u32, u32),
    /// The usual answer.
    pub got: u32,
    /// Requests of a size that nothing foretold, with the same answer: a new one, or another one than came last time behind a
    /// request of the size before.
    pub n_changed: usize,
    /// Share of such requests: of all, or, if more, of those behind a size that is frequent (the page with the form).
    pub share_changed: f64,
    /// Each of these is a failure, each request of this kind with another answer a success.
    pub walk: LoginWalk,
}

impl Shape {
    /// The most usual shape of these samples, with requests that differ from their median by at most `near` bytes; none if
    /// there is nothing usual, or if all goes by the clock.
    pub(super) fn of(samples: &[Sample], near: u32) -> Option<Shape> {
        let mut samples = samples.to_vec();
        samples.arrange_by_key(|sample| (sample.at_ns, sample.sent, sample.got));
        let least_got = usual(samples.iter().map(|sample| sample.got).collect())?;
        let is_same = |sample: &Sample| (least_got..=least_got.saturating_add(SAME_ANSWER_BYTES)).contains(&sample.got);
        let sent: Vec<u32> = samples.iter().filter(|sample| is_same(sample)).map(|sample| sample.sent).collect();
        let middle = upper_median(sent, u32::cmp);
        let mut shape = Shape {
            times_ns: Vec::new(),
            n_all: samples.len(),
            sent: (middle, middle),
            got: least_got,
            n_changed: 0,
            share_changed: 0.0,
            walk: LoginWalk::default(),
        };
        let mut behind: Map<u32, Behind> = Map::default();
        let mut before: Option<u32> = None;
        let mut times: Map<u32, Vec<i64>> = Map::default();
        for sample in samples.iter().filter(|sample| sample.sent.abs_diff(middle) <= near) {
            if !is_same(sample) {
                shape.walk.step(true);
                continue;
            }
            let is_new = !behind.contains_key(&sample.sent);
            behind.entry(sample.sent).or_default();
            if let Some(before) = before.and_then(|before| behind.get_mut(&before))
                && before.is_surprised(sample.sent, is_new)
            {
                shape.n_changed += 1;
                shape.walk.step(false);
            }
            before = Some(sample.sent);
            times.entry(sample.sent).or_default().push(sample.at_ns);
            shape.times_ns.push(sample.at_ns);
            shape.sent = (shape.sent.0.min(sample.sent), shape.sent.1.max(sample.sent));
        }
        let n = shape.times_ns.len();
        let often = behind.values().filter(|behind| (behind.n as f64) >= OFTEN * n as f64).map(Behind::share);
        shape.share_changed = often.fold(shape.n_changed as f64 / n.max(1) as f64, f64::max);
        let n_timed: usize = times.values().filter(|times| is_timed(times)).map(Vec::len).sum();
        if n_timed > 0 && (n - n_timed) as f64 <= MOST_UNTIMED * n as f64 {
            return None;
        }
        Some(shape)
    }

    /// Share of all samples that look alike.
    pub(super) fn share(&self) -> f64 {
        self.times_ns.len() as f64 / self.n_all.max(1) as f64
    }

    /// Median time between two of them, ns.
    pub(super) fn median_gap_ns(&self) -> i64 {
        let pairs = self.times_ns.iter().zip(self.times_ns.iter().skip(1));
        upper_median(pairs.map(|(a, b)| b - a).collect(), i64::cmp)
    }
}

/// What comes behind requests of one size.
#[derive(Clone, Copy, Debug, Default)]
struct Behind {
    /// The size that came last.
    next: Option<u32>,
    n: usize,
    n_surprises: usize,
}

impl Behind {
    /// Takes the size that came; true if it is one that was never seen, or another one than last time.
    fn is_surprised(&mut self, sent: u32, is_new: bool) -> bool {
        let is_other = self.next.replace(sent).is_some_and(|foretold| foretold != sent);
        let is_surprised = is_new || is_other;
        self.n += 1;
        self.n_surprises += usize::from(is_surprised);
        is_surprised
    }

    fn share(&self) -> f64 {
        self.n_surprises as f64 / self.n.max(1) as f64
    }
}

/// True for enough moments, ascending, at regular gaps.
fn is_timed(times_ns: &[i64]) -> bool {
    let mut gaps = Moments::default();
    times_ns.iter().zip(times_ns.iter().skip(1)).for_each(|(a, b)| gaps.add((b - a) as f64));
    times_ns.len() >= LEAST_TIMED && gaps.deviation() <= MOST_VARIATION * gaps.mean()
}

/// The least of the answers that are most often the same.
fn usual(mut answers: Vec<u32>) -> Option<u32> {
    answers.arrange();
    let n_same = |least: u32| {
        let end = answers.partition_point(|answer| *answer <= least.saturating_add(SAME_ANSWER_BYTES));
        end - answers.partition_point(|answer| *answer < least)
    };
    // Of equals the smallest: a refusal is short.
    answers.iter().copied().max_by_key(|least| (n_same(*least), std::cmp::Reverse(*least)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples a second apart, more or less.
    fn shape(n: u32, sent: impl Fn(u32) -> u32, got: impl Fn(u32) -> u32) -> Option<Shape> {
        let at = |i: u32| i64::from(i) * 1000 + i64::from(i * 37 % 300);
        let samples: Vec<Sample> = (0..n).map(|i| Sample { at_ns: at(i), sent: sent(i), got: got(i) }).collect();
        Shape::of(&samples, 3 * NEAR_REQUEST_BYTES)
    }

    fn is_guessing(shape: Option<Shape>) -> bool {
        shape.is_some_and(|shape| shape.walk.has_passed(LoginWalk::FAILURES))
    }

    /// Sizes that nothing foretells.
    fn any(i: u32) -> u32 {
        i.wrapping_mul(2_654_435_761) >> 16
    }

    #[test]
    fn requests_that_differ_with_the_same_answer_are_guesses() {
        let guesses = shape(20, |i| 826 + any(i) % 5, |i| 1142 + i % 3);
        assert!(is_guessing(guesses.clone()));
        let guesses = guesses.unwrap();
        assert_eq!((guesses.times_ns.len(), guesses.got), (20, 1142));
        assert!(is_guessing(shape(60, |i| if any(i).is_multiple_of(5) { 830 } else { 826 }, |_| 1142)));
    }

    #[test]
    fn the_page_with_the_form_between_two_tries_changes_nothing() {
        let guesses = shape(100, |i| if i % 2 == 0 { 168 } else { 238 + any(i) % 3 * 24 }, |_| 308).unwrap();
        assert!(guesses.share_changed >= 0.25);
    }

    #[test]
    fn pollers_and_readers_are_not() {
        assert!(!is_guessing(shape(500, |_| 763, |i| 6240 + i % 3)));
        assert!(!is_guessing(shape(500, |i| 760 + i % 4, |_| 219)), "four places in turn");
        // Items by number: one in ten has a digit less.
        let items = shape(500, |i| if any(i).is_multiple_of(10) { 759 } else { 760 }, |_| 219);
        assert!(items.is_some_and(|items| items.share_changed < 0.25));
        let timers: Vec<Sample> = (0..200)
            .map(|i| Sample { at_ns: i * 5000, sent: 760, got: 219 })
            .chain((0..140).map(|i| Sample { at_ns: i * 7000, sent: 764, got: 219 }))
            .collect();
        assert!(Shape::of(&timers, NEAR_REQUEST_BYTES).is_none(), "two places by two clocks");
        assert!(!is_guessing(shape(500, |i| 760 + any(i) % 9, |i| 2000 + any(i) % 4000)));
        assert!(shape(500, |i| 300 + i * 31 % 900, |_| 400).is_none_or(|other| other.share() < 0.2));
    }
}
