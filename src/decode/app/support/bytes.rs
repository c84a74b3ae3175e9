//! Reads numbers and texts at offsets of a message; `None` if it ends before.

use crate::decode::app::parser::ParseStep;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::field::MOST_TEXT_BYTES;

macro_rules! numbers {
    ($($name:ident $number:ty, $convert:ident, $doc:literal;)*) => {
        $(
            #[doc = $doc]
            #[inline]
            pub fn $name(bytes: &[u8], at: usize) -> Option<$number> {
                bytes.get(at..)?.first_chunk().map(|raw| <$number>::$convert(*raw))
            }
        )*
    };
}

numbers! {
    be16 u16, from_be_bytes, "Two bytes, the high one first.";
    be32 u32, from_be_bytes, "Four bytes, the highest first.";
    le16 u16, from_le_bytes, "Two bytes, the low one first.";
    le32 u32, from_le_bytes, "Four bytes, the lowest first.";
    le64 u64, from_le_bytes, "Eight bytes, the lowest first.";
}

/// What begins at a place; nothing beyond the end.
#[inline]
pub fn from(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or(&[])
}

/// What begins at a place, as far as it is there.
#[inline]
pub fn part(bytes: &[u8], at: usize, length: usize) -> &[u8] {
    let rest = from(bytes, at);
    rest.get(..length).unwrap_or(rest)
}

/// What comes before the first NUL.
pub fn until_nul(bytes: &[u8]) -> &[u8] {
    part(bytes, 0, memchr::memchr(0, bytes).unwrap_or(bytes.len()))
}

/// The place where some bytes stand in others.
pub fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

/// UTF-16 with low bytes first, up to the first NUL.
pub fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|raw| u16::from_le_bytes(*raw));
    let text = char::decode_utf16(units.take(MOST_TEXT_BYTES).take_while(|unit| *unit != 0));
    text.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Adds a UTF-16 text.
pub fn add_utf16(kind: FieldId, bytes: &[u8], fields: &mut FieldBuffer) {
    fields.text(kind, &utf16(bytes));
}

/// A message of so many bytes is read: the next begins behind it, here or later.
#[inline]
pub fn pass(bytes: &[u8], n: u64) -> ParseStep {
    match usize::try_from(n) {
        Ok(n) if n <= bytes.len() => ParseStep::Took(n),
        _ => ParseStep::Skip(n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_none_or_empty() {
        let bytes = [1, 2, 3, 4, 5];
        assert_eq!((be16(&bytes, 3), be16(&bytes, 4), le32(&bytes, 1)), (Some(0x0405), None, Some(0x0504_0302)));
        assert_eq!((part(&bytes, 3, 9), part(&bytes, 9, 1), from(&bytes, 6)), (&[4, 5][..], &[][..], &[][..]));
        assert_eq!(until_nul(b"ab\0c"), b"ab");
        assert_eq!(utf16(b"a\0\xe4\0\0\0b\0"), "aä");
        assert_eq!((pass(&bytes, 5), pass(&bytes, 6)), (ParseStep::Took(5), ParseStep::Skip(6)));
    }
}
