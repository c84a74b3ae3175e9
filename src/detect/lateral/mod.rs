//! Detectors of movement from one internal machine to the next.

pub mod active_directory_attack;
pub mod directory_search;
pub mod ftp_bounce;
pub mod kerberoasting;
pub mod lateral_movement;
pub mod overpass_the_hash;
pub mod remote_execution;
