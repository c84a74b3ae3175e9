//! Detectors of unusual commands to devices of plants and utilities.

pub mod industrial_control;
