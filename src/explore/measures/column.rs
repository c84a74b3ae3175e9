//! Figures of a column of a table.

use crate::explore::dimension::Takes;
use crate::explore::measure::{Fold, Measure, Measured, Value};
use crate::stats::rows::cell;

/// The sum of a column's numbers.
pub const SUM: Measure = of("sum", "Sum of", "Sum of the numbers of a column, as sum=Bytes.", Fold::Sum);
/// Their mean.
pub const MEAN: Measure = of("mean", "Mean of", "Mean of the numbers of a column, as mean=Duration.", Fold::Mean);
/// Their median.
pub const MEDIAN: Measure =
    of("median", "Median of", "Median of the numbers of a column, as median=Duration.", Fold::Quantile(0.5));
/// The value that a quarter of them lie at or below.
pub const Q1: Measure =
    of("q1", "First quartile of", "First quartile of the numbers of a column, as q1=Duration.", Fold::Quantile(0.25));
/// The value that three quarters of them lie at or below.
pub const Q3: Measure =
    of("q3", "Third quartile of", "Third quartile of the numbers of a column, as q3=Duration.", Fold::Quantile(0.75));
/// The smallest.
pub const MIN: Measure = of("min", "Smallest", "Smallest number of a column, as min=Duration.", Fold::Least);
/// The largest.
pub const MAX: Measure = of("max", "Largest", "Largest number of a column, as max=Duration.", Fold::Most);
/// Cells with a value.
pub const COUNT: Measure = Measure::of_flows(
    ("count", "Values of", "", "Columns"),
    "Rows that have a value in a column, as count=Label.",
    |_, _| Measured::Nothing,
)
.from(Value::Row(|bits| match bits {
    None | Some(cell::MISSING) => Measured::Nothing,
    Some(_) => Measured::Known(1.0),
}))
.taking(Takes::Column);

const fn of(id: &'static str, label: &'static str, help: &'static str, fold: Fold) -> Measure {
    Measure::of_flows((id, label, "", "Columns"), help, |_, _| Measured::Nothing)
        .from(Value::Row(number))
        .folded(fold)
        .taking(Takes::Numbers)
}

/// Infinite numbers are none that can be added up.
fn number(bits: Option<u64>) -> Measured {
    let number = bits.and_then(cell::as_number).filter(|number| number.is_finite());
    number.map_or(Measured::Nothing, Measured::Known)
}
