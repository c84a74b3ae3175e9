//! Names of cipher suites: those of IANA's registry "TLS Cipher Suites" but for GOST's, and a few of drafts that were in use. tls-parser has
//! the same names and served for them alone: without it the page is 3 kB lighter, and a dozen crates are not compiled for its table.

use std::sync::LazyLock;

/// Lines of a number in four hexadecimal digits and a name, in the order of the numbers.
static LINES: &str = include_str!("suites.txt");
static SUITES: LazyLock<Vec<(u16, &str)>> = LazyLock::new(|| LINES.lines().filter_map(suite).collect());

fn suite(line: &'static str) -> Option<(u16, &'static str)> {
    let (number, name) = line.split_once(' ')?;
    Some((u16::from_str_radix(number, 16).ok()?, name))
}

/// The name of a suite; none if it is not listed.
pub fn name(number: u16) -> Option<&'static str> {
    let place = SUITES.binary_search_by_key(&number, |(number, _)| *number).ok()?;
    SUITES.get(place).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_have_the_names_of_the_registry() {
        assert_eq!((SUITES.len(), LINES.lines().count()), (352, 352));
        assert!(SUITES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(name(0), Some("TLS_NULL_WITH_NULL_NULL"));
        assert_eq!(name(0x002f), Some("TLS_RSA_WITH_AES_128_CBC_SHA"));
        assert_eq!(name(0x1301), Some("TLS_AES_128_GCM_SHA256"));
        assert_eq!(name(0xcca9), Some("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"));
        for grease in [0x0a0a, 0xfafa] {
            assert_eq!(name(grease), None);
        }
    }
}
