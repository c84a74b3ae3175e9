//! Numbers to numbers: logarithms and powers, order statistics, combinations, entropy, variance and a short hash, texts that
//! write numbers, and lists into order, each defined once for all parts.

pub mod combinations;
pub mod elementary;
pub mod entropy;
pub mod fnv;
pub mod layout;
pub mod number;
pub mod order;
pub mod sorting;
pub mod variance;
