//! Heads of ASN.1 values (X.690, section 8.1): tag and length, to tell messages apart and how long they are.
//!
//! Beside asn1-rs, which reads Kerberos tickets and certificates as a whole, since a stream must tell a head that is not
//! complete yet from one that is wrong, and what follows it may be damaged or missing.

/// The head of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BerHeader {
    /// First byte of the tag: class, form and number below 31.
    pub tag: u8,
    /// Bytes of the head.
    pub n_bytes: usize,
    /// Bytes of the content.
    pub length: usize,
}

impl BerHeader {
    /// Bytes of head and content.
    pub fn total(&self) -> usize {
        self.n_bytes.saturating_add(self.length)
    }
}

/// What stands where a head should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Begin {
    /// A head.
    Head(BerHeader),
    /// It needs more bytes.
    More,
    /// None of a definite length below 4 GiB.
    Wrong,
}

/// The head at the beginning of some bytes.
#[inline]
pub fn begin(bytes: &[u8]) -> Begin {
    let Some((tag, rest)) = bytes.split_first() else { return Begin::More };
    if tag & 0x1f == 0x1f {
        return Begin::Wrong;
    }
    let Some((first, rest)) = rest.split_first() else { return Begin::More };
    match usize::from(*first) {
        length @ 0..=0x7f => Begin::Head(BerHeader { tag: *tag, n_bytes: 2, length }),
        n @ 0x81..=0x84 => {
            let n = n - 0x80;
            let Some(length) = rest.get(..n) else { return Begin::More };
            let length = length.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
            Begin::Head(BerHeader { tag: *tag, n_bytes: 2 + n, length })
        }
        _ => Begin::Wrong,
    }
}

/// The value at the beginning of some bytes as far as it is there, and what follows it.
pub fn value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let Begin::Head(head) = begin(bytes) else { return None };
    let rest = bytes.get(head.n_bytes..)?;
    let (content, rest) = rest.split_at(head.length.min(rest.len()));
    Some((head.tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_lengths_are_read_and_endless_ones_refused() {
        assert_eq!(begin(&[0x30, 5]), Begin::Head(BerHeader { tag: 0x30, n_bytes: 2, length: 5 }));
        assert_eq!(begin(&[0x30, 0x82, 1, 0]), Begin::Head(BerHeader { tag: 0x30, n_bytes: 4, length: 256 }));
        assert_eq!(
            (begin(&[0x30, 0x82, 1]), begin(&[0x30, 0x80]), begin(&[])),
            (Begin::More, Begin::Wrong, Begin::More)
        );
        assert_eq!(value(&[4, 2, b'a', b'b', 1]), Some((4, &b"ab"[..], &[1][..])));
    }
}
