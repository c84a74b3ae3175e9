//! Training rows to a recipe (how their columns became comparable numbers), and any other rows, by it, to the same numbers.

use super::table::{LabelledTable, Part};
use crate::learn::column::{Cells, TableColumn};
use crate::learn::matrix::Matrix;
use crate::learn::method::Refusal;
use crate::learn::prepare::{FeatureKind, Prepared, Scaling, Source, Step, Values, prepare_with};
use crate::learn::work::Work;
use crate::maths::elementary::ln;
use crate::maths::sorting::Gather;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most texts of a column that become a feature each: a label says which of them matter.
const MOST_TEXTS: usize = 100;

/// How rows are prepared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Recipe {
    /// The columns that are needed.
    pub columns: Vec<NeededColumn>,
    /// What is made of them.
    pub features: Vec<PreparedFeature>,
}

/// A column that is needed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NeededColumn {
    /// Name.
    pub name: String,
    /// Unit; empty for text, plain counts and ratios, and where none is known.
    pub unit: String,
    /// Texts, not numbers.
    pub is_text: bool,
}

/// A prepared number.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PreparedFeature {
    /// For people.
    pub name: String,
    /// Its column among those needed.
    pub column: usize,
    /// What the number is, before it is scaled.
    pub reading: Reading,
    /// How it is scaled.
    pub scaling: Scaling,
    /// The median, scaled: stands for what is missing where that must be a number.
    pub typical: f32,
}

/// What a number is made of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Reading {
    /// The value.
    Number,
    /// 1 for this text, else 0.
    Text(String),
    /// 1 where there is no value, else 0.
    IsMissing,
    /// How rare the text was among the training rows: the negative logarithm of its share; one that was not there counts as
    /// often as once.
    Rarity {
        /// By text.
        of: BTreeMap<String, f64>,
        /// Of a text that was not there.
        unseen: f64,
    },
}

/// Why a recipe cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mismatch {
    /// Columns that are not there.
    pub missing: Vec<String>,
    /// Columns in another unit: name, unit of the recipe, unit here.
    pub other_unit: Vec<(String, String, String)>,
    /// Columns that are texts on one side and numbers on the other.
    pub other_kind: Vec<String>,
}

impl Mismatch {
    /// In words.
    pub fn sentence(&self) -> String {
        let mut parts = Vec::new();
        let unit = |unit: &str| if unit.is_empty() { "none".to_owned() } else { unit.to_owned() };
        if !self.missing.is_empty() {
            parts.push(format!("there is no {}", self.missing.join(", ")));
        }
        let units = self.other_unit.iter();
        parts.extend(units.map(|(name, own, here)| format!("the unit of {name} is {}, not {}", unit(here), unit(own))));
        if !self.other_kind.is_empty() {
            let names = self.other_kind.join(", ");
            parts.push(format!("of {names} one has numbers and the other texts"));
        }
        parts.join("; ")
    }
}

impl Recipe {
    /// Learns how to prepare from some rows of a table, which are given prepared; and what was done, step by step.
    pub fn learn(table: &LabelledTable, rows: &[u32], work: &mut Work<'_>) -> Result<(Recipe, Prepared), Refusal> {
        let part = Part { table, rows };
        let prepared = prepare_with(&part, MOST_TEXTS, work)?;
        let mut recipe = Recipe { columns: Vec::new(), features: Vec::new() };
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        for feature in &prepared.features {
            let Some(column) = table.columns.get(feature.column) else { continue };
            let place = *places.entry(feature.column).or_insert_with(|| {
                recipe.columns.push(NeededColumn {
                    name: column.name.clone(),
                    unit: column.unit.clone(),
                    is_text: matches!(column.cells, Cells::Texts(..)),
                });
                recipe.columns.len() - 1
            });
            let text = |code: u32| match &column.cells {
                Cells::Texts(_, texts) => texts.get(code as usize).cloned().unwrap_or_default(),
                _ => String::new(),
            };
            let reading = match feature.kind {
                FeatureKind::Number => Reading::Number,
                FeatureKind::Text(code) => Reading::Text(text(code)),
                FeatureKind::IsMissing => Reading::IsMissing,
                FeatureKind::Rarity => rarity(part.values(feature.column)),
            };
            recipe.features.push(PreparedFeature {
                name: feature.name.clone(),
                column: place,
                reading,
                scaling: feature.scaling,
                typical: feature.typical,
            });
        }
        Ok((recipe, prepared))
    }

    /// The places of the needed columns among those that there are.
    pub fn places(&self, columns: &[TableColumn]) -> Result<Vec<usize>, Mismatch> {
        let mut mismatch = Mismatch::default();
        let mut places = Vec::with_capacity(self.columns.len());
        for needed in &self.columns {
            let Some(place) = columns.iter().position(|column| column.name == needed.name) else {
                mismatch.missing.push(needed.name.clone());
                continue;
            };
            let Some(column) = columns.get(place) else { continue };
            if column.unit != needed.unit {
                mismatch.other_unit.push((needed.name.clone(), needed.unit.clone(), column.unit.clone()));
            }
            if needed.is_text != matches!(column.cells, Cells::Texts(..)) && has_values(&column.cells) {
                mismatch.other_kind.push(needed.name.clone());
            }
            places.push(place);
        }
        if mismatch == Mismatch::default() { Ok(places) } else { Err(mismatch) }
    }

    /// Prepares some rows; `places` are those of the needed columns. What is missing is not a number.
    pub fn rows(&self, columns: &[TableColumn], places: &[usize], rows: &[u32]) -> Matrix {
        let mut matrix = Matrix::new(self.features.len());
        matrix.extend_rows(rows.len());
        for (number, feature) in self.features.iter().enumerate() {
            let place = places.get(feature.column).copied().unwrap_or(usize::MAX);
            let values = columns.get(place).map_or(Values::NotForLearning, |column| column.cells.of(rows));
            let values: Vec<f32> = numbers(&feature.reading, &values, rows.len())
                .into_iter()
                .map(|value| feature.scaling.apply(value))
                .collect();
            matrix.set_column(number, &values);
        }
        matrix
    }

    /// The same with the median for what is missing.
    pub fn filled(&self, rows: &Matrix) -> Matrix {
        let mut filled = Matrix::new(self.features.len());
        for row in rows.rows() {
            filled.push_with(|out| {
                for ((slot, x), feature) in out.iter_mut().zip(row).zip(&self.features) {
                    *slot = if x.is_nan() { feature.typical } else { *x };
                }
            });
        }
        filled
    }
}

fn has_values(cells: &Cells) -> bool {
    match cells {
        Cells::Numbers(values) => values.iter().any(|value| !value.is_nan()),
        Cells::Texts(codes, _) => codes.iter().any(Option::is_some),
        Cells::Nothing => false,
    }
}

/// The steps of preparation, a sentence each.
pub fn sentences(steps: &[Step]) -> Vec<String> {
    steps.iter().map(Step::sentence).collect()
}

fn rarity(values: Values) -> Reading {
    let Values::Texts(codes, texts) = values else {
        return Reading::Rarity { of: BTreeMap::new(), unseen: 0.0 };
    };
    let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
    codes.iter().flatten().for_each(|code| *counts.entry(*code).or_default() += 1);
    let n = counts.values().sum::<u64>().max(1) as f64;
    let named = |(code, count): (u32, u64)| Some((texts.get(code as usize)?.clone(), -ln(count as f64 / n)));
    Reading::Rarity { of: counts.into_iter().filter_map(named).gathered(), unseen: -ln(1.0 / n) }
}

/// What a reading makes of the values of a column.
fn numbers(reading: &Reading, values: &Values, n: usize) -> Vec<f64> {
    let yes = |is: bool| f64::from(u8::from(is));
    match (reading, values) {
        (Reading::Number, Values::Numbers(values)) => values.clone(),
        (Reading::IsMissing, Values::Numbers(values)) => values.iter().map(|value| yes(value.is_nan())).collect(),
        (Reading::IsMissing, Values::Texts(codes, _)) => codes.iter().map(|code| yes(code.is_none())).collect(),
        (Reading::IsMissing, Values::NotForLearning) => vec![1.0; n],
        (Reading::Text(own), Values::Texts(codes, texts)) => {
            let own = texts.iter().position(|text| text == own);
            let is = |code: u32| yes(own == Some(code as usize));
            codes.iter().map(|code| code.map_or(f64::NAN, is)).collect()
        }
        (Reading::Rarity { of, unseen }, Values::Texts(codes, texts)) => {
            let by_code: Vec<f64> = texts.iter().map(|text| of.get(text).copied().unwrap_or(*unseen)).collect();
            let rarity = |code: u32| by_code.get(code as usize).copied().unwrap_or(*unseen);
            codes.iter().map(|code| code.map_or(f64::NAN, rarity)).collect()
        }
        _ => vec![f64::NAN; n],
    }
}
