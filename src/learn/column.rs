//! A column of what is learnt from, by itself: it needs no table behind it, so that another thread or worker can have it.

use super::prepare::Values;
use crate::maths::sorting::Gather;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A feature of all rows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TableColumn {
    /// Name.
    pub name: String,
    /// Unit; empty for text, plain counts and ratios, and where none is known.
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

impl Cells {
    /// The values of all rows.
    pub fn all(&self) -> Values {
        match self {
            Cells::Numbers(values) => Values::Numbers(values.clone()),
            Cells::Texts(codes, texts) => Values::Texts(codes.clone(), texts.clone()),
            Cells::Nothing => Values::NotForLearning,
        }
    }

    /// The values of some rows.
    pub fn of(&self, rows: &[u32]) -> Values {
        match self {
            Cells::Numbers(values) => {
                Values::Numbers(rows.iter().map(|row| values.get(*row as usize).copied().unwrap_or(f64::NAN)).collect())
            }
            Cells::Texts(codes, texts) => {
                let code = |row: &u32| codes.get(*row as usize).copied().flatten();
                Values::Texts(rows.iter().map(code).collect(), texts.clone())
            }
            Cells::Nothing => Values::NotForLearning,
        }
    }

    /// Adds the values of so many further rows, missing where there are none.
    pub(super) fn append(&mut self, before: usize, other: Option<&Cells>, n: usize) {
        match (&mut *self, other) {
            (Cells::Numbers(values), Some(Cells::Numbers(more))) => values.extend(more),
            (Cells::Numbers(values), _) => values.resize(before + n, f64::NAN),
            (Cells::Texts(codes, texts), Some(Cells::Texts(more, names))) => {
                let mut known: BTreeMap<String, u32> = texts.iter().cloned().zip(0..).gathered();
                let mut places = Vec::with_capacity(names.len());
                for name in names {
                    let next = texts.len() as u32;
                    let place = *known.entry(name.clone()).or_insert(next);
                    if place == next {
                        texts.push(name.clone());
                    }
                    places.push(place);
                }
                codes.extend(more.iter().map(|code| code.and_then(|code| places.get(code as usize)).copied()));
            }
            (Cells::Texts(codes, _), _) => codes.resize(before + n, None),
            (Cells::Nothing, Some(Cells::Numbers(more))) => {
                let mut values = vec![f64::NAN; before];
                values.extend(more);
                *self = Cells::Numbers(values);
            }
            (Cells::Nothing, Some(Cells::Texts(more, names))) => {
                let mut codes = vec![None; before];
                codes.extend(more);
                *self = Cells::Texts(codes, names.clone());
            }
            (Cells::Nothing, _) => {}
        }
    }
}
