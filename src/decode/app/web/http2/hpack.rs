//! Header blocks of HTTP/2 to fields (RFC 7541). The table of fields that both sides build up is bounded.
//!
//! Own code: the crates that there are build their Huffman table anew for each text, or are no longer kept.

use super::huffman;
use crate::decode::app::support::take_bytes::TakeBytes;
use std::collections::VecDeque;

/// Bytes of the table unless both sides agree on more (RFC 9113, section 6.5.2).
const USUAL_BYTES: usize = 4096;
/// Most bytes of a table that is kept.
const MOST_BYTES: usize = 1 << 14;
/// What a field takes in the table besides its texts (RFC 7541, section 4.1).
const FIELD_BYTES: usize = 32;
/// Most fields of a block that are told: short codes can stand for long texts.
const MOST_ADDED: usize = 128;

/// Reads the blocks of one side, all of them and in order.
#[derive(Debug)]
pub(super) struct Decoder {
    /// The side is read from its beginning; else fields of the table are not known, and stay without a name.
    pub(super) is_whole: bool,
    /// The latest first.
    table: VecDeque<(Vec<u8>, Vec<u8>)>,
    n_bytes: usize,
    most_bytes: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder { is_whole: false, table: VecDeque::new(), n_bytes: 0, most_bytes: USUAL_BYTES }
    }
}

impl Decoder {
    /// Shows each field of a block to `add_fields`, name and value; none where the block makes no sense: then those that
    /// follow cannot be read either.
    pub(super) fn read(&mut self, block: &[u8], add_fields: &mut impl FnMut(&[u8], &[u8])) -> Option<()> {
        let mut cursor = block;
        let mut n_left = MOST_ADDED;
        let mut add_fields = |name: &[u8], value: &[u8]| {
            if n_left > 0 {
                n_left -= 1;
                add_fields(name, value);
            }
        };
        while let Some(first) = cursor.first().copied() {
            match first {
                0x80.. => {
                    let (name, value) = self.field(integer(&mut cursor, 7)?)?;
                    add_fields(name, value);
                }
                0x40.. => {
                    let (name, value) = self.literal(&mut cursor, 6)?;
                    add_fields(&name, &value);
                    self.keep(name, value);
                }
                0x20.. => {
                    self.most_bytes = Some(integer(&mut cursor, 5)?).filter(|n| *n <= MOST_BYTES)?;
                    self.shrink();
                }
                _ => {
                    let (name, value) = self.literal(&mut cursor, 4)?;
                    add_fields(&name, &value);
                }
            }
        }
        Some(())
    }

    fn literal(&self, cursor: &mut &[u8], bits: u32) -> Option<(Vec<u8>, Vec<u8>)> {
        let name = match integer(cursor, bits)? {
            0 => text(cursor)?,
            place => self.field(place)?.0.to_vec(),
        };
        Some((name, text(cursor)?))
    }

    /// Field of a place: those that everyone knows come first, from 1.
    fn field(&self, place: usize) -> Option<(&[u8], &[u8])> {
        let place = place.checked_sub(1)?;
        if let Some((name, value)) = KNOWN.get(place) {
            return Some((name.as_bytes(), value.as_bytes()));
        }
        if !self.is_whole {
            return Some((b"", b""));
        }
        self.table.get(place - KNOWN.len()).map(|(name, value)| (name.as_slice(), value.as_slice()))
    }

    fn keep(&mut self, name: Vec<u8>, value: Vec<u8>) {
        if !self.is_whole {
            return;
        }
        self.n_bytes += FIELD_BYTES + name.len() + value.len();
        self.table.push_front((name, value));
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.n_bytes > self.most_bytes
            && let Some((name, value)) = self.table.pop_back()
        {
            self.n_bytes -= FIELD_BYTES + name.len() + value.len();
        }
    }
}

/// A number that begins in the last bits of a byte (section 5.1).
fn integer(cursor: &mut &[u8], bits: u32) -> Option<usize> {
    let most = (1 << bits) - 1;
    let mut number = usize::from(cursor.u8()?) & most;
    if number < most {
        return Some(number);
    }
    for shift in [0, 7, 14] {
        let byte = cursor.u8()?;
        number += usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// A text with its length, by itself or in Huffman's code (section 5.2).
fn text(cursor: &mut &[u8]) -> Option<Vec<u8>> {
    let is_coded = cursor.first()? & 0x80 != 0;
    let n = integer(cursor, 7)?;
    let bytes = cursor.take(n)?;
    if is_coded { huffman::decode(bytes) } else { Some(bytes.to_vec()) }
}

/// Appendix A.
const KNOWN: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(decoder: &mut Decoder, block: &[u8]) -> Vec<String> {
        let mut headers = Vec::new();
        let text = String::from_utf8_lossy;
        decoder.read(block, &mut |name, value| headers.push(format!("{}={}", text(name), text(value)))).unwrap();
        headers
    }

    #[test]
    fn the_published_requests_come_out_and_the_table_grows_with_them() {
        // Appendix C.4.
        let mut decoder = Decoder { is_whole: true, ..Decoder::default() };
        let first = b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff";
        assert_eq!(
            headers(&mut decoder, first),
            [":method=GET", ":scheme=http", ":path=/", ":authority=www.example.com"]
        );
        let second = b"\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf";
        assert_eq!(
            headers(&mut decoder, second)[3..],
            [":authority=www.example.com".to_owned(), "cache-control=no-cache".to_owned()]
        );
        assert_eq!(decoder.n_bytes, 110);
        assert_eq!(headers(&mut decoder, b"\x3f\x21\xbe"), ["cache-control=no-cache"]);
        assert_eq!((decoder.n_bytes, decoder.table.len()), (53, 1));
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_no_prefix_panics() {
        for block in [&b"\x80"[..], b"\xbe", b"\x3f\xff\xff\x7f", b"\xff\xff\xff\xff\xff\x01", b"\x40\x05a"] {
            assert_eq!(Decoder { is_whole: true, ..Decoder::default() }.read(block, &mut |_, _| {}), None);
        }
        assert_eq!(headers(&mut Decoder::default(), b"\xbe\x82"), ["=", ":method=GET"]);
        let block = b"\x40\x0acustom-key\x0dcustom-header\x04\x0c/sample/path";
        for end in 0..block.len() {
            Decoder::default().read(&block[..end], &mut |_, _| {});
        }
    }

    #[test]
    fn a_few_bytes_do_not_become_fields_without_end() {
        let mut n = 0;
        Decoder::default().read(&[0x82; 4000], &mut |_, _| n += 1).unwrap();
        assert_eq!(n, MOST_ADDED);
    }
}
