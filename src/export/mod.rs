//! Analysis and tables to files for machines.

pub mod json;
