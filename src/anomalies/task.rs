//! What is learnt from: the columns that were chosen, for the rows that were, and what a label says of these. Needs nothing else, so
//! that another thread or worker can learn from it.

use super::subjects::RowLabels;
use crate::learn::column::TableColumn;
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
    pub columns: Vec<TableColumn>,
    /// What the label says, for judging only.
    pub labels: Option<RowLabels>,
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
        self.columns.get(column).map_or(Values::NotForLearning, |column| column.cells.all())
    }
}
