//! Running count, mean, variance, minimum and maximum of a series, in one pass.

use crate::maths::variance;
use serde::{Deserialize, Serialize};

/// Welford's recurrence (Technometrics 4, 1962): stable where sums of squares cancel.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
pub struct Moments {
    /// Values seen.
    pub n: u32,
    /// Smallest value, in single precision to keep flows small; infinite while there is none.
    min: f32,
    /// Largest value; minus infinite while there is none.
    max: f32,
    mean: f64,
    square_sum: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Moments { n: 0, min: f32::INFINITY, max: f32::NEG_INFINITY, mean: 0.0, square_sum: 0.0 }
    }
}

impl Moments {
    /// From summary values: count, mean, sample standard deviation, smallest and largest.
    pub fn from_parts(n: u32, mean: f64, deviation: f64, (min, max): (f64, f64)) -> Moments {
        if n == 0 {
            return Moments::default();
        }
        let square_sum = deviation * deviation * f64::from(n.saturating_sub(1));
        Moments { n, min: min as f32, max: max as f32, mean, square_sum }
    }

    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.n = self.n.saturating_add(1);
        let off = value - self.mean;
        self.mean += off / f64::from(self.n);
        self.square_sum += off * (value - self.mean);
        let value = value as f32;
        if value < self.min {
            self.min = value;
        }
        if value > self.max {
            self.max = value;
        }
    }

    /// Both series as one (Chan, Golub and LeVeque, 1979).
    pub fn merge(&self, other: &Moments) -> Moments {
        if self.n == 0 {
            return *other;
        }
        if other.n == 0 {
            return *self;
        }
        let (a, b) = (f64::from(self.n), f64::from(other.n));
        let off = other.mean - self.mean;
        Moments {
            n: self.n.saturating_add(other.n),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            mean: self.mean + off * b / (a + b),
            square_sum: self.square_sum + other.square_sum + off * off * a * b / (a + b),
        }
    }

    /// Arithmetic mean; 0 without values.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Sum of the values.
    pub fn sum(&self) -> f64 {
        self.mean * f64::from(self.n)
    }

    /// Sample variance (n - 1); 0 for fewer than two values.
    pub fn variance(&self) -> f64 {
        variance::of_sample(self.square_sum, u64::from(self.n))
    }

    /// Sample standard deviation (n - 1); 0 for fewer than two values.
    pub fn deviation(&self) -> f64 {
        self.variance().sqrt()
    }

    /// Smallest value, 0 while there is none.
    pub fn min_or_zero(&self) -> f64 {
        if self.n == 0 { 0.0 } else { f64::from(self.min) }
    }

    /// Largest value, 0 while there is none.
    pub fn max_or_zero(&self) -> f64 {
        if self.n == 0 { 0.0 } else { f64::from(self.max) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_equals_added() {
        let (mut all, mut left, mut right) = (Moments::default(), Moments::default(), Moments::default());
        for (i, x) in [4.0, 7.5, 1e6, 1e6 + 1.0, -3.0].into_iter().enumerate() {
            all.add(x);
            if i < 2 { left.add(x) } else { right.add(x) }
        }
        let merged = left.merge(&right);
        assert!((merged.mean() - all.mean()).abs() < 1e-6);
        assert!((merged.variance() / all.variance() - 1.0).abs() < 1e-12);
        assert_eq!((merged.min_or_zero(), merged.max_or_zero(), merged.n), (-3.0, 1e6 + 1.0, 5));
    }
}
