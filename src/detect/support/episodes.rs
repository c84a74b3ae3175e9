//! Groups spans of time into episodes separated by long pauses, so that a burst within days is evaluated by itself and
//! its finding includes no flow of another day.

use crate::maths::sorting::Arrange;
use crate::model::format::time::SECOND;

/// A pause this long parts episodes: twelve windows of Zeek's scan policy.
pub const PAUSE_NS: i64 = 3600 * SECOND;

/// Episodes in the order of time, each from its first to its last moment, both included.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Episodes(Vec<(i64, i64)>);

impl Episodes {
    /// All of time.
    pub fn always() -> Episodes {
        Episodes(vec![(i64::MIN, i64::MAX)])
    }

    /// The episodes of at least `least` of these spans (first and last moment), whose order is of no matter. A span that
    /// lasts past the next pause counts by its first moment.
    pub fn of(spans: impl IntoIterator<Item = (i64, i64)>, pause_ns: i64, least: usize) -> Episodes {
        let mut spans: Vec<(i64, i64)> = spans.into_iter().collect();
        spans.arrange();
        let mut all: Vec<((i64, i64), usize)> = Vec::new();
        for (first, last) in spans {
            match all.last_mut().filter(|((_, end), _)| first.saturating_sub(*end) <= pause_ns) {
                Some(((_, end), n)) => {
                    *end = (*end).max(first);
                    if last.saturating_sub(*end) <= pause_ns {
                        *end = (*end).max(last);
                    }
                    *n += 1;
                }
                None => {
                    let end = if last.saturating_sub(first) <= pause_ns { last.max(first) } else { first };
                    all.push(((first, end), 1));
                }
            }
        }
        Episodes(all.into_iter().filter(|(_, n)| *n >= least).map(|(span, _)| span).collect())
    }

    /// The last moment of the episode that this moment lies in.
    pub fn end_of(&self, moment_ns: i64) -> Option<i64> {
        let place = self.0.partition_point(|(first, _)| *first <= moment_ns).checked_sub(1)?;
        self.0.get(place).map(|(_, end)| *end).filter(|end| moment_ns <= *end)
    }

    /// True if this moment lies in an episode.
    pub fn contains(&self, moment_ns: i64) -> bool {
        self.end_of(moment_ns).is_some()
    }

    /// The episodes.
    pub fn iter(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.0.iter().copied()
    }
}

/// Something with a start and an end, which is evaluated together with others of its kind.
pub trait Timed: Copy {
    /// First and last moment, ns since 1970.
    fn span_ns(&self) -> (i64, i64);
    /// Which of two that begin at the same moment comes first.
    fn order(&self) -> impl Ord;
    /// As far as it was until this moment.
    fn until(self, end_ns: i64) -> Self;
}

/// Evaluates each episode by itself, then all episodes that are a case together; if none is, everything at once, for
/// what is slower than an episode. Returns the case with its episodes; `None` if there is no case.
pub fn judge<T: Timed, C>(all: &[T], least: usize, case: impl Fn(&[T]) -> Option<C>) -> Option<(C, Episodes)> {
    let mut in_time = all.to_vec();
    in_time.arrange_by(|a, b| (a.span_ns().0, a.order()).cmp(&(b.span_ns().0, b.order())));
    let (mut meant, mut episodes) = (Vec::new(), Episodes::default());
    for (first, end) in Episodes::of(in_time.iter().map(T::span_ns), PAUSE_NS, least.max(1)).iter() {
        let from = in_time.partition_point(|one| one.span_ns().0 < first);
        let to = in_time.partition_point(|one| one.span_ns().0 <= end);
        // What came of it days later is no part of the episode.
        let of_episode: Vec<T> = in_time.get(from..to).unwrap_or_default().iter().map(|one| one.until(end)).collect();
        if case(&of_episode).is_some() {
            meant.extend(of_episode);
            episodes.0.push((first, end));
        }
    }
    let of_episodes = case(&meant).map(|case| (case, episodes));
    of_episodes.or_else(|| case(all).map(|case| (case, Episodes::always())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_part_episodes_and_small_ones_are_left_out() {
        let spans = [(100, 110), (0, 5), (8, 9), (20, 500), (300, 301), (305, 306)];
        let all = Episodes::of(spans, 20, 1);
        assert_eq!(all.iter().collect::<Vec<_>>(), [(0, 20), (100, 110), (300, 306)]);
        let large = Episodes::of(spans, 20, 2);
        assert_eq!(large.iter().collect::<Vec<_>>(), [(0, 20), (300, 306)]);
        assert_eq!([0, 20, 21, 105, 306, 307].map(|ns| large.contains(ns)), [true, true, false, false, true, false]);
        assert!(!Episodes::default().contains(0) && Episodes::always().contains(i64::MIN));
    }
}
