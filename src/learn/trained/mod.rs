//! Learning from labels: rows with a class each to a model that says how likely a row is an attack, how good that is on rows that it
//! was not trained on, and what speaks against believing it.
//!
//! [`table`] is what is trained on, [`recipe`] prepares it, one of [`CLASSIFIERS`] learns, [`validate`] tests in [`folds`] and looks for
//! [`leaks`], and [`model`] is what is kept.

mod binned;
pub mod calibration;
pub mod classifier;
mod extra_trees;
pub mod folds;
mod forest;
pub mod leaks;
mod logistic_regression;
pub mod measures;
pub mod model;
mod naive_bayes;
mod nearest;
mod random_forest;
pub mod recipe;
pub mod register;
pub mod table;
mod tree;
pub mod validate;

pub use classifier::Classifier;
pub use folds::FoldKind;
pub use measures::Measures;
pub use model::{ModelCard, ModelFile, TrainedModel};
pub use register::{CLASSIFIERS, classifier};
pub use table::LabelledTable;
pub use validate::{Plan, Validation, validate};

#[cfg(test)]
mod tests;
