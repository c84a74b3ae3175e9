//! Bytes to a short hash that is the same on every platform and in every release: FNV-1a, 32 bits (Fowler, Noll and Vo).
//!
//! Uses nothing else of this crate: the build script includes this file by its path.

/// The offset basis of FNV-1a: the hash of no bytes.
pub const OFFSET_BASIS: u32 = 0x811c_9dc5;
/// The prime of FNV-1a.
const PRIME: u32 = 0x0100_0193;

/// Continues `hash` with more bytes; the first call takes [`OFFSET_BASIS`].
pub fn add(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_reference() {
        let of = |text: &str| add(OFFSET_BASIS, text.as_bytes());
        assert_eq!((of(""), of("a"), of("foobar")), (0x811c_9dc5, 0xe40c_292c, 0xbf9c_f968));
        assert_eq!(add(of("foo"), b"bar"), of("foobar"));
    }
}
