//! One column of a flow table: its name, unit, formula, known error of the original, and what computes it.

use crate::model::explained::explained;
use crate::model::flow::moments::Moments;
use crate::model::flow::{Direction, Known};

/// One column over rows of one kind.
pub struct Column<Row> {
    /// Heading.
    pub name: String,
    /// Unit; empty for text, plain counts and ratios.
    pub unit: &'static str,
    /// How it is computed.
    pub formula: String,
    /// What CICFlowMeter v4 does otherwise, and so a CIC-compatible flow table unless it is "not reproduced"; empty
    /// where it does the same.
    pub known_bug: &'static str,
    /// What a flow must have measured for the cell to have a value.
    pub needs: Known,
    /// What computes it.
    pub value: Value<Row>,
}

/// What a cell holds.
pub enum Value<Row> {
    /// A number.
    Number(Box<dyn Fn(&Row) -> f64 + Send + Sync>),
    /// A text, appended to the given string.
    Text(fn(&Row, &mut String)),
}

/// One figure of a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Largest value; 0 without any.
    Max,
    /// Smallest value; 0 without any.
    Min,
    /// Arithmetic mean; 0 without any value.
    Mean,
    /// Sample standard deviation (n - 1); 0 for fewer than two values.
    Std,
    /// Sample variance (n - 1); 0 for fewer than two values.
    Variance,
}

impl Measure {
    fn heading(self) -> &'static str {
        match self {
            Measure::Max => "Max",
            Measure::Min => "Min",
            Measure::Mean => "Mean",
            Measure::Std => "Std",
            Measure::Variance => "Variance",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Measure::Max => "largest",
            Measure::Min => "smallest",
            Measure::Mean => "mean of",
            Measure::Std => "sample standard deviation (n - 1) of",
            Measure::Variance => "sample variance (n - 1) of",
        }
    }

    fn of(self, series: &Moments) -> f64 {
        match self {
            Measure::Max => series.max_or_zero(),
            Measure::Min => series.min_or_zero(),
            Measure::Mean => series.mean(),
            Measure::Std => series.deviation(),
            Measure::Variance => series.variance(),
        }
    }
}

/// What headings and formulas call the two sides.
pub const SIDES: [(&str, &str, Direction); 2] =
    [("Fwd", "the originator", Direction::ToResponder), ("Bwd", "the responder", Direction::ToOriginator)];

/// Columns in the making, in order.
pub struct Columns<Row>(Vec<Column<Row>>);

impl<Row> Default for Columns<Row> {
    fn default() -> Self {
        Columns(Vec::new())
    }
}

impl<Row> Columns<Row> {
    /// All of them.
    pub fn done(self) -> Vec<Column<Row>> {
        self.0
    }

    /// Adds a column of texts.
    pub fn text(&mut self, name: &str, formula: &str, value: fn(&Row, &mut String)) {
        self.push(name.to_owned(), "", formula.to_owned(), Value::Text(value));
    }

    /// Adds a column of numbers.
    pub fn number(
        &mut self,
        name: impl Into<String>,
        unit: &'static str,
        formula: impl Into<String>,
        value: impl Fn(&Row) -> f64 + Send + Sync + 'static,
    ) {
        self.push(name.into(), unit, formula.into(), Value::Number(Box::new(value)));
    }

    /// Adds a column for each way; `{}` in the formula stands for who sends.
    pub fn both(
        &mut self,
        names: [&str; 2],
        unit: &'static str,
        formula: &str,
        value: impl Fn(&Row, Direction) -> f64 + Send + Sync + Copy + 'static,
    ) {
        for (name, (_, who, direction)) in names.into_iter().zip(SIDES) {
            self.number(name, unit, formula.replace("{}", who), move |row| value(row, direction));
        }
    }

    /// Adds columns for measures of one series; `of` says of what, as `payload bytes per packet`.
    pub fn spread(
        &mut self,
        name: &str,
        unit: &'static str,
        of: &str,
        measures: &[Measure],
        series: impl Fn(&Row) -> Moments + Send + Sync + Copy + 'static,
    ) {
        for measure in measures.iter().copied() {
            let formula = format!("{} {of}", measure.words());
            // The square of bytes is the only variance there is.
            let unit = if measure == Measure::Variance { "B²" } else { unit };
            self.number(format!("{name} {}", measure.heading()), unit, formula, move |row| measure.of(&series(row)));
        }
    }

    /// Says of the latest `n` columns what the original does otherwise.
    pub fn known_bug(&mut self, n: usize, text: &'static str) {
        self.0.iter_mut().rev().take(n).for_each(|column| column.known_bug = explained(text));
    }

    /// Says of the latest `n` columns what must be known.
    pub fn needs(&mut self, n: usize, needs: Known) {
        self.0.iter_mut().rev().take(n).for_each(|column| column.needs = column.needs.with(needs));
    }

    /// The same of the latest `n` pairs of columns made by [`Columns::both`], and of each the side that it is of.
    pub fn sides_need(&mut self, n: usize, needs: Known) {
        for (place, column) in self.0.iter_mut().rev().take(2 * n).enumerate() {
            let side = if place % 2 == 0 { Known::BACKWARD } else { Known::FORWARD };
            column.needs = column.needs.with(needs).with(side);
        }
    }

    fn push(&mut self, name: String, unit: &'static str, formula: String, value: Value<Row>) {
        self.0.push(Column { name, unit, formula, known_bug: "", needs: Known::NOTHING, value });
    }
}
