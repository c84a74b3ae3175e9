//! Bytes to a short hash that is the same on every platform and in every release: FNV-1a, 32 bits (Fowler, Noll and Vo).
//!
//! Names nothing of ours: the build script, which cannot use the crate, includes this file.

/// The hash of no bytes.
pub const OF_NOTHING: u32 = 0x811c_9dc5;

/// The hash of what `hash` is of and these bytes behind it.
pub fn add(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_reference() {
        let of = |text: &str| add(OF_NOTHING, text.as_bytes());
        assert_eq!((of(""), of("a"), of("foobar")), (0x811c_9dc5, 0xe40c_292c, 0xbf9c_f968));
        assert_eq!(add(of("foo"), b"bar"), of("foobar"));
    }
}
