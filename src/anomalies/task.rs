//! What is learnt from: the columns that were chosen, for the rows that were, and what a label says of these. Needs nothing else, so
//! that another thread or worker can learn from it.

use super::subjects::RowLabels;
use crate::learn::prepare::{Source, Values};
use crate::protocol::anomalies::AnomalyChoice;
use serde::{Deserialize, Serialize};

/// A matrix with what was chosen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Task {
    /// What was chosen.
    pub choice: AnomalyChoice,
    /// Rows that there are; those here may be a sample.
    pub n_all: u64,
    /// Rows here.
    pub n_rows: u64,
    /// One a feature.
    pub columns: Vec<TaskColumn>,
    /// What the label says, for judging only.
    pub labels: Option<RowLabels>,
}

/// A feature of all rows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaskColumn {
    /// Name.
    pub name: String,
    /// Unit; empty for text, plain counts and ratios.
    pub unit: String,
    /// Values.
    pub cells: Cells,
}

/// Values of a feature, one a row.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Cells {
    /// Not a number where one is missing.
    Numbers(Vec<f64>),
    /// By code, and the text of each code.
    Texts(Vec<Option<u32>>, Vec<String>),
    /// There are none.
    Nothing,
}

impl From<Values> for Cells {
    fn from(values: Values) -> Cells {
        match values {
            Values::Numbers(values) => Cells::Numbers(values),
            Values::Texts(codes, texts) => Cells::Texts(codes, texts),
            Values::NotForLearning => Cells::Nothing,
        }
    }
}

impl Source for Task {
    fn n_rows(&self) -> usize {
        self.n_rows as usize
    }

    fn n_columns(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, column: usize) -> String {
        self.columns.get(column).map(|column| column.name.clone()).unwrap_or_default()
    }

    fn values(&self, column: usize) -> Values {
        match self.columns.get(column).map(|column| &column.cells) {
            Some(Cells::Numbers(values)) => Values::Numbers(values.clone()),
            Some(Cells::Texts(codes, texts)) => Values::Texts(codes.clone(), texts.clone()),
            Some(Cells::Nothing) | None => Values::NotForLearning,
        }
    }
}
