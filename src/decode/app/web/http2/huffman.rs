//! Texts in HPACK's Huffman code (RFC 7541, section 5.2 and appendix B).
//!
//! The code is canonical: codes of one length follow each other in the order of their bytes, and those of the next length
//! follow on. So the lengths say all of it.

const MOST_BITS: usize = 30;
/// Bytes; the sign for the end of a text is none and comes last.
const N_SIGNS: usize = 256;

/// Bits of the code of each byte.
const LENGTHS: [u8; N_SIGNS] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, //
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, //
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, //
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, //
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, //
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, //
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, //
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, //
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, //
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, //
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, //
];

/// Codes by their length.
struct Codes {
    /// The first code of each length.
    first: [u32; MOST_BITS + 1],
    /// How many codes have each length.
    n: [u32; MOST_BITS + 1],
    /// Bytes in the order of their codes.
    bytes: [u8; N_SIGNS],
}

static CODES: Codes = codes();

#[allow(clippy::indexing_slicing, reason = "runs in the compiler, where a wrong index is an error")]
const fn codes() -> Codes {
    let mut codes = Codes { first: [0; MOST_BITS + 1], n: [0; MOST_BITS + 1], bytes: [0; N_SIGNS] };
    let (mut code, mut n_placed, mut length) = (0, 0, 1);
    while length <= MOST_BITS {
        code <<= 1;
        codes.first[length] = code;
        let mut byte = 0;
        while byte < N_SIGNS {
            if LENGTHS[byte] as usize == length {
                codes.bytes[n_placed] = byte as u8;
                codes.n[length] += 1;
                n_placed += 1;
                code += 1;
            }
            byte += 1;
        }
        length += 1;
    }
    codes
}

/// The text; none where a code is none of a byte. Up to seven bits at the end fill the last byte.
pub(super) fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(bytes.len() * 3 / 2);
    let (mut code, mut length, mut n_before) = (0_u32, 0, 0);
    for bit in bytes.iter().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1)) {
        code = code << 1 | u32::from(bit);
        length += 1;
        let (first, n) = (*CODES.first.get(length)?, *CODES.n.get(length)?);
        match code.checked_sub(first).filter(|place| *place < n) {
            Some(place) => {
                text.push(*CODES.bytes.get((n_before + place) as usize)?);
                (code, length, n_before) = (0, 0, 0);
            }
            None => n_before += n,
        }
    }
    (length < 8).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_is_missing_and_the_published_texts_come_out() {
        let filled: f64 = LENGTHS.iter().map(|length| 0.5_f64.powi(i32::from(*length))).sum();
        assert_eq!(filled + 0.5_f64.powi(MOST_BITS as i32), 1.0);
        let texts: [(&[u8], &[u8]); 4] = [
            (b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff", b"www.example.com"),
            (b"\xa8\xeb\x10\x64\x9c\xbf", b"no-cache"),
            (b"\x64\x02", b"302"),
            (b"\x9d\x29\xad\x17\x18\x63\xc7\x8f\x0b\x97\xc8\xe9\xae\x82\xae\x43\xd3", b"https://www.example.com"),
        ];
        for (code, text) in texts {
            assert_eq!(decode(code).as_deref(), Some(text));
        }
        // More than seven bits of filling, and the end of text.
        assert_eq!(decode(b"\xa8\xeb\x10\x64\x9c\xbf\xff"), None);
        assert_eq!(decode(&[0xff; 4]), None);
    }
}
