//! A labelled table, or a capture with labels, to a trained model; and a model to what it says of another file.
//!
//! [`gather`] makes what is trained on of the pipeline's tables, [`marks`] are labels that stand in no column but in a [`label_file`], [`queries`] answers the page, [`apply`] asks a model about
//! a pipeline, and [`findings`] tells what it says. Learning itself is in [`crate::learn::trained`].

pub mod apply;
pub mod features;
pub mod findings;
pub mod gather;
pub mod label_file;
pub mod marks;
pub mod queries;

pub use apply::{Judged, apply};
pub use gather::{Wanted, gather};
pub use label_file::{LabelFile, NamedMarks};
pub use marks::Mark;
pub use queries::TrainingTask;

#[cfg(test)]
mod tests;
