//! Numbers to numbers: logarithms and powers, order statistics, entropy and variance, each defined once for all parts.

pub mod elementary;
pub mod entropy;
pub mod order;
pub mod variance;
