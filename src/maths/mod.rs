//! Numbers to numbers: logarithms and powers, order statistics, combinations, entropy, variance and a short hash, each defined once for all parts.

pub mod combinations;
pub mod elementary;
pub mod entropy;
pub mod fnv;
pub mod order;
pub mod variance;
