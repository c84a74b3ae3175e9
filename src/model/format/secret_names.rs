//! Names of parameters, options and headers whose values are secrets.

use super::percent;

/// Shown instead of a secret.
pub const MASK: &str = "••••••";

/// So often names and values may be encoded in one another.
pub(super) const MOST_NESTED: usize = 3;

/// A parameter is a secret if its name contains one of these words, in lower case and without percent-encoding. Rather a
/// harmless one is masked too than a secret shown.
const WORDS: [&str; 19] = [
    "passw",
    "pwd",
    "passphrase",
    "passcode",
    "passkey",
    "secret",
    "token",
    "auth",
    "key",
    "sig",
    "code",
    "credential",
    "session",
    "sid",
    "pin",
    "otp",
    "nonce",
    "ticket",
    "cookie",
];
/// Whole names of parameters that are secrets.
const NAMES: [&str; 3] = ["pass", "pw", "psw"];
/// Names that contain one of the words and are none.
const HARMLESS: [&str; 8] =
    ["author", "authors", "keyword", "keywords", "zipcode", "postcode", "statuscode", "country_code"];
/// Without percent-encoding.
pub(super) fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent::decode(text.as_bytes())).into_owned()
}

/// True if the value of what has this name is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let mut name = name.to_ascii_lowercase();
    for _ in 0..MOST_NESTED {
        name = decoded(&name).to_ascii_lowercase();
    }
    !HARMLESS.contains(&name.as_str())
        && (NAMES.contains(&name.as_str()) || WORDS.iter().any(|word| name.contains(word)))
}
