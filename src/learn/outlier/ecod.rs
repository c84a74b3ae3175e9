//! Rows to how far out in the tails of the columns they lie.

use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::tails::Sum;
use crate::learn::work::Work;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "ecod",
    label: "Tails of the columns (ECOD)",
    help: "A row is unusual if its numbers are among the lowest or highest of their columns. Needs no parameter; it looks \
           at each column by itself.",
    fails: "Odd values in the middle of a column, between two groups, and odd combinations.",
    source: "Li et al., ECOD, IEEE TKDE 35, 2023: of each column the larger of both tails and of the tail on its longer side.",
    explains: "The terms of the sum: the negative logarithm of the tail's share, by column.",
    parameters: &[],
    cost: Cost::Light,
    fewest_rows: 5,
    leaves_missing_out: true,
    fit,
};

fn fit(training: &Training<'_>, work: &mut Work<'_>) -> Result<Box<dyn Fitted>, Refusal> {
    Sum::fit(training, work, part)
}

/// Both tails and the one on the longer side to the part of a column.
fn part((lower, upper, skewed): (f64, f64, f64)) -> f64 {
    lower.max(upper).max(skewed)
}
