//! Where columns come from: any table whose columns can be asked for one after the other.

/// A table to learn from.
pub trait Source {
    /// Rows.
    fn n_rows(&self) -> usize;
    /// Columns.
    fn n_columns(&self) -> usize;
    /// The heading of a column.
    fn name(&self, column: usize) -> String;
    /// All values of a column, one a row.
    fn values(&self, column: usize) -> Values;
}

/// The values of a column.
pub enum Values {
    /// Numbers; NaN where one is missing.
    Numbers(Vec<f64>),
    /// Texts by code, none where one is missing, and the text of each code.
    Texts(Vec<Option<u32>>, Vec<String>),
    /// Nothing to learn from: it says who, when or what a row was.
    NotForLearning,
}
