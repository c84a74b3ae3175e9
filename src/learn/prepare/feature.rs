//! A column of numbers to comparable ones: logarithm of heavy tails, robust scale, mean 0 and deviation 1.

use crate::maths::elementary::ln_1p;
use crate::maths::order::nearest_quartiles;
use crate::maths::variance;
use serde::{Deserialize, Serialize};

/// A value so many quartile distances from the median makes a tail heavy.
const HEAVY: f64 = 20.0;
/// Widest value in quartile distances: past it a value is not odder.
const CLIP: f64 = 10.0;

/// What is learnt of a column.
#[derive(Clone, PartialEq, Debug)]
pub struct Feature {
    /// For people.
    pub name: String,
    /// Its column in the source.
    pub column: usize,
    /// What the number says.
    pub kind: FeatureKind,
    /// Quarter, half and three quarters of the values lie at or below these, in the column's own unit.
    pub quartiles: [f64; 3],
    /// The median in the prepared scale.
    pub typical: f32,
    /// The logarithm of the distance from the median was taken.
    pub is_logarithm: bool,
    /// How a value of the column becomes a prepared one.
    pub scaling: Scaling,
}

/// How a value becomes a prepared one: the same for the rows that it was learnt from and for others.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Scaling {
    /// Least and largest finite value that was seen: infinite ones stand there.
    pub ends: [f64; 2],
    /// Becomes 0 at first.
    pub median: f64,
    /// Becomes 1 at first.
    pub unit: f64,
    /// What counts as 1 among logarithms; none if none are taken.
    pub unit_of_logarithms: Option<f64>,
    /// Becomes 0 in the end.
    pub mean: f64,
    /// Becomes 1 in the end.
    pub deviation: f64,
}

impl Scaling {
    /// The prepared value; what is missing (NaN) stays so.
    pub fn apply(&self, x: f64) -> f32 {
        let [low, high] = self.ends;
        let x = if x.is_infinite() { x.clamp(low, high) } else { x };
        ((self.robust(x) - self.mean) / self.deviation) as f32
    }

    /// In distances from the median.
    fn robust(&self, x: f64) -> f64 {
        let z = (x - self.median) / self.unit;
        let z = self.unit_of_logarithms.map_or(z, |unit| logarithm(z) / unit);
        if z.is_nan() { z } else { z.clamp(-CLIP, CLIP) }
    }
}

fn logarithm(z: f64) -> f64 {
    if z == 0.0 { 0.0 } else { ln_1p(z.abs()) * z.signum() }
}

/// What the number of a feature says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FeatureKind {
    /// The column's own value.
    Number,
    /// 1 for the rows with this text, else 0.
    Text(u32),
    /// 1 for the rows without a value, else 0.
    IsMissing,
    /// Negative logarithm of the share of rows that have the same text.
    Rarity,
}

/// Scales values, of which NaN are missing; none if fewer than two different ones are there.
pub fn scale(values: &[f64], name: String, column: usize, kind: FeatureKind) -> Option<(Feature, Vec<f32>)> {
    let mut finite: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    let (low, high) = ends(&finite).filter(|(low, high)| low < high)?;
    let quartiles = nearest_quartiles(&mut finite, f64::total_cmp);
    let [_, median, _] = quartiles;
    let unit = unit(quartiles, &mut finite, |x| x);
    let is_logarithm = (high - median).max(median - low) > HEAVY * unit;
    // The order of values stays; the median is 0 again.
    let unit_of_logarithms =
        is_logarithm.then(|| self::unit(quartiles, &mut finite, |x| logarithm((x - median) / unit)));
    let mut scaling = Scaling { ends: [low, high], median, unit, unit_of_logarithms, mean: 0.0, deviation: 1.0 };
    let scaled: Vec<f64> = values.iter().map(|x| scaling.robust(*x)).collect();
    let there = || scaled.iter().copied().filter(|z| !z.is_nan());
    let mean = there().sum::<f64>() / finite.len() as f64;
    let deviation = variance::of_population(there()).sqrt().max(1e-6);
    (scaling.mean, scaling.deviation) = (mean, deviation);
    let prepared = scaled.iter().map(|z| ((z - mean) / deviation) as f32).collect();
    let typical = (-mean / deviation) as f32;
    Some((Feature { name, column, kind, quartiles, typical, is_logarithm, scaling }, prepared))
}

/// The least and the largest value; none of none.
fn ends(values: &[f64]) -> Option<(f64, f64)> {
    let by_order = |a: &f64, b: &f64| a.total_cmp(b);
    values.iter().copied().min_by(by_order).zip(values.iter().copied().max_by(by_order))
}

/// What counts as 1 of values after a step that keeps their order: the distance of the quartiles; where they are equal, the
/// standard deviation.
fn unit([lower, _, upper]: [f64; 3], values: &mut [f64], step: impl Fn(f64) -> f64) -> f64 {
    let middle_half = step(upper) - step(lower);
    let unit = if middle_half > 0.0 {
        middle_half
    } else {
        // In order, so that the sum does not depend on how the quartiles were found.
        values.sort_unstable_by(f64::total_cmp);
        variance::of_population(values.iter().map(|x| step(*x))).sqrt()
    };
    if unit > 0.0 && unit.is_finite() { unit } else { 1.0 }
}
