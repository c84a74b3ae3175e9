//! Models that learn from the capture itself what is usual, and say which flows are not.
//!
//! A model knows nothing of attacks, so its findings are mild. No such method is better than the others on average
//! (Han et al., ADBench, NeurIPS 2022), which is why there are two of different kinds. The models
//! themselves are in [`crate::learn`].

pub mod detector;
pub mod flow_rows;
mod groups;
pub mod isolation_forest;
mod outliers;
pub mod pca;
mod rows;
mod spec;
