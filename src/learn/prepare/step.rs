//! What preparation did to a column, as a fact and in words.

use crate::model::format::quantity::{counted, percent};

/// One thing that was done before learning.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Heading of the column.
    pub column: String,
    /// What was done.
    pub what: What,
}

/// What was done.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// Left out: it says who, when or what a row was.
    NotForLearning,
    /// Left out: no row has a value.
    Empty,
    /// Left out: all rows have the same value.
    Constant,
    /// Left out: it says the same as another one, up to its unit.
    Duplicate {
        /// Heading of the other one.
        of: String,
    },
    /// Left out: hardly any text comes twice.
    Identifier,
    /// Left out: there are too many columns.
    TooMany,
    /// The logarithm of its distance from the median was taken.
    Logarithm,
    /// Infinite values stand at the end of the finite ones.
    Held {
        /// Rows.
        n: u64,
    },
    /// Missing values stay missing.
    Missing {
        /// Rows.
        n: u64,
        /// Of so many.
        of: u64,
        /// Whether the value is missing became a feature of its own.
        has_feature: bool,
    },
    /// Each of its texts became a feature.
    OneEach {
        /// Features.
        n: u64,
    },
    /// How rare its text is became a feature.
    Rarity {
        /// Texts.
        n: u64,
    },
}

impl Step {
    /// In words.
    pub fn sentence(&self) -> String {
        let column = &self.column;
        match &self.what {
            What::NotForLearning => {
                format!("{column} is left out: it says who, when or what a row was, not how it behaved.")
            }
            What::Empty => format!("{column} is left out: no row has a value."),
            What::Constant => format!("{column} is left out: all rows have the same value."),
            What::Duplicate { of } => format!("{column} is left out: it says the same as {of}."),
            What::Identifier => format!("{column} is left out: most rows have a text of their own."),
            What::TooMany => format!("{column} is left out: there are more columns than can be compared."),
            What::Logarithm => {
                format!("{column} has values far out, so the logarithm of the distance from the median is compared.")
            }
            What::Held { n } => {
                let values = counted(*n, "infinite value counts", "infinite values count");
                format!("{column}: {values} as the largest or smallest finite one.")
            }
            What::Missing { n, of, has_feature } => {
                let rows = counted(*n, "row has", "rows have");
                let share = percent(*n as f64, *of as f64);
                let then = if *has_feature { "; that it is missing is compared too" } else { "" };
                format!("{column}: {rows} no value ({share}) and nothing is assumed for it{then}.")
            }
            What::OneEach { n } => format!("{column} became {} of yes or no.", counted(*n, "feature", "features")),
            What::Rarity { n } => {
                format!("{column} has {}; how rare a row's text is, is compared.", counted(*n, "text", "texts"))
            }
        }
    }
}
