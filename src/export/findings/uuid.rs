//! Ids that are made of what they stand for.

use md5::{Digest, Md5};

/// A UUID made of a name, as version 3 makes it (RFC 9562, section 5.3).
pub(super) fn uuid(name: &str) -> String {
    /// Namespace of STIX's own ids of observables (section 2.9).
    const NAMESPACE: [u8; 16] =
        [0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7];
    let mut hasher = Md5::new();
    hasher.update(NAMESPACE);
    hasher.update(name.as_bytes());
    let mut bits = u128::from_be_bytes(hasher.finalize().into());
    bits = bits & !(0xf << 76) | 3 << 76;
    bits = bits & !(0x3 << 62) | 2 << 62;
    let digits = format!("{bits:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_3() {
        // Python: uuid.uuid3(uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), "ipv4-addr 10.0.0.1")
        assert_eq!(uuid("ipv4-addr 10.0.0.1"), "77b334aa-c9b8-3991-be47-6f48abad231d");
    }
}
