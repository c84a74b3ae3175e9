//! Fields of binary messages, taken one after the other from the front.

/// The first `N` bytes.
pub fn array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

/// The first `n` bytes.
pub fn bytes<'a>(bytes: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (first, rest) = bytes.split_at_checked(n)?;
    *bytes = rest;
    Some(first)
}

/// A byte.
pub fn byte(bytes: &mut &[u8]) -> Option<u8> {
    array(bytes).map(|[byte]| byte)
}

/// Two bytes, the higher first.
pub fn be16(bytes: &mut &[u8]) -> Option<u16> {
    array(bytes).map(u16::from_be_bytes)
}

/// Four bytes, the highest first.
pub fn be32(bytes: &mut &[u8]) -> Option<u32> {
    array(bytes).map(u32::from_be_bytes)
}

/// Bytes with their number in two bytes before them.
pub fn counted16<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let n = be16(bytes)?;
    self::bytes(bytes, usize::from(n))
}

/// Bytes with their number in one byte before them.
pub fn counted8<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let n = byte(bytes)?;
    self::bytes(bytes, usize::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_taken_in_order_and_never_past_the_end() {
        let mut rest: &[u8] = b"\x07\x01\x02\0\x02ab\x01c\0\0\0\x05\xff";
        assert_eq!(byte(&mut rest), Some(7));
        assert_eq!(be16(&mut rest), Some(0x0102));
        assert_eq!(counted16(&mut rest), Some(&b"ab"[..]));
        assert_eq!(counted8(&mut rest), Some(&b"c"[..]));
        assert_eq!(be32(&mut rest), Some(5));
        assert_eq!(be16(&mut rest), None);
        assert_eq!(counted8(&mut rest), None);
    }
}
