//! Detectors of password guessing.

pub mod ftp_brute_force;
pub mod login_brute_force;
pub mod ssh_brute_force;
pub mod tls_brute_force;
