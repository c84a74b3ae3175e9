//! Detectors of exposed secrets: passwords and weak encryption.

pub mod cleartext_login;
pub mod weak_tls;
