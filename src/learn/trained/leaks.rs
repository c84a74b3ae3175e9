//! Signs that a classifier will look better here than it is: rows that come twice, columns that count rows or say what a row is,
//! rows in an order that gives the answer away.

use super::folds::{Fold, FoldKind};
use super::table::LabelledTable;
use crate::learn::column::Cells;
use crate::learn::matrix::Matrix;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::format::quantity::{counted, percent};
use crate::stats::ranking::rank;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// From this area under the ROC curve on a single column separates the classes.
const SEPARATES: f64 = 0.995;
/// From this share of rows on whose class their value of a column gives, the column says what a row is.
const TELLS: f64 = 0.999;
/// Most different values of a column that may be a second label.
const MOST_VALUES: usize = 64;
/// Fewest rows to judge a column by.
const FEWEST_ROWS: usize = 50;
/// How much of the way from chance to certainty the class of the row before gives away before that is said.
const SERIAL: f64 = 0.8;

/// A sign of a leak.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Leak {
    /// What kind: `duplicates`, `contradictions`, `row_number`, `second_label`, `separates`, `order`.
    pub kind: String,
    /// The column, if it is about one.
    pub column: Option<String>,
    /// In words.
    pub sentence: String,
}

fn leak(kind: &str, column: Option<&str>, sentence: String) -> Leak {
    Leak { kind: kind.to_owned(), column: column.map(str::to_owned), sentence }
}

/// What the columns and the order of rows give away.
pub fn of_table(table: &LabelledTable, folds: FoldKind) -> Vec<Leak> {
    let mut leaks = Vec::new();
    if table.n_rows < FEWEST_ROWS {
        return leaks;
    }
    for column in &table.columns {
        leaks.extend(of_column(table, &column.name, &column.cells));
    }
    if folds == FoldKind::Stratified {
        leaks.extend(order(table));
    }
    leaks
}

fn of_column(table: &LabelledTable, name: &str, cells: &Cells) -> Option<Leak> {
    if let Cells::Numbers(values) = cells
        && is_row_number(values)
    {
        let sentence = format!(
            "{name} has another value in every row, in the order of the rows: it counts them. Leave it out with --features \"-{name}\"."
        );
        return Some(leak("row_number", Some(name), sentence));
    }
    let keys = keys(cells)?;
    let n_values = keys.iter().copied().gathered::<BTreeSet<u64>>().len();
    let separation = if let Cells::Numbers(values) = cells { separation(table, values) } else { 0.5 };
    if n_values <= MOST_VALUES && told(table, &keys) >= TELLS {
        let sentence = format!(
            "{name} alone says what a row is: it may be a second label, or be made of one. Leave it out with --features \"-{name}\" \
             unless it is known before the label is."
        );
        return Some(leak("second_label", Some(name), sentence));
    }
    (separation >= SEPARATES).then(|| {
        let sentence = format!(
            "{name} alone separates attacks from other rows (area under its ROC curve {separation:.4}). Make sure that this is \
             how attacks behave, not how the data was made."
        );
        leak("separates", Some(name), sentence)
    })
}

fn is_row_number(values: &[f64]) -> bool {
    let is_up = values.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    let is_down = values.windows(2).all(|pair| matches!(pair, [a, b] if a > b));
    is_up || is_down
}

/// The values of a column as something to compare; none of one without values.
fn keys(cells: &Cells) -> Option<Vec<u64>> {
    match cells {
        Cells::Numbers(values) => Some(values.iter().map(|value| value.to_bits()).collect()),
        Cells::Texts(codes, _) => Some(codes.iter().map(|code| code.map_or(u64::MAX, u64::from)).collect()),
        Cells::Nothing => None,
    }
}

/// Share of the way from knowing nothing to certainty about attacks that the value of a column gives.
fn told(table: &LabelledTable, keys: &[u64]) -> f64 {
    let mut counts: BTreeMap<u64, [u64; 2]> = BTreeMap::new();
    for (row, key) in (0..).zip(keys) {
        let place = usize::from(table.is_attack(row));
        counts.entry(*key).or_default().iter_mut().skip(place).take(1).for_each(|n| *n += 1);
    }
    // A value of few rows says what they are by chance.
    let right: u64 = counts.values().filter(|[a, b]| a + b >= 5).map(|[a, b]| *a.max(b)).sum();
    let n_attacks = table.n_attacks() as f64;
    let chance = (n_attacks / table.n_rows as f64).max(1.0 - n_attacks / table.n_rows as f64);
    (right as f64 / table.n_rows as f64 - chance) / (1.0 - chance).max(1e-9)
}

/// Area under the ROC curve of a column alone, in the direction that is better.
fn separation(table: &LabelledTable, values: &[f64]) -> f64 {
    let all: Vec<u32> = (0..).take(table.n_rows).collect();
    let scores: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    let auroc = rank(&scores, &vec![false; scores.len()], &table.labels(&all)).auroc;
    auroc.max(1.0 - auroc)
}

/// Rows next to one another in time, or in the file, that are of the same class far more often than by chance.
fn order(table: &LabelledTable) -> Option<Leak> {
    let mut order: Vec<u32> = (0..).take(table.n_rows).collect();
    if let Some(times) = &table.times {
        order.arrange_by_key(|row| times.get(*row as usize).copied().unwrap_or(0));
    }
    let same = order.windows(2).filter(|pair| matches!(pair, [a, b] if table.is_attack(*a) == table.is_attack(*b)));
    let share = same.count() as f64 / order.len().saturating_sub(1).max(1) as f64;
    let p = table.n_attacks() as f64 / table.n_rows as f64;
    let chance = p * p + (1.0 - p) * (1.0 - p);
    ((share - chance) / (1.0 - chance).max(1e-9) >= SERIAL).then(|| {
        let sentence = format!(
            "In order of {}, {} of the rows are of the same kind as the one before ({} by chance): folds at random train and test on \
             the same bursts. Folds by time or group show what holds for traffic that comes later or from others.",
            if table.times.is_some() { "time" } else { "the file" },
            percent(share, 1.0),
            percent(chance, 1.0),
        );
        leak("order", None, sentence)
    })
}

/// A hash of a prepared row.
fn hash(row: &[f32]) -> u64 {
    row.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, x| {
        (hash.rotate_left(5) ^ u64::from(x.to_bits())).wrapping_mul(0x517c_c1b7_2722_0a95)
    })
}

/// For each row that is tested in a fold, whether no row that is trained on there is prepared to the same numbers.
pub fn is_new(train: &Matrix, test: &Matrix) -> Vec<bool> {
    let known: BTreeSet<u64> = train.rows().map(hash).gathered();
    test.rows().map(|row| !known.contains(&hash(row))).collect()
}

/// What rows that come twice give away.
pub fn of_duplicates(n_tested: usize, n_seen: usize, folds: &[Fold]) -> Option<Leak> {
    (n_seen > 0 && !folds.is_empty()).then(|| {
        let sentence = format!(
            "{} of {} tested ({}) are equal in all features to one that was trained on: a classifier need only remember them. \
             The figures of new rows leave them out.",
            counted(n_seen as u64, "row", "rows"),
            counted(n_tested as u64, "row", "rows"),
            percent(n_seen as f64, n_tested as f64),
        );
        leak("duplicates", None, sentence)
    })
}

/// Rows that are equal in all features and yet of different kinds.
pub fn of_contradictions(table: &LabelledTable, rows: &Matrix) -> Option<Leak> {
    let mut kinds: BTreeMap<u64, [u64; 2]> = BTreeMap::new();
    for (row, number) in rows.rows().zip(0..) {
        let place = usize::from(table.is_attack(number));
        kinds.entry(hash(row)).or_default().iter_mut().skip(place).take(1).for_each(|n| *n += 1);
    }
    let n: u64 = kinds.values().map(|[a, b]| *a.min(b)).sum();
    (n > 0).then(|| {
        let sentence = format!(
            "{} equal in all features to one of the other kind: no classifier can be right about both.",
            counted(n, "row is", "rows are")
        );
        leak("contradictions", None, sentence)
    })
}
