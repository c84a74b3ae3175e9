//! Rows to how improbable their place in all tails together is, by the empirical copula.

use crate::learn::method::{Cost, Fitted, Method, Refusal, Training};
use crate::learn::tails::Sum;
use crate::learn::work::Work;

/// Line in the register.
pub const METHOD: Method = Method {
    id: "copod",
    label: "Copula of the tails (COPOD)",
    help: "A row is unusual if it lies in the tails of many columns at once. Needs no parameter; what is usual is the \
           share of rows further out.",
    fails: "Odd values in the middle of a column, between two groups, and odd combinations.",
    source: "Li et al., COPOD, IEEE ICDM 2020: of each column the larger of the tail on its longer side and the mean of both.",
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
    skewed.max((lower + upper) / 2.0)
}
