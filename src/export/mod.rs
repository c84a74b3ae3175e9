//! Flows, findings and the analysis to files.

pub mod facts;
pub mod flows_csv;
pub mod json;
pub mod report;
