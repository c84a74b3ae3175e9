//! Who goes from one machine inside to the next.

pub mod active_directory_attack;
pub mod ftp_bounce;
pub mod kerberoasting;
pub mod lateral_movement;
pub mod remote_execution;
