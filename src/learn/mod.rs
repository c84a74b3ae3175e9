//! Learning: any table of numbers to how unusual each row is, why, and from which score on that matters; and with labels, in
//! [`trained`], to what each row is.
//!
//! [`prepare`] makes comparable columns of a table and says what it did, each of [`METHODS`] learns from them and scores
//! the rows ([`scoring`]), [`consensus`] is the mean of the ranks that a set of methods gives, [`threshold`] proposes where to
//! cut, and [`explain`] says what made a row stand out. [`model`] is for the two detectors of flows, which judge by the
//! same forest and components.

pub mod agreement;
pub mod autoencoder;
pub mod column;
pub mod consensus;
pub mod covariance;
pub mod explain;
pub mod forest;
pub mod linear;
pub mod matrix;
pub mod method;
pub mod model;
pub mod neighbours;
pub mod outlier;
pub mod plane;
pub mod prepare;
pub mod products;
pub mod random;
pub mod reference;
pub mod register;
pub mod scale;
pub mod scoring;
pub mod tails;
pub mod threshold;
pub mod trace;
pub mod trained;
pub mod work;

pub use method::{Method, Refusal};
pub use register::{CONSENSUS, METHODS, method};

#[cfg(test)]
mod tests;
