//! What was said of rows that were not trained on, and what they are, to figures of how good that is.

use super::table::LabelledTable;
use crate::maths::sorting::Arrange;
use crate::stats::ranking::rank;
use serde::{Deserialize, Serialize};

/// Bins of probabilities in which what was said is compared with what was so.
const BINS: usize = 10;

/// How good a classifier is on some rows.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Measures {
    /// Rows, and attacks among them.
    pub n_rows: u64,
    /// Attacks.
    pub n_attacks: u64,
    /// Area under the ROC curve.
    pub auroc: f64,
    /// Average precision.
    pub average_precision: f64,
    /// Attacks reported and missed, other rows reported and left quiet.
    pub confusion: [u64; 4],
    /// Mean squared distance of the probability from what was so (Brier 1950).
    pub brier: f64,
    /// Name, rows, whether it is an attack, rows reported: class by class.
    pub by_class: Vec<ClassMeasure>,
    /// Mean probability, share of attacks and rows: bin by bin.
    pub reliability: Vec<(f64, f64, u64)>,
    /// False positive rate and true positive rate.
    pub roc: Vec<(f64, f64)>,
    /// Recall and precision.
    pub pr: Vec<(f64, f64)>,
}

/// How many rows of a class are reported.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClassMeasure {
    /// The label.
    pub name: String,
    /// Rows.
    pub n_rows: u64,
    /// Whether it is an attack.
    pub is_attack: bool,
    /// Rows that are reported.
    pub n_reported: u64,
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Measures {
    /// Of rows and the probability of an attack that was said of each; reported from `threshold` on.
    pub fn of(table: &LabelledTable, rows: &[u32], said: &[f64], threshold: f64) -> Measures {
        let labels = table.labels(rows);
        let scores: Vec<f32> = said.iter().map(|p| *p as f32).collect();
        let is_reported: Vec<bool> = said.iter().map(|p| *p >= threshold).collect();
        let ranking = rank(&scores, &is_reported, &labels);
        let by_class = labels.classes().iter().zip(&ranking.reported_by_class).map(|(class, n)| ClassMeasure {
            name: class.name.clone(),
            n_rows: class.n_rows,
            is_attack: class.is_attack,
            n_reported: *n,
        });
        let mut bins = [(0.0, 0.0, 0_u64); BINS];
        let mut brier = 0.0;
        for (row, p) in rows.iter().zip(said) {
            let is = f64::from(u8::from(table.is_attack(*row)));
            brier += (p - is) * (p - is);
            let place = ((p * BINS as f64) as usize).min(BINS - 1);
            if let Some(bin) = bins.get_mut(place) {
                *bin = (bin.0 + p, bin.1 + is, bin.2 + 1);
            }
        }
        let filled = bins.iter().filter(|(.., n)| *n > 0);
        Measures {
            n_rows: rows.len() as u64,
            n_attacks: labels.n_attacks(),
            auroc: ranking.auroc,
            average_precision: ranking.average_precision,
            confusion: ranking.confusion,
            brier: brier / rows.len().max(1) as f64,
            by_class: by_class.collect(),
            reliability: filled.map(|(sum, attacks, n)| (sum / *n as f64, attacks / *n as f64, *n)).collect(),
            roc: ranking.roc,
            pr: ranking.pr,
        }
    }

    /// Share of the reported rows that are attacks.
    pub fn precision(&self) -> f64 {
        let [hit, _, wrong, _] = self.confusion;
        ratio(hit, hit + wrong)
    }

    /// Share of the attacks that are reported.
    pub fn recall(&self) -> f64 {
        let [hit, missed, ..] = self.confusion;
        ratio(hit, hit + missed)
    }

    /// Share of the other rows that are reported.
    pub fn false_positive_rate(&self) -> f64 {
        let [.., wrong, right] = self.confusion;
        ratio(wrong, wrong + right)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        let [hit, missed, wrong, _] = self.confusion;
        ratio(2 * hit, 2 * hit + missed + wrong)
    }

    /// Share of the rows that are reported or left quiet as they should be.
    pub fn accuracy(&self) -> f64 {
        let [hit, _, _, right] = self.confusion;
        ratio(hit + right, self.n_rows)
    }
}

/// The lowest threshold whose F1 is within one standard error of the best, halfway to the next lower value; of rows and what was said of each.
/// Where the folds cannot tell thresholds apart, the lower one finds more of what is unlike the training data.
pub fn best_threshold(table: &LabelledTable, rows: &[u32], said: &[f64]) -> f64 {
    let mut sorted: Vec<(f64, bool)> = rows.iter().zip(said).map(|(row, p)| (*p, table.is_attack(*row))).collect();
    sorted.arrange_by(|a, b| b.0.total_cmp(&a.0));
    let n_attacks = sorted.iter().filter(|(_, is)| *is).count() as f64;
    let (mut hits, mut n) = (0.0, 0.0);
    // F1, its standard error (that of a count of errors, which is its square root), threshold.
    let mut all: Vec<(f64, f64, f64)> = Vec::new();
    let mut groups = sorted.chunk_by(|a, b| a.0 == b.0).peekable();
    while let Some(same) = groups.next() {
        hits += same.iter().filter(|(_, is)| *is).count() as f64;
        n += same.len() as f64;
        let here = same.first().map_or(0.0, |(p, _)| *p);
        let next = groups.peek().and_then(|next| next.first()).map_or(0.0, |(p, _)| *p);
        let (whole, errors) = (n + n_attacks, n + n_attacks - 2.0 * hits);
        let f1 = 2.0 * hits / whole;
        all.push((f1, f1 * errors.sqrt() / whole, (here + next) / 2.0));
    }
    let best = all.iter().copied().reduce(|best, other| if other.0 > best.0 { other } else { best });
    let Some((best, error, threshold)) = best else { return 0.5 };
    let lowest = all.iter().rev().find(|(f1, ..)| *f1 >= best - error);
    lowest.map_or(threshold, |(.., threshold)| *threshold)
}
