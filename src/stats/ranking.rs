//! Measures how well scores separate attacks from other rows, given labels: ROC, precision and recall, confusion
//! matrix.

use super::labels::Labels;
use crate::maths::sorting::Arrange;

/// Points of a curve that are given.
const MOST_POINTS: usize = 200;

/// How well scores rank.
#[derive(Clone, PartialEq, Debug)]
pub struct Ranking {
    /// Area under the ROC curve: the chance that an attack scores higher than another row, ties counting half.
    pub auroc: f64,
    /// Average precision: precision at each distinct score, weighed by the recall that it adds.
    pub average_precision: f64,
    /// False positive rate and true positive rate, from (0, 0) to (1, 1).
    pub roc: Vec<(f64, f64)>,
    /// Recall and precision.
    pub pr: Vec<(f64, f64)>,
    /// Attacks reported and missed, other rows reported and left quiet.
    pub confusion: [u64; 4],
    /// Rows of each class that are reported.
    pub reported_by_class: Vec<u64>,
}

/// Ranks the rows by their scores; rows without a score come last.
pub fn rank(scores: &[f32], is_reported: &[bool], labels: &Labels) -> Ranking {
    let is_attack: Vec<bool> = labels.classes().iter().map(|class| class.is_attack).collect();
    let attack_of = |class: u32| is_attack.get(class as usize).copied().unwrap_or(false);
    let mut rows: Vec<(f32, bool)> = scores
        .iter()
        .zip(labels.of_rows())
        .map(|(score, class)| (if score.is_nan() { f32::NEG_INFINITY } else { *score }, attack_of(*class)))
        .collect();
    rows.arrange_by(|a, b| b.0.total_cmp(&a.0));
    let n_attacks = rows.iter().filter(|(_, is_attack)| *is_attack).count() as f64;
    let n_others = rows.len() as f64 - n_attacks;
    let (mut hits, mut misses, mut area, mut precision_sum) = (0.0, 0.0, 0.0, 0.0);
    let (mut roc, mut pr) = (vec![(0.0, 0.0)], Vec::new());
    for same in rows.chunk_by(|a, b| a.0 == b.0) {
        let new_hits = same.iter().filter(|(_, is_attack)| *is_attack).count() as f64;
        let new_misses = same.len() as f64 - new_hits;
        area += new_misses * (hits + new_hits / 2.0);
        hits += new_hits;
        misses += new_misses;
        precision_sum += new_hits * hits / (hits + misses);
        roc.push((misses / n_others.max(1.0), hits / n_attacks.max(1.0)));
        pr.push((hits / n_attacks.max(1.0), hits / (hits + misses)));
    }
    let mut confusion = [0; 4];
    let mut reported_by_class = vec![0; labels.classes().len()];
    for (is_reported, class) in is_reported.iter().zip(labels.of_rows()) {
        let place = usize::from(!attack_of(*class)) * 2 + usize::from(!is_reported);
        if let Some(slot) = confusion.get_mut(place) {
            *slot += 1;
        }
        if let Some(slot) = reported_by_class.get_mut(*class as usize).filter(|_| *is_reported) {
            *slot += 1;
        }
    }
    Ranking {
        auroc: if n_attacks * n_others > 0.0 { area / (n_attacks * n_others) } else { 0.5 },
        average_precision: if n_attacks > 0.0 { precision_sum / n_attacks } else { 0.0 },
        roc: thinned(roc),
        pr: thinned(pr),
        confusion,
        reported_by_class,
    }
}

/// A curve with few points, its ends among them.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let n = points.len();
    if n <= MOST_POINTS {
        return points;
    }
    (0..MOST_POINTS).filter_map(|i| points.get(i * (n - 1) / (MOST_POINTS - 1)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rows::CellValue;
    use crate::stats::labels::labels;
    use crate::stats::rows::Place;
    use crate::stats::rows::tests::store;

    #[test]
    fn areas_are_those_of_the_textbook() {
        let mut rows = store(&["label"], usize::MAX);
        for label in [0.0, 0.0, 1.0, 1.0] {
            rows.push(&[CellValue::Number(label)], b"", Place::default());
        }
        rows.flush();
        let labels = labels(&rows, 0, &[]);
        // scikit-learn's example: AUROC 0.75, average precision 0.83.
        let ranking = rank(&[0.1, 0.4, 0.35, 0.8], &[false, true, false, true], &labels);
        assert_eq!(ranking.auroc, 0.75);
        assert!((ranking.average_precision - 0.8333).abs() < 1e-3);
        assert_eq!(ranking.confusion, [1, 1, 1, 1]);
        assert_eq!((ranking.roc[0], *ranking.roc.last().unwrap()), ((0.0, 0.0), (1.0, 1.0)));
        assert_eq!(ranking.reported_by_class, [1, 1]);
        let tied = rank(&[0.5; 4], &[false; 4], &labels);
        assert_eq!((tied.auroc, tied.average_precision), (0.5, 0.5));
    }
}
