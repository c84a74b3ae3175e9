//! A table to comparable columns of numbers, and what was done to it.

mod feature;
pub mod source;
pub mod step;

pub use feature::{Feature, FeatureKind, Scaling};
pub use source::{Source, Values};
pub use step::{Step, What};

use super::matrix::Matrix;
use super::method::Refusal;
use super::work::{Work, share};
use crate::maths::elementary::ln;
use feature::scale;
use std::collections::BTreeMap;

/// Most features: methods that look at pairs of them take too long past it.
const MOST_FEATURES: usize = 512;
/// Most texts of a column that become a feature each where no label says which of them matter.
const MOST_TEXTS: usize = 12;
/// Least and largest share of rows without a value for that to become a feature: where few rows lack it or few have it, those
/// would be unusual for nothing else.
const MISSING_SHARES: std::ops::RangeInclusive<f64> = 0.2..=0.8;

/// A table that methods can learn from.
pub struct Prepared {
    /// One row each; NaN is missing.
    rows: Matrix,
    /// The same with the median for what is missing, if anything is.
    filled: Option<Matrix>,
    /// One a column of `rows`.
    pub features: Vec<Feature>,
    /// What was done, in the order of the columns.
    pub steps: Vec<Step>,
}

impl Prepared {
    /// Rows with NaN for what is missing.
    pub fn rows(&self) -> &Matrix {
        &self.rows
    }

    /// Rows with the median for what is missing.
    pub fn filled(&self) -> &Matrix {
        self.filled.as_ref().unwrap_or(&self.rows)
    }

    /// A row of medians.
    pub fn typical(&self) -> Vec<f32> {
        self.features.iter().map(|feature| feature.typical).collect()
    }
}

/// Prepares all columns of a table.
pub fn prepare(source: &dyn Source, work: &mut Work<'_>) -> Result<Prepared, Refusal> {
    prepare_with(source, MOST_TEXTS, work)
}

/// The same; a column of at most so many texts becomes a feature for each.
pub fn prepare_with(source: &dyn Source, most_texts: usize, work: &mut Work<'_>) -> Result<Prepared, Refusal> {
    let (n_rows, n_columns) = (source.n_rows(), source.n_columns());
    let mut columns = Columns { most_texts, ..Columns::default() };
    for column in 0..n_columns {
        // Sorting takes most of it.
        work.spend(n_rows * 100, share(column, n_columns))?;
        if columns.features.len() >= MOST_FEATURES {
            columns.note(source.name(column), What::TooMany);
            continue;
        }
        match source.values(column) {
            Values::Numbers(values) => columns.add_numbers(source.name(column), column, values),
            Values::Texts(codes, texts) => columns.add_texts(source.name(column), column, &codes, &texts),
            Values::NotForLearning => columns.note(source.name(column), What::NotForLearning),
        }
    }
    if columns.features.is_empty() {
        let why = "The table has no column that varies and is not a label, so there are no outliers.";
        return Err(Refusal::NotEnough(why.to_owned()));
    }
    Ok(columns.together(n_rows))
}

#[derive(Default)]
struct Columns {
    most_texts: usize,
    features: Vec<Feature>,
    values: Vec<Vec<f32>>,
    /// Features by a hash of their values.
    known: BTreeMap<u64, Vec<usize>>,
    steps: Vec<Step>,
}

impl Columns {
    fn note(&mut self, column: String, what: What) {
        self.steps.push(Step { column, what });
    }

    fn add_numbers(&mut self, name: String, column: usize, mut values: Vec<f64>) {
        let finite = || values.iter().copied().filter(|x| x.is_finite());
        let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        let n_infinite = values.iter().filter(|x| x.is_infinite()).count() as u64;
        let n_missing = values.iter().filter(|x| x.is_nan()).count();
        if n_missing == values.len() || low > high {
            self.note(name, What::Empty);
            return;
        }
        if n_infinite > 0 {
            values.iter_mut().filter(|x| !x.is_nan()).for_each(|x| *x = x.clamp(low, high));
            self.note(name.clone(), What::Held { n: n_infinite });
        }
        let is_missing: Vec<bool> = values.iter().map(|x| x.is_nan()).collect();
        self.add(&values, name.clone(), name.clone(), column, FeatureKind::Number);
        drop(values);
        self.add_missing(&name, column, &is_missing, n_missing);
    }

    fn add_texts(&mut self, name: String, column: usize, codes: &[Option<u32>], texts: &[String]) {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        codes.iter().flatten().for_each(|code| *counts.entry(*code).or_default() += 1);
        let n_known: u64 = counts.values().sum();
        match counts.len() {
            0 => self.note(name, What::Empty),
            1 if n_known as usize == codes.len() => self.note(name, What::Constant),
            n if n <= self.most_texts => {
                let before = self.features.len();
                for code in counts.keys() {
                    let yes = |other: &Option<u32>| other.map_or(f64::NAN, |other| f64::from(u8::from(other == *code)));
                    let values: Vec<f64> = codes.iter().map(yes).collect();
                    let text = texts.get(*code as usize).map_or("another text", String::as_str);
                    self.add(&values, name.clone(), format!("{name} is {text}"), column, FeatureKind::Text(*code));
                }
                self.note(name.clone(), What::OneEach { n: (self.features.len() - before) as u64 });
                let is_missing: Vec<bool> = codes.iter().map(Option::is_none).collect();
                self.add_missing(&name, column, &is_missing, codes.len() - n_known as usize);
            }
            n if n as u64 * 2 > n_known => self.note(name, What::Identifier),
            n => {
                let rarity = |code: &Option<u32>| {
                    let count = code.and_then(|code| counts.get(&code));
                    count.map_or(f64::NAN, |count| -ln(*count as f64 / n_known as f64))
                };
                let values: Vec<f64> = codes.iter().map(rarity).collect();
                self.note(name.clone(), What::Rarity { n: n as u64 });
                self.add(&values, name.clone(), format!("Rarity of {name}"), column, FeatureKind::Rarity);
            }
        }
    }

    fn add_missing(&mut self, name: &str, column: usize, is_missing: &[bool], n: usize) {
        if n == 0 {
            return;
        }
        let of = is_missing.len();
        let has_feature = MISSING_SHARES.contains(&(n as f64 / of as f64));
        self.note(name.to_owned(), What::Missing { n: n as u64, of: of as u64, has_feature });
        if has_feature {
            let values: Vec<f64> = is_missing.iter().map(|is| f64::from(u8::from(*is))).collect();
            self.add(&values, name.to_owned(), format!("{name} is missing"), column, FeatureKind::IsMissing);
        }
    }

    fn add(&mut self, values: &[f64], heading: String, name: String, column: usize, kind: FeatureKind) {
        let Some((feature, prepared)) = scale(values, name, column, kind) else {
            self.note(heading, What::Constant);
            return;
        };
        let hash = prepared
            .iter()
            .fold(0_u64, |hash, x| (hash.rotate_left(5) ^ u64::from(x.to_bits())).wrapping_mul(0x517c_c1b7_2722_0a95));
        let same_bits = |other: &Vec<f32>| other.iter().map(|x| x.to_bits()).eq(prepared.iter().map(|x| x.to_bits()));
        let alike = self.known.get(&hash).map_or(&[][..], Vec::as_slice);
        let twin = alike.iter().find(|place| self.values.get(**place).is_some_and(same_bits));
        if let Some(of) = twin.and_then(|place| self.features.get(*place)).map(|feature| feature.name.clone()) {
            let what = What::Duplicate { of };
            // Of a yes-or-no feature the column is not left out, only this one.
            let column = if kind == FeatureKind::Number { heading } else { feature.name };
            self.note(column, what);
            return;
        }
        if feature.is_logarithm {
            self.note(heading, What::Logarithm);
        }
        self.known.entry(hash).or_default().push(self.features.len());
        self.features.push(feature);
        self.values.push(prepared);
    }

    fn together(self, n_rows: usize) -> Prepared {
        let mut rows = Matrix::new(self.features.len());
        rows.extend_rows(n_rows);
        for (column, values) in self.values.into_iter().enumerate() {
            rows.set_column(column, &values);
        }
        let filled = rows.rows().flatten().any(|x| x.is_nan()).then(|| {
            let mut filled = Matrix::new(self.features.len());
            for row in rows.rows() {
                filled.push_with(|out| {
                    for ((slot, x), feature) in out.iter_mut().zip(row).zip(&self.features) {
                        *slot = if x.is_nan() { feature.typical } else { *x };
                    }
                });
            }
            filled
        });
        Prepared { rows, filled, features: self.features, steps: self.steps }
    }
}

#[cfg(test)]
mod tests;
