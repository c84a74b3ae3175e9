//! Derives the second sign of hidden DNS from the requests on a connection and the host's other traffic: it contacts
//! new names right after the answers.

/// A connection that begins this long after an answer may be because of it, ms: browsers connect at once, and the two requests
/// for the old and the new kind of address may be answered one after the other (RFC 8305: 50 ms is waited for).
const SOON_MILLIS: i64 = 500;
/// Of the first connections to names without a visible query, at least so many must begin that soon,
const LEAST_FOLLOWING: f64 = 0.6;
/// and so many times more than chance would have it.
const MORE_THAN_CHANCE: f64 = 3.0;
/// Without any DNS of the host, at least so many times the names that are to follow must be new.
const SILENT_NAMES: f64 = 2.5;

/// What the host does while requests are answered.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    /// Names that it first goes to in that time and that nobody was seen to ask for.
    pub n_new: usize,
    /// Of them: those to which it goes soon after an answer.
    pub n_following: usize,
    /// Share of the time that is soon after an answer: as many would follow by chance.
    pub chance: f64,
    /// It sends no DNS at all, while others inside do.
    pub is_silent: bool,
}

impl Signs {
    /// From the times of answers and of first connections to names without a visible query, both ascending, ms since
    /// 1970.
    pub fn of(answered: &[i64], new: &[i64], is_silent: bool) -> Signs {
        let (Some(first), Some(last)) = (answered.first(), answered.last()) else {
            return Signs { n_new: 0, n_following: 0, chance: 1.0, is_silent };
        };
        let end = last + SOON_MILLIS;
        let new: Vec<i64> = new.iter().copied().filter(|at| (*first..=end).contains(at)).collect();
        let follows = |at: &&i64| {
            let before = answered.partition_point(|answer| answer <= at);
            before
                .checked_sub(1)
                .and_then(|place| answered.get(place))
                .is_some_and(|answer| **at - answer <= SOON_MILLIS)
        };
        let next = answered.iter().skip(1).chain([&end]);
        let covered: i64 = answered.iter().zip(next).map(|(from, to)| (to - from).min(SOON_MILLIS)).sum();
        Signs {
            n_new: new.len(),
            n_following: new.iter().filter(follows).count(),
            chance: covered as f64 / (end - first).max(1) as f64,
            is_silent,
        }
    }

    /// New names follow the answers.
    pub fn is_followed(&self, least: f64) -> bool {
        let (new, following) = (self.n_new as f64, self.n_following as f64);
        following >= least && following >= LEAST_FOLLOWING * new && following >= MORE_THAN_CHANCE * self.chance * new
    }

    /// The host goes to many new names and asks nobody else for any.
    pub fn has_no_other(&self, least: f64) -> bool {
        self.is_silent && self.n_new as f64 >= SILENT_NAMES * least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_follow_answers_are_told_from_chance() {
        let answered: Vec<i64> = (0..30).map(|i| i * 10_000).collect();
        let soon: Vec<i64> = (0..10).map(|i| i * 20_000 + 60).collect();
        let signs = Signs::of(&answered, &soon, false);
        assert_eq!((signs.n_new, signs.n_following), (10, 10));
        assert!(signs.chance < 0.06 && signs.is_followed(8.0) && !signs.is_followed(11.0));
        let any: Vec<i64> = (0..30).map(|i| i * 9_700 + 3000).collect();
        assert!(!Signs::of(&answered, &any, false).is_followed(1.0));
        let busy: Vec<i64> = (0..900).map(|i| i * 400).collect();
        assert!(!Signs::of(&busy, &soon, false).is_followed(8.0), "all times are soon after an answer");
    }

    #[test]
    fn silence_counts_where_many_names_are_new() {
        let answered = [0, 100_000];
        let new: Vec<i64> = (0..25).map(|i| 2000 + i * 3000).collect();
        assert!(Signs::of(&answered, &new, true).has_no_other(10.0));
        assert!(
            !Signs::of(&answered, &new, false).has_no_other(10.0)
                && !Signs::of(&answered, &new[1..], true).has_no_other(10.0)
        );
    }
}
