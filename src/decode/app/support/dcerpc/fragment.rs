//! The head of a DCE/RPC fragment (C706, section 12.6.3; MS-RPCE, section 2.2.2): what it is, its length, and its order of bytes.

use crate::decode::app::support::bytes::{self, be16, be32, le16, le32};

/// Bytes that every fragment begins with.
pub const HEAD_BYTES: usize = 16;
/// Bytes before the data of a request.
const REQUEST_BYTES: usize = 24;
const UUID_BYTES: usize = 16;
/// Bytes before the proof at the end of a fragment: type, level, padding, context.
const TRAILER_BYTES: usize = 8;
const LAST_TYPE: u8 = 19;
/// Byte of the data representation: numbers have their low bytes first, and text is ASCII.
const LOW_BYTES_FIRST: u8 = 0x10;
/// The same with the high bytes first.
const HIGH_BYTES_FIRST: u8 = 0;
/// Flag: the first fragment of a call.
const IS_FIRST: u8 = 1;
/// Flag: the last fragment of a call.
const IS_LAST: u8 = 2;
/// Flag: the id of an object comes before the data.
const HAS_OBJECT: u8 = 0x80;
/// Level of the proof from which on the data are encrypted (MS-RPCE, section 2.2.1.1.8).
const PRIVACY: u8 = 6;

/// A fragment as far as it is there.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Its type.
    pub kind: u8,
    flags: u8,
    is_low_first: bool,
    length: usize,
    auth: usize,
    bytes: &'a [u8],
}

impl<'a> Fragment<'a> {
    /// The fragment that begins here; none if there is none.
    pub fn new(bytes: &'a [u8]) -> Option<Fragment<'a>> {
        let [5, 0 | 1, kind @ 0..=LAST_TYPE, flags, order @ (LOW_BYTES_FIRST | HIGH_BYTES_FIRST), 0, 0, 0, ..] = bytes
        else {
            return None;
        };
        let mut fragment =
            Fragment { kind: *kind, flags: *flags, is_low_first: *order == LOW_BYTES_FIRST, length: 0, auth: 0, bytes };
        fragment.length = usize::from(fragment.half(8)?);
        fragment.auth = usize::from(fragment.half(10)?);
        fragment.bytes = bytes::part(bytes, 0, fragment.length);
        (bytes.len() >= HEAD_BYTES && fragment.length >= HEAD_BYTES + fragment.auth).then_some(fragment)
    }

    /// Its length.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Two bytes at a place.
    pub fn half(&self, at: usize) -> Option<u16> {
        if self.is_low_first { le16(self.bytes, at) } else { be16(self.bytes, at) }
    }

    /// Four bytes at a place.
    pub fn word(&self, at: usize) -> Option<u32> {
        if self.is_low_first { le32(self.bytes, at) } else { be32(self.bytes, at) }
    }

    /// A byte at a place.
    pub fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// A UUID at a place, its first three parts with their low bytes first.
    pub fn uuid(&self, at: usize) -> Option<[u8; UUID_BYTES]> {
        let id = *bytes::from(self.bytes, at).first_chunk()?;
        Some(if self.is_low_first { id } else { super::interfaces::swapped(id) })
    }

    /// True for the first fragment of a call.
    pub fn is_first(&self) -> bool {
        self.flags & IS_FIRST != 0
    }

    /// True if the call is of an object.
    pub fn has_object(&self) -> bool {
        self.flags & HAS_OBJECT != 0
    }

    /// The number of the call, which all its fragments and its answer have.
    pub fn call(&self) -> u32 {
        self.word(12).unwrap_or(0)
    }

    /// The data of a request, if they are not encrypted, without the proof at the end.
    pub fn stub(&self) -> &'a [u8] {
        let begin = REQUEST_BYTES + if self.has_object() { UUID_BYTES } else { 0 };
        let trailer = if self.auth == 0 { 0 } else { self.auth + TRAILER_BYTES };
        let end = self.length.saturating_sub(trailer);
        if trailer > 0 && self.byte(end + 1).is_none_or(|level| level >= PRIVACY) {
            return &[];
        }
        bytes::part(self.bytes, begin, end.saturating_sub(begin))
    }

    /// Bytes of the data of a request, encrypted or not.
    pub fn n_stub_bytes(&self) -> usize {
        let object = if self.has_object() { UUID_BYTES } else { 0 };
        let trailer = if self.auth == 0 { 0 } else { self.auth + TRAILER_BYTES };
        self.length.saturating_sub(REQUEST_BYTES + object + trailer)
    }

    /// Bytes of the data of an answer, of all its fragments, without what fills up an encrypted one.
    pub fn n_answer_bytes(&self) -> usize {
        let trailer = if self.auth == 0 { 0 } else { self.auth + TRAILER_BYTES };
        let end = self.length.saturating_sub(trailer);
        let padding = if trailer == 0 { 0 } else { self.byte(end + 2).map_or(0, usize::from) };
        let here = end.saturating_sub(REQUEST_BYTES + padding);
        // Only the first of several fragments says how much comes in all (C706, section 12.6.4.10).
        if self.flags & IS_LAST != 0 { here } else { here.max(self.word(16).map_or(0, |hint| hint as usize)) }
    }

    /// The proof at its end; empty if there is none (MS-RPCE, section 2.2.2.11).
    pub fn proof(&self) -> &'a [u8] {
        if self.auth == 0 { &[] } else { bytes::part(self.bytes, self.length - self.auth, self.auth) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_the_order_that_the_fragment_says() {
        let low = b"\x05\0\0\x83\x10\0\0\0\x2c\0\0\0\x02\0\0\0\0\0\0\0\x01\0\x0c\0ABCDEFGHIJKLMNOPstub";
        let high = b"\x05\0\0\x83\0\0\0\0\0\x2c\0\0\0\0\0\x02\0\0\0\0\0\x01\0\x0cDCBAFEHGIJKLMNOPstub";
        for bytes in [&low[..], high] {
            let fragment = Fragment::new(bytes).unwrap();
            assert_eq!(
                (fragment.length(), fragment.call(), fragment.half(20), fragment.half(22)),
                (44, 2, Some(1), Some(12))
            );
            assert_eq!((fragment.uuid(24).as_ref(), fragment.stub()), (Some(b"ABCDEFGHIJKLMNOP"), &b"stub"[..]));
        }
        assert!((0..HEAD_BYTES).all(|end| Fragment::new(&low[..end]).is_none()));
    }

    #[test]
    fn data_that_are_encrypted_are_none() {
        let of = |level: u8| {
            let mut bytes = b"\x05\0\0\x03\x10\0\0\0\x28\0\x04\0\x02\0\0\0\0\0\0\0\x01\0\x0c\0data\x0a".to_vec();
            bytes.extend([level, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
            bytes
        };
        assert_eq!(Fragment::new(&of(5)).unwrap().stub(), b"data");
        let private = of(6);
        let fragment = Fragment::new(&private).unwrap();
        assert_eq!((fragment.stub(), fragment.n_stub_bytes(), fragment.proof()), (&b""[..], 4, &[1, 2, 3, 4][..]));
    }
}
