//! What a classifier says to how often it is right when it says so: isotonic regression by pooling neighbours that are out of
//! order (Zadrozny and Elkan, KDD 2002).

use crate::maths::sorting::Arrange;
use serde::{Deserialize, Serialize};

/// Fewest rows, and of each kind: with fewer the steps would follow chance.
const FEWEST_ROWS: usize = 1000;
const FEWEST_EACH: usize = 50;
/// Most points that are kept.
const MOST_POINTS: usize = 200;

/// A line from (0, 0) to (1, 1) that rises everywhere.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Calibration {
    /// What the classifier said, and how often it was so, both ascending.
    points: Vec<(f64, f64)>,
}

impl Calibration {
    /// Learns from what was said of rows that were not trained on, and what they are; none from too few of them.
    pub fn fit(said: &[(f64, bool)]) -> Option<Calibration> {
        let n_attacks = said.iter().filter(|(_, is)| *is).count();
        if said.len() < FEWEST_ROWS || n_attacks.min(said.len() - n_attacks) < FEWEST_EACH {
            return None;
        }
        let mut sorted = said.to_vec();
        sorted.arrange_by(|a, b| a.0.total_cmp(&b.0));
        // Blocks: rows, sum of what was said, attacks.
        let mut blocks: Vec<(f64, f64, f64)> = Vec::new();
        for same in sorted.chunk_by(|a, b| a.0 == b.0) {
            let n = same.len() as f64;
            let sum: f64 = same.iter().map(|(said, _)| said).sum();
            let attacks = same.iter().filter(|(_, is)| *is).count() as f64;
            let mut block = (n, sum, attacks);
            while let Some(last) = blocks.last().copied().filter(|last| last.2 / last.0 >= block.2 / block.0) {
                blocks.pop();
                block = (last.0 + block.0, last.1 + block.1, last.2 + block.2);
            }
            blocks.push(block);
        }
        // Half an attack and half another row more in each block: no probability is 0 or 1, and the line rises everywhere, so that
        // rows keep their order (Jeffreys's prior).
        let share = |(n, sum, attacks): &(f64, f64, f64)| (sum / n, (attacks + 0.5) / (n + 1.0));
        let mut points: Vec<(f64, f64)> = blocks.iter().map(share).collect();
        let n = points.len();
        if n > MOST_POINTS {
            let step = |i: usize| i * (n - 1) / (MOST_POINTS - 1);
            points = (0..MOST_POINTS).filter_map(|i| points.get(step(i)).copied()).collect();
        }
        let mut most = 0.0;
        points.retain(|(x, y)| {
            let rises = *y > most && *x > 0.0 && *x < 1.0;
            most = if rises { *y } else { most };
            rises
        });
        Some(Calibration { points })
    }

    /// How likely it is, given what was said: on the line between two points, of which (0, 0) and (1, 1) are the ends.
    pub fn apply(&self, said: f64) -> f64 {
        let after = self.points.partition_point(|(x, _)| *x < said);
        let (x0, y0) = after.checked_sub(1).and_then(|before| self.points.get(before)).copied().unwrap_or((0.0, 0.0));
        let (x1, y1) = self.points.get(after).copied().unwrap_or((1.0, 1.0));
        if x1 > x0 { y0 + (y1 - y0) * (said - x0) / (x1 - x0) } else { y0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::random::Random;

    #[test]
    fn what_is_said_too_surely_is_made_as_sure_as_it_is_right() {
        let mut random = Random::new(1);
        // An attack with chance p, of which the classifier says p squared.
        let said: Vec<(f64, bool)> = (0..20_000)
            .map(|_| {
                let p = random.unit();
                (p * p, random.unit() < p)
            })
            .collect();
        let calibration = Calibration::fit(&said).unwrap();
        for p in [0.2_f64, 0.5, 0.8] {
            assert!((calibration.apply(p * p) - p).abs() < 0.06, "{p}: {}", calibration.apply(p * p));
        }
        let values: Vec<f64> = (0..=50).map(|i| calibration.apply(f64::from(i) / 50.0)).collect();
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!((calibration.apply(0.0), calibration.apply(1.0)), (0.0, 1.0));
        assert!(Calibration::fit(&said[..900]).is_none());
    }
}
