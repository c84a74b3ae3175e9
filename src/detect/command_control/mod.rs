//! Detectors of hosts controlled from outside.

pub mod beacon;
pub mod long_connection;
pub mod mining;
pub mod remote_shell;
