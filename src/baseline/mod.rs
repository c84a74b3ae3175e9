//! What is normal in a capture to what is new, gone or different in another one.
//!
//! [`profile`] sums up what there is: hosts, services, ports, applications, names, certificates, rates and distributions; it is what a
//! file keeps. [`compare`] holds two profiles against each other by named [`tests`](stat), and [`findings`] tells the outcome.

pub mod compare;
pub mod findings;
pub mod profile;
pub mod stat;

pub use compare::{Change, compare};
pub use findings::findings;
pub use profile::Profile;

#[cfg(test)]
mod tests;
