//! Answers of a service, each a failure or not, to the time in which failures gather, in a fixed number of spans.

use crate::model::format::time::SECOND;

/// Spans; they become longer, never more.
const MOST_SPANS: usize = 64;

/// Answers and failures from a moment on.
pub struct Course {
    start_ns: i64,
    span_ns: i64,
    spans: [Span; MOST_SPANS],
}

#[derive(Clone, Copy, Default)]
struct Span {
    n: u32,
    n_failed: u32,
    /// First and last failure, ns since 1970, if there is one.
    first_ns: i64,
    last_ns: i64,
}

/// A time in which failures gather.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Answers in it.
    pub n: u64,
    /// Failures in it.
    pub n_failed: u64,
    /// First failure, ns since 1970.
    pub start_ns: i64,
    /// Last failure, ns since 1970.
    pub end_ns: i64,
}

impl Span {
    fn add(&mut self, other: &Span) {
        if other.n_failed > 0 {
            let is_first = self.n_failed == 0;
            self.first_ns = if is_first { other.first_ns } else { self.first_ns.min(other.first_ns) };
            self.last_ns = if is_first { other.last_ns } else { self.last_ns.max(other.last_ns) };
        }
        self.n = self.n.saturating_add(other.n);
        self.n_failed = self.n_failed.saturating_add(other.n_failed);
    }
}

impl Course {
    /// An empty one that begins at a moment, ns since 1970.
    pub fn from(start_ns: i64) -> Course {
        Course { start_ns, span_ns: SECOND, spans: [Span::default(); MOST_SPANS] }
    }

    /// Takes an answer; what is before the beginning, as packets of two threads may be, counts as of it.
    pub fn add(&mut self, now: i64, is_failure: bool) {
        let past_ns = now.saturating_sub(self.start_ns).max(0);
        while past_ns / self.span_ns >= MOST_SPANS as i64 {
            self.widen();
        }
        if let Some(span) = self.spans.get_mut((past_ns / self.span_ns) as usize) {
            span.add(&Span { n: 1, n_failed: u32::from(is_failure), first_ns: now, last_ns: now });
        }
    }

    fn widen(&mut self) {
        let mut wider = [Span::default(); MOST_SPANS];
        for (two, span) in self.spans.chunks(2).zip(&mut wider) {
            two.iter().for_each(|one| span.add(one));
        }
        self.spans = wider;
        self.span_ns = self.span_ns.saturating_mul(2);
    }

    /// The spans in a row whose failures are furthest above this share: the segment of the largest sum (Bentley, Programming
    /// Pearls, column 8).
    pub fn worst(&self, share: f64) -> Option<Stretch> {
        let (mut best, mut most): (Option<Stretch>, f64) = (None, 0.0);
        let (mut sum, mut run) = (0.0, Span::default());
        let mut so_far = (0_u64, 0_u64);
        for span in self.spans.iter().filter(|span| span.n > 0) {
            if sum <= 0.0 {
                (sum, run, so_far) = (0.0, Span::default(), (0, 0));
            }
            run.add(span);
            so_far = (so_far.0 + u64::from(span.n), so_far.1 + u64::from(span.n_failed));
            sum += f64::from(span.n_failed) - share * f64::from(span.n);
            if sum > most {
                most = sum;
                best = Some(Stretch { n: so_far.0, n_failed: so_far.1, start_ns: run.first_ns, end_ns: run.last_ns });
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_time_is_found_however_long_all_lasts() {
        let mut course = Course::from(0);
        for second in 0..10_000_i64 {
            course.add(second * SECOND, (3000..5000).contains(&second));
        }
        let worst = course.worst(0.5).unwrap();
        // A span is 256 s by then: one at either end may be missing, or be more good than bad.
        assert!(worst.n_failed > 1700 && worst.n < 2400, "{worst:?}");
        assert!(worst.start_ns >= 3000 * SECOND && worst.end_ns < 5000 * SECOND);
        assert_eq!(Course::from(0).worst(0.5), None);
    }

    #[test]
    fn times_before_the_beginning_and_far_behind_are_taken() {
        let mut course = Course::from(5 * SECOND);
        course.add(0, true);
        course.add(i64::MAX, true);
        assert_eq!(course.worst(0.1).map(|worst| (worst.n_failed, worst.end_ns)), Some((2, i64::MAX)));
    }
}
