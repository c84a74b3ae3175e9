//! Digests as people read them: MD5 of fingerprints, hexadecimal digits.

use md5::{Digest, Md5};
use std::fmt::Write;

/// MD5 in hexadecimal digits: a fingerprint, not a protection.
pub fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
