//! Takes big-endian numbers and length-prefixed fields of binary protocols from the front of a slice.

/// What is left to read; every step answers none where bytes are missing.
pub trait TakeBytes<'a> {
    /// The next `n` bytes.
    fn take(&mut self, n: usize) -> Option<&'a [u8]>;

    /// The next bytes, as many as the array has.
    fn array<const N: usize>(&mut self) -> Option<[u8; N]>;

    /// A byte.
    #[inline]
    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes.
    #[inline]
    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Three bytes.
    #[inline]
    fn u24(&mut self) -> Option<u32> {
        self.array().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    /// Four bytes.
    #[inline]
    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A field with its length in one byte before it.
    fn field8(&mut self) -> Option<&'a [u8]> {
        let n = self.u8()?;
        self.take(n.into())
    }

    /// A field with its length in two bytes before it.
    fn field16(&mut self) -> Option<&'a [u8]> {
        let n = self.u16()?;
        self.take(n.into())
    }

    /// A field with its length in three bytes before it.
    fn field24(&mut self) -> Option<&'a [u8]> {
        let n = self.u24()?;
        self.take(n as usize)
    }

    /// A field with its length in four bytes before it.
    fn field32(&mut self) -> Option<&'a [u8]> {
        let n = self.u32()?;
        self.take(n as usize)
    }
}

impl<'a> TakeBytes<'a> for &'a [u8] {
    #[inline]
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.split_at_checked(n)?;
        *self = rest;
        Some(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.split_first_chunk::<N>()?;
        *self = rest;
        Some(*taken)
    }
}

/// The 16-bit numbers of a list.
pub fn numbers(list: &[u8]) -> impl Iterator<Item = u16> {
    list.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_turn_and_none_past_the_end() {
        let mut cursor: &[u8] = b"\x01\0\x02\0\0\x03\x02ab\0\x01c\0\0\x02de\0\0\0\x01f\0";
        assert_eq!((cursor.u8(), cursor.u16(), cursor.u24()), (Some(1), Some(2), Some(3)));
        assert_eq!((cursor.field8(), cursor.field16()), (Some(&b"ab"[..]), Some(&b"c"[..])));
        assert_eq!((cursor.field24(), cursor.field32()), (Some(&b"de"[..]), Some(&b"f"[..])));
        assert_eq!((cursor.u16(), cursor.u8(), cursor.u8()), (None, Some(0), None));
        assert_eq!(numbers(&[0, 1, 2, 3, 4]).collect::<Vec<_>>(), [1, 0x203]);
    }
}
