//! Scores to histograms, and to the thresholds that a slider goes through: with each, how many rows lie at or above it.

use super::subjects::RowLabels;
use crate::learn::threshold::{Proposal, Way, proposals};
use crate::maths::sorting::Arrange;
use crate::protocol::anomalies::{Cut, ProposedThreshold, ScoreHistogram};

/// Parts of a histogram.
const PARTS: usize = 60;
/// Up to so many rows the slider goes row by row, and then by growing steps.
const ONE_BY_ONE: usize = 100;
/// How the steps grow.
const GROWTH: f64 = 1.06;
/// How seldom a usual row is past the threshold that the shape of the tail gives.
const RISK: f64 = 0.001;
/// A proposal that calls more than this share of the rows unusual is of little use.
const MOST_SHARE: f64 = 0.1;

/// How many rows have which score.
pub fn histogram(scores: &[f64], labels: Option<&RowLabels>) -> ScoreHistogram {
    let low = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return ScoreHistogram::default();
    }
    let width = (high - low) / PARTS as f64;
    let part = |score: f64| if width > 0.0 { (((score - low) / width) as usize).min(PARTS - 1) } else { 0 };
    let mut counts = vec![0; PARTS];
    let mut attacks = vec![0; if labels.is_some() { PARTS } else { 0 }];
    for (row, score) in scores.iter().enumerate() {
        let part = part(*score);
        counts.iter_mut().skip(part).take(1).for_each(|n| *n += 1);
        if labels.is_some_and(|labels| labels.is_attack(row)) {
            attacks.iter_mut().skip(part).take(1).for_each(|n| *n += 1);
        }
    }
    ScoreHistogram { low, high, counts, attacks }
}

/// Thresholds from the highest score to the lowest, those proposed among them; `order` has the rows by falling score.
pub fn cuts(scores: &[f64], order: &[u32], labels: Option<&RowLabels>, proposed: &[ProposedThreshold]) -> Vec<Cut> {
    let score = |row: u32| scores.get(row as usize).copied().unwrap_or(0.0);
    let n_classes = labels.map_or(0, |labels| labels.classes.len());
    let (mut of_class, mut cuts) = (vec![0; n_classes], Vec::new());
    let (mut done, mut wanted) = (0_usize, 1_usize);
    for alike in order.chunk_by(|a, b| score(*a) == score(*b)) {
        for row in alike {
            let class = labels.and_then(|labels| labels.of_rows.get(*row as usize));
            class.and_then(|class| of_class.get_mut(*class as usize)).into_iter().for_each(|n: &mut u32| *n += 1);
        }
        done += alike.len();
        let is_proposed = proposed.iter().any(|of| of.n_rows == done as u64);
        if done >= wanted || is_proposed || done == order.len() {
            let threshold = alike.first().map_or(0.0, |row| score(*row));
            cuts.push(Cut { threshold, n_rows: done as u32, of_class: of_class.clone() });
        }
        while wanted <= done {
            let grown = (wanted as f64 * GROWTH).ceil() as usize;
            wanted = if wanted < ONE_BY_ONE { wanted + 1 } else { grown };
        }
    }
    cuts
}

/// The proposals, the one to begin with first: by the shape of the tail if that says anything, else by the bend of the curve, else
/// the share that was chosen.
pub fn proposed(scores: &[f64], share: f64) -> Vec<ProposedThreshold> {
    let most = (scores.len() as f64 * MOST_SHARE).max(1.0);
    let mut all = proposals(scores, share, RISK);
    all.retain(|proposal| proposal.n_rows > 0);
    let place = |way: Way| match way {
        Way::Tail { .. } => 0,
        Way::Knee => 1,
        Way::Share(_) => 2,
    };
    all.arrange_by_key(|proposal| (proposal.n_rows as f64 > most, place(proposal.way)));
    let worded = |proposal: Proposal| ProposedThreshold {
        id: match proposal.way {
            Way::Tail { .. } => "tail",
            Way::Knee => "knee",
            Way::Share(_) => "share",
        }
        .to_owned(),
        threshold: proposal.threshold,
        n_rows: proposal.n_rows as u64,
        sentence: proposal.sentence(),
    };
    all.into_iter().map(worded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_count_rows_exactly_and_go_from_one_to_all() {
        let scores: Vec<f64> = (0..5000).map(|i| f64::from(i / 2)).collect();
        let order: Vec<u32> = (0..5000).rev().collect();
        let labels = RowLabels {
            label: "l".to_owned(),
            classes: vec![("a".to_owned(), 2500, false), ("b".to_owned(), 2500, true)],
            of_rows: (0..5000).map(|i| i % 2).collect(),
        };
        let proposed = proposed(&scores, 0.0314);
        let cuts = cuts(&scores, &order, Some(&labels), &proposed);
        assert!(cuts.len() < 200 && cuts.len() > 100, "{}", cuts.len());
        for cut in &cuts {
            let n = scores.iter().filter(|score| **score >= cut.threshold).count();
            assert_eq!((n, cut.of_class.iter().sum::<u32>() as usize), (cut.n_rows as usize, n));
        }
        assert_eq!((cuts[0].n_rows, cuts.last().map(|cut| cut.n_rows)), (2, Some(5000)));
        let by_share = proposed.iter().find(|of| of.id == "share").unwrap();
        assert!(cuts.iter().any(|cut| u64::from(cut.n_rows) == by_share.n_rows));
        assert_eq!(histogram(&scores, Some(&labels)).attacks.iter().sum::<u32>(), 2500);
        assert_eq!(histogram(&[], None), ScoreHistogram::default());
    }
}
