//! Text in UTF-16, with or without a byte order mark, to UTF-8: PowerShell and Excel write tables so.

use super::STEP_BYTES;

/// So many characters at the front show the encoding where there is no mark.
const SAMPLE_PAIRS: usize = 32;

/// State between steps.
pub struct Utf16 {
    is_big_endian: bool,
    /// The first byte of a pair whose second has not come yet.
    half: Option<u8>,
    /// The first of two units that make one character.
    high: Option<u16>,
    /// Nothing has come yet: a mark may.
    is_start: bool,
}

/// Whether text at the front is UTF-16 with the more significant byte first; none if it is not UTF-16.
pub fn byte_order(front: &[u8]) -> Option<bool> {
    match front {
        // UTF-32 begins so too.
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        _ => unmarked(front),
    }
}

/// Mostly printable Latin text, every second byte of which is zero.
fn unmarked(front: &[u8]) -> Option<bool> {
    let (pairs, _) = front.as_chunks::<2>();
    let pairs = pairs.get(..pairs.len().min(SAMPLE_PAIRS))?;
    let is_text = |byte: u8| matches!(byte, 9 | 10 | 13 | 32..=126);
    let is_mostly = |n: usize| n >= 8 && n * 5 >= pairs.len() * 4;
    let n_big = pairs.iter().filter(|[a, b]| *a == 0 && is_text(*b)).count();
    let n_little = pairs.iter().filter(|[a, b]| *b == 0 && is_text(*a)).count();
    if is_mostly(n_little) { Some(false) } else { is_mostly(n_big).then_some(true) }
}

impl Utf16 {
    /// For text in this byte order.
    pub fn new(is_big_endian: bool) -> Utf16 {
        Utf16 { is_big_endian, half: None, high: None, is_start: true }
    }

    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> usize {
        let bytes = bytes.get(..bytes.len().min(STEP_BYTES)).unwrap_or(&[]);
        for byte in bytes {
            match self.half.take() {
                None => self.half = Some(*byte),
                Some(first) if self.is_big_endian => self.unit(u16::from_be_bytes([first, *byte]), plain),
                Some(first) => self.unit(u16::from_le_bytes([first, *byte]), plain),
            }
        }
        bytes.len()
    }

    fn unit(&mut self, unit: u16, plain: &mut Vec<u8>) {
        if std::mem::take(&mut self.is_start) && unit == 0xfeff {
            return;
        }
        let high = self.high.take();
        if matches!(unit, 0xd800..=0xdbff) {
            self.high = Some(unit);
            if high.is_some() {
                push(char::REPLACEMENT_CHARACTER, plain);
            }
            return;
        }
        for character in char::decode_utf16(high.into_iter().chain([unit])) {
            push(character.unwrap_or(char::REPLACEMENT_CHARACTER), plain);
        }
    }
}

fn push(character: char, plain: &mut Vec<u8>) {
    plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_whatever_its_order_mark_and_slices() {
        let text = "No.,Time,Source,Längé 𝄞,\r\n1,0.5,10.0.0.1,x\r\n";
        for (is_big, has_mark) in [(false, true), (true, true), (false, false), (true, false)] {
            let mark = if has_mark { "\u{feff}" } else { "" };
            let units = format!("{mark}{text}");
            let bytes: Vec<u8> =
                units.encode_utf16().flat_map(|u| if is_big { u.to_be_bytes() } else { u.to_le_bytes() }).collect();
            assert_eq!(byte_order(&bytes), Some(is_big));
            for size in [1, 3, 1000] {
                let (mut reader, mut plain) = (Utf16::new(is_big), Vec::new());
                for slice in bytes.chunks(size) {
                    assert_eq!(reader.step(slice, &mut plain), slice.len());
                }
                assert_eq!(String::from_utf8(plain).unwrap(), text);
            }
        }
        assert_eq!(byte_order(b"No.,Time,Source"), None);
        assert_eq!(byte_order(&[0; 64]), None);
    }

    #[test]
    fn units_without_their_other_half_are_replaced() {
        let (mut reader, mut plain) = (Utf16::new(true), Vec::new());
        reader.step(&[0xd8, 0, 0, b'a', 0xdc, 0, 0, b'b', 0xd8, 0, 0xd8, 0, 0xdc, 0], &mut plain);
        assert_eq!(String::from_utf8(plain).unwrap(), "\u{fffd}a\u{fffd}b\u{fffd}\u{10000}");
    }
}
