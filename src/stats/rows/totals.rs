//! Running totals of a column: counts, range, mean and spread, run by run.

use super::survey::Survey;
use crate::maths::variance;
use serde::{Deserialize, Serialize};

/// Totals of a column.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Totals {
    /// Finite numbers and moments.
    pub numbers: u64,
    /// Of these, moments.
    pub times: u64,
    /// Texts.
    pub texts: u64,
    /// Infinite numbers.
    pub infinite: u64,
    /// True while all numbers are whole.
    pub is_whole: bool,
    /// Smallest finite number; infinite while there is none.
    pub min: f64,
    /// Largest finite number.
    pub max: f64,
    mean: f64,
    squares: f64,
}

impl Default for Totals {
    fn default() -> Self {
        Totals {
            numbers: 0,
            times: 0,
            texts: 0,
            infinite: 0,
            is_whole: true,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            mean: 0.0,
            squares: 0.0,
        }
    }
}

impl Totals {
    /// Adds one cell that is not kept.
    pub fn add(&mut self, cell: u64) {
        self.add_run(&[cell]);
    }

    /// Adds cells.
    pub fn add_run(&mut self, cells: &[u64]) {
        self.add_surveyed(cells, &Survey::of(cells));
    }

    /// Adds cells that were looked at: in two passes, which is quicker than one value after the other, and as exact.
    #[inline(never)]
    pub fn add_surveyed(&mut self, cells: &[u64], survey: &Survey) {
        let Survey { numbers: n, infinite, texts, min, max, mean, is_whole, .. } = *survey;
        self.infinite += infinite;
        self.texts += texts;
        if n == 0 {
            return;
        }
        let mut squares = 0.0;
        // A run of equal values has no spread; most columns of zeros end here.
        if min < max {
            for cell in cells {
                let off = f64::from_bits(*cell) - mean;
                squares += if off.is_finite() { off * off } else { 0.0 };
            }
        }
        // Both series as one (Chan, Golub and LeVeque, 1979).
        let (a, b) = (self.numbers as f64, n as f64);
        let off = mean - self.mean;
        self.mean += off * b / (a + b);
        self.squares += squares + off * off * a * b / (a + b);
        self.numbers += n;
        self.min = self.min.min(min);
        self.max = self.max.max(max);
        self.is_whole &= is_whole;
    }

    /// Arithmetic mean; 0 while there is no number.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Sample standard deviation.
    pub fn deviation(&self) -> f64 {
        variance::of_sample(self.squares, self.numbers).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::super::cell;
    use super::*;

    #[test]
    fn runs_of_any_length_give_the_same() {
        let values = [4.0, 7.5, 1e6, 1e6 + 1.0, -3.0, f64::INFINITY];
        let cells: Vec<u64> = values.iter().map(|v| cell::number(*v)).chain([cell::MISSING, cell::text(3)]).collect();
        let (mut one, mut each, mut two) = (Totals::default(), Totals::default(), Totals::default());
        one.add_run(&cells);
        cells.iter().for_each(|cell| each.add(*cell));
        two.add_run(&cells[..3]);
        two.add_run(&cells[3..]);
        for totals in [each, two] {
            assert!((totals.mean() - one.mean()).abs() < 1e-9);
            assert!((totals.deviation() / one.deviation() - 1.0).abs() < 1e-12);
            assert_eq!((totals.numbers, totals.texts, totals.infinite), (5, 1, 1));
            assert_eq!((totals.min, totals.max, totals.is_whole), (-3.0, 1e6 + 1.0, false));
        }
        // (4 + 7.5 + 1e6 + 1e6 + 1 - 3) / 5
        assert!((one.mean() - 400_001.9).abs() < 1e-6);
    }
}
