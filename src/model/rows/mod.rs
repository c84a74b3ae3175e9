//! Tables: what their columns mean, one row's values, and what is known of a column.

pub mod label_names;
mod role;

pub use role::{Role, RoleReason, RoleTopic};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One cell as the reader understood it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum CellValue {
    /// Empty, or a word for no value: `-`, `NaN`, `null`.
    Missing,
    /// A number; may be infinite, never NaN.
    Number(f64),
    /// A moment, seconds since 1970 UTC.
    Time(f64),
    /// Text: a range of the row's bytes.
    Text(u32, u32),
}

impl CellValue {
    /// The number or moment.
    #[inline]
    pub fn number(self) -> Option<f64> {
        match self {
            CellValue::Number(x) | CellValue::Time(x) => Some(x),
            _ => None,
        }
    }
}

/// A column.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Column {
    /// Its heading, trimmed; `column 3` where the table has none.
    pub name: String,
    /// What it is taken for.
    pub role: Role,
    /// Why it is taken for that.
    pub reason: RoleReason,
    /// Some of its different values, from the first rows, shortened; at most [`Column::MOST_EXAMPLES`].
    pub examples: Vec<String>,
}

impl Column {
    /// Most values that are shown as examples.
    pub const MOST_EXAMPLES: usize = 3;

    /// A column of this name of which nothing else is known.
    pub fn named(name: &str) -> Column {
        Column { name: name.to_owned(), ..Column::default() }
    }

    /// True if people said what it is.
    pub fn is_chosen(&self) -> bool {
        self.reason == RoleReason::Chosen
    }
}

/// What people said of a column that was not followed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UnusedChoice {
    /// The heading that it was said of.
    pub heading: String,
    /// What the column was to be taken for.
    pub role: Role,
    /// The table has no such column; else its values cannot be that.
    pub is_absent: bool,
}

/// What a table is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Layout {
    /// Id of the dialect.
    pub dialect: String,
    /// Name of the dialect for people.
    pub name: String,
    /// How it is written: `CSV, comma`, `JSON lines`.
    pub written: String,
    /// Unit of durations and gaps, in words.
    pub time_unit: String,
    /// Order of day and month, where its dates are written so that it matters; else empty.
    pub date_order: String,
    /// True if the table has a line of headings.
    pub has_header: bool,
    /// Place of the column that says what each row is.
    pub label: Option<u32>,
    /// The columns.
    pub columns: Vec<Column>,
    /// What each row becomes.
    pub kind: RowKind,
    /// What is missing for rows to be flows, in words; empty if nothing is.
    pub lacks: Vec<String>,
    /// Times count from the start of a capture, not from 1970.
    pub has_relative_times: bool,
    /// What people said of columns and was not followed.
    pub unused_choices: Vec<UnusedChoice>,
}

impl Layout {
    /// In words: `CICFlowMeter v4 (CSV, comma), durations in microseconds, label column Label`.
    pub fn describe(&self) -> String {
        let label =
            self.label_name().map_or_else(|| "no label column".to_owned(), |name| format!("label column {name}"));
        let dates = if self.date_order.is_empty() { String::new() } else { format!(", dates {}", self.date_order) };
        format!("{} ({}), durations in {}{dates}, {label}", self.name, self.written, self.time_unit)
    }

    /// What a column is called in choices: its heading, and where it has none its place among all columns.
    pub fn choice_name(&self, place: usize) -> Option<String> {
        Some(choice_name(&self.columns.get(place)?.name, place, self.columns.len()).into_owned())
    }

    /// Columns that people chose the meaning of.
    pub fn chosen(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.is_chosen())
    }

    /// Name of the label column.
    pub fn label_name(&self) -> Option<&str> {
        self.columns.get(self.label? as usize).map(|column| column.name.as_str())
    }
}

/// The name of a column in choices. One without a heading is told apart from that of a table of another width, which
/// means something else: `column 3 of 12`.
pub fn choice_name(name: &str, place: usize, n_columns: usize) -> Cow<'_, str> {
    let is_unnamed = name.strip_prefix("column ").is_some_and(|number| *number == (place + 1).to_string());
    if is_unnamed { format!("{name} of {n_columns}").into() } else { name.into() }
}

/// What the rows of a table become.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum RowKind {
    /// Nothing more than rows.
    #[default]
    Rows,
    /// Flows: the table has addresses and times.
    Flows,
    /// Packets, without their bytes.
    Packets,
}

/// What a column's values are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ColumnKind {
    /// No value at all.
    Empty,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Moments.
    Time,
    /// Texts.
    Text,
    /// Numbers and texts.
    Mixed,
}

impl ColumnKind {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            ColumnKind::Empty => "empty",
            ColumnKind::Integer => "whole numbers",
            ColumnKind::Number => "numbers",
            ColumnKind::Time => "times",
            ColumnKind::Text => "text",
            ColumnKind::Mixed => "mixed",
        }
    }
}

/// What is known of a column.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// Its place, from 0.
    pub place: u32,
    /// Its heading.
    pub name: String,
    /// What it holds.
    pub role: Role,
    /// True for the column that says what each row is.
    pub is_label: bool,
    /// What its values are.
    pub kind: ColumnKind,
    /// Values, missing ones left out.
    pub count: u64,
    /// Cells without a value.
    pub missing: u64,
    /// Values that are infinite.
    pub infinite: u64,
    /// Distinct values among the rows kept; at least so many if `is_distinct_least`.
    pub distinct: u64,
    /// True if there may be more distinct values than were counted.
    pub is_distinct_least: bool,
    /// Figures of the finite numbers; none if there are none.
    pub numbers: Option<Figures>,
    /// Most frequent values with how often they come, most frequent first.
    pub top: Vec<(String, u64)>,
    /// True if distinct, quantiles, top values and histogram are of a sample of the rows.
    pub is_sampled: bool,
}

/// Figures of a column of numbers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Figures {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation.
    pub deviation: f64,
    /// The values that 1, 5, 25, 50, 75, 95 and 99 % lie at or below.
    pub quantiles: [f64; 7],
    /// How many values lie in each of equal bins from `min` to `max`.
    pub histogram: Vec<u64>,
}

impl Figures {
    /// The shares of [`Figures::quantiles`].
    pub const SHARES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
}

/// A row as the page shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DataRow {
    /// Place in the table, from 0.
    pub number: u64,
    /// The cells of the requested columns, as in the file.
    pub cells: Vec<String>,
    /// Score of the row, 0 to 1; none if no model scored it.
    pub score: Option<f32>,
}

/// What an analysis says of a table.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct TableFacts {
    /// What it is.
    pub layout: Layout,
    /// Rows read.
    pub rows: u64,
    /// Rows kept with all their values.
    pub rows_kept: u64,
    /// Views and detectors that do not have enough data, and why.
    pub not_evaluated: Vec<(String, String)>,
}
