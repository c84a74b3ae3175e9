//! Flows, hosts, pairs, time windows or rows to what is unusual among them: the matrix is made from the pipeline's tables, learning
//! works on that alone, wherever it runs, and what came of it is told in small answers.
//!
//! [`Subjects`] says what the rows of the matrix are and what is known of each, [`Task`] is the matrix with what was chosen,
//! [`Learner`] learns from it, and [`AnomalyQueries`] answers the page's questions with all three.

mod counted;
mod cuts;
mod demonstration;
mod ends;
mod feature;
mod flow_figures;
mod learner;
mod offer;
mod queries;
mod spans;
mod subjects;
mod table_rows;
mod task;

pub use demonstration::demonstration;
pub use feature::Feature;
pub use learner::Learner;
pub use offer::{method_offer, parameter_offers};
pub use queries::{AnomalyQueries, chosen_methods};
pub use subjects::Subjects;
pub use task::Task;

#[cfg(test)]
mod tests;
