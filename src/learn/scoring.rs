//! A prepared table to the scores of one method, its ranks, and the score of a row that is not in the table.

use super::matrix::Matrix;
use super::method::{Fitted, Method, Refusal, Training};
use super::prepare::Prepared;
use super::work::{Work, share};
use crate::maths::order::nearest_quantile_of;
use crate::model::format::quantity::{count, counted};
use crate::settings::Settings;

/// Rows scored between two reports, at most.
const BLOCK: usize = 4096;
/// Work between two reports, in operations.
const WORK: usize = 10_000_000;

/// A method that has learnt from a table, and what it makes of it.
pub struct Scored {
    /// The method.
    pub method: &'static Method,
    /// One a row, in the method's own measure: larger is more unusual.
    pub scores: Vec<f64>,
    fitted: Box<dyn Fitted>,
}

impl std::fmt::Debug for Scored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scored").field("method", &self.method.id).field("rows", &self.scores.len()).finish()
    }
}

/// Lets a method learn from a table and score all its rows.
pub fn score(
    method: &'static Method,
    prepared: &Prepared,
    settings: &Settings,
    seed: u64,
    work: &mut Work<'_>,
) -> Result<Scored, Refusal> {
    let rows = rows_of(method, prepared);
    if rows.n_rows() < method.fewest_rows {
        let n = counted(rows.n_rows() as u64, "row", "rows");
        return Err(Refusal::NotEnough(format!("Only {n}: {} needs at least {}.", method.label, method.fewest_rows)));
    }
    let fitted = (method.fit)(&Training { rows, settings, seed, trace: None }, &mut work.part(0.0, 0.5))?;
    let mut work = work.part(0.5, 1.0);
    let mut scores = vec![0.0; rows.n_rows()];
    let block = (WORK / fitted.cost_of_row().max(1)).clamp(1, BLOCK);
    let all: Vec<&[f32]> = rows.rows().collect();
    let mut first = 0;
    for (rows, out) in all.chunks(block).zip(scores.chunks_mut(block)) {
        fitted.scores(rows, first, out);
        first += rows.len() as u32;
        work.spend(rows.len() * fitted.cost_of_row(), share(first as usize, all.len()))?;
    }
    // What is not a number could not be compared.
    scores.iter_mut().filter(|score| !score.is_finite()).for_each(|score| *score = f64::MAX.sqrt());
    Ok(Scored { method, scores, fitted })
}

fn rows_of<'a>(method: &Method, prepared: &'a Prepared) -> &'a Matrix {
    if method.leaves_missing_out { prepared.rows() } else { prepared.filled() }
}

impl Scored {
    /// The share of the table's rows that are less unusual, those alike counted half, plus half a row: from 0 to 1.
    pub fn ranks(&self) -> Vec<f64> {
        ranks(&self.scores)
    }

    /// The rank of a score that need not be among the table's.
    pub fn rank_of(&self, score: f64) -> f64 {
        let below = self.scores.iter().filter(|other| **other < score).count() as f64;
        let alike = self.scores.iter().filter(|other| **other == score).count() as f64;
        (below + alike / 2.0) / self.scores.len().max(1) as f64
    }

    /// The score of a row of the table in the method's own measure, with some features replaced.
    pub fn score_with(&self, prepared: &Prepared, row: usize, replaced: &[(usize, f32)]) -> f64 {
        let mut values = rows_of(self.method, prepared).row(row).to_vec();
        for (feature, value) in replaced {
            values.iter_mut().skip(*feature).take(1).for_each(|slot| *slot = *value);
        }
        self.fitted.score(&values, Some(row as u32))
    }

    /// How much each feature adds to the score of a row of the table; see [`Method::explains`].
    pub fn contributions(&self, prepared: &Prepared, row: usize) -> Vec<f64> {
        let values = rows_of(self.method, prepared).row(row);
        self.fitted.contributions(values, Some(row as u32), &prepared.typical())
    }

    /// Scores from 0 to 1, in the same order: one row in a hundred is at 0.5 or more.
    pub fn unit_scores(&self) -> Vec<f64> {
        let (low, half) = self.scale();
        self.scores.iter().map(|score| unit(*score, low, half)).collect()
    }

    /// The same of any score.
    pub fn unit_score(&self, score: f64) -> f64 {
        let (low, half) = self.scale();
        unit(score.max(low), low, half)
    }

    /// The lowest score, and how far above it 0.5 is.
    fn scale(&self) -> (f64, f64) {
        let low = self.scores.iter().copied().min_by(f64::total_cmp).unwrap_or(0.0);
        (low, (nearest_quantile_of(self.scores.clone(), 0.99) - low).max(f64::MIN_POSITIVE))
    }

    /// That it learnt from a sample only, in words.
    pub fn sample(&self) -> Option<String> {
        let n = self.fitted.sampled()?;
        let (n, all) = (count(n as u64), count(self.scores.len() as u64));
        Some(format!("{} compares all {all} rows with a random {n} of them.", self.method.label))
    }
}

fn unit(score: f64, low: f64, half: f64) -> f64 {
    (score - low) / (score - low + half)
}

/// Places in ascending order as shares of all, of equal values the mean.
pub fn ranks(scores: &[f64]) -> Vec<f64> {
    // With their values: looked up elsewhere, each comparison would wait for the memory.
    let mut order: Vec<(f64, u32)> = scores.iter().copied().zip(0..).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; scores.len()];
    let mut before = 0_usize;
    for alike in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = (before as f64 + alike.len() as f64 / 2.0) / scores.len() as f64;
        for (_, row) in alike {
            ranks.iter_mut().skip(*row as usize).take(1).for_each(|slot| *slot = rank);
        }
        before += alike.len();
    }
    ranks
}
