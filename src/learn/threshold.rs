//! Scores to proposals for a threshold, each with how it was found.

use crate::maths::elementary::{exp, ln, log2};
use crate::model::format::quantity::{count, counted, percent};

/// The share of scores that counts as the tail.
const TAIL: f64 = 0.1;
/// Fewest scores in a tail.
const LEAST_TAIL: usize = 20;

/// A threshold, and how it was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Proposal {
    /// Rows with at least this score are past it.
    pub threshold: f64,
    /// How many those are.
    pub n_rows: usize,
    /// How it was found.
    pub way: Way,
}

/// How a threshold was found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Way {
    /// Where the curve of scores in order bends most (Satopaa et al., Kneedle, ICDCSW 2011).
    Knee,
    /// The score that usual rows exceed with this probability, by a generalised Pareto tail as in SPOT (Siffer et al., KDD
    /// 2017), with the tail's quartiles for its shape (Pickands, Ann. Stat. 3, 1975), which unusual rows hardly move.
    Tail {
        /// The probability.
        risk: f64,
        /// Above 0 the tail is heavier than exponential, below 0 it ends.
        shape: f64,
    },
    /// So large a share of the rows.
    Share(f64),
}

impl Proposal {
    /// How it was found, in words.
    pub fn sentence(&self) -> String {
        let rows = counted(self.n_rows as u64, "row", "rows");
        let found = match self.way {
            Way::Knee => "where the scores in order bend upwards most".to_owned(),
            Way::Tail { risk, .. } => {
                format!(
                    "what a usual row exceeds once in {} by the shape of the tail",
                    count((1.0 / risk).round() as u64)
                )
            }
            Way::Share(share) => format!("the most unusual {} of the rows", percent(share, 1.0)),
        };
        format!("{found}: {rows}")
    }
}

/// Proposals for scores, of which NaN do not count: `share` of rows that may be unusual, `risk` that a usual row is past the
/// tail's threshold. Ways that have too little to go by propose nothing.
pub fn proposals(scores: &[f64], share: f64, risk: f64) -> Vec<Proposal> {
    let mut sorted: Vec<f64> = scores.iter().copied().filter(|score| !score.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let found = [knee(&sorted), tail(&sorted, risk), by_share(&sorted, share)];
    let with_rows = |(threshold, way)| {
        let n_rows = sorted.len() - sorted.partition_point(|score| *score < threshold);
        Proposal { threshold, n_rows, way }
    };
    found.into_iter().flatten().map(with_rows).collect()
}

/// The place in the upper half that lies furthest below the line from the median to the highest score.
fn knee(sorted: &[f64]) -> Option<(f64, Way)> {
    let upper = sorted.get(sorted.len() / 2..)?;
    let (low, high) = (*upper.first()?, *upper.last()?);
    if upper.len() < LEAST_TAIL || low >= high {
        return None;
    }
    let below = |(place, score): (usize, &f64)| {
        let along = place as f64 / (upper.len() - 1) as f64;
        (along - (score - low) / (high - low), place)
    };
    let (_, place) = upper.iter().enumerate().map(below).max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    // The next row is the first past the bend.
    Some((*upper.get(place + 1)?, Way::Knee))
}

fn tail(sorted: &[f64], risk: f64) -> Option<(f64, Way)> {
    let n_tail = (sorted.len() as f64 * TAIL) as usize;
    if n_tail < LEAST_TAIL || risk <= 0.0 {
        return None;
    }
    let start = *sorted.get(sorted.len() - n_tail - 1)?;
    let above = sorted.get(sorted.len() - n_tail..)?;
    let (half, three_quarters) = (above.get(n_tail / 2)? - start, above.get(n_tail * 3 / 4)? - start);
    if half <= 0.0 || three_quarters <= half {
        return None;
    }
    // Q(1/2) = s/k (2^k - 1) and Q(3/4) = s/k (4^k - 1), whose ratio is 2^k + 1.
    let shape = log2(three_quarters / half - 1.0).clamp(-2.0, 1.0);
    let power = |base: f64| exp(shape * ln(base)) - 1.0;
    let unit = if shape.abs() < 1e-6 { half / ln(2.0) } else { half * shape / power(2.0) };
    let times = TAIL / risk;
    let beyond = if shape.abs() < 1e-6 { unit * ln(times) } else { unit / shape * power(times) };
    Some((start + beyond, Way::Tail { risk, shape }))
}

fn by_share(sorted: &[f64], share: f64) -> Option<(f64, Way)> {
    let n = ((sorted.len() as f64 * share).round() as usize).clamp(1, sorted.len().max(1));
    Some((*sorted.get(sorted.len().checked_sub(n)?)?, Way::Share(share)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::random::Random;

    /// Exponential scores, and at the end ten far out.
    fn scores() -> Vec<f64> {
        let mut random = Random::new(5);
        let mut scores: Vec<f64> = (0..5000).map(|_| -ln(1.0 - random.unit())).collect();
        scores.extend((0..10).map(|i| 60.0 + f64::from(i)));
        scores
    }

    #[test]
    fn each_way_says_how_and_parts_what_is_far_out() {
        let proposals = proposals(&scores(), 0.01, 0.0001);
        let [knee, tail, share] = &proposals[..] else { panic!("{proposals:?}") };
        assert!((10..60).contains(&knee.n_rows) && share.n_rows == 50, "{knee:?}");
        assert!((10..40).contains(&tail.n_rows), "{tail:?}");
        // The threshold of an exponential tail is ln(10,000) = 9.2; quartiles of 500 scores fix its shape to 0.2 or so.
        assert!((5.0..20.0).contains(&tail.threshold), "{tail:?}");
        assert_eq!(share.sentence(), "the most unusual 1.0 % of the rows: 50 rows");
        assert!(tail.sentence().starts_with("what a usual row exceeds once in 10,000"));
    }

    #[test]
    fn scores_that_are_all_alike_or_few_have_no_knee_and_no_tail() {
        for scores in [vec![1.0; 500], vec![1.0, 2.0, f64::NAN]] {
            let proposals = proposals(&scores, 0.01, 0.001);
            assert_eq!(proposals.len(), 1, "{proposals:?}");
            assert_eq!(proposals[0].way, Way::Share(0.01));
        }
        assert!(proposals(&[], 0.01, 0.001).is_empty());
    }
}
