//! Bytes to the checksum of gzip and ZIP (RFC 1952, section 8): eight bytes at once, by tables that are made when they are first
//! used. The tables of a crate that brings them ready are 16 kB of the worker that no packing makes smaller.

use std::sync::LazyLock;

/// The polynomial, lowest power first.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// What a byte does to the checksum, for each number of bytes that follow it at once.
static TABLES: LazyLock<[[u32; 256]; 8]> = LazyLock::new(|| {
    let step = |mut sum: u32| {
        for _ in 0..8 {
            sum = sum >> 1 ^ if sum & 1 == 1 { POLYNOMIAL } else { 0 };
        }
        sum
    };
    let mut table: [u32; 256] = std::array::from_fn(|byte| step(byte as u32));
    std::array::from_fn(|place| {
        if place > 0 {
            table = table.map(step);
        }
        table
    })
});

/// A checksum in the making.
#[derive(Default)]
pub struct Crc(u32);

impl Crc {
    /// Takes bytes in, behind those before.
    pub fn update(&mut self, bytes: &[u8]) {
        let tables: &[[u32; 256]; 8] = &TABLES;
        let of = |table: &[u32; 256], byte: u8| table.get(usize::from(byte)).copied().unwrap_or(0);
        let [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
        let mut sum = !self.0;
        let (groups, rest) = bytes.as_chunks::<8>();
        for [a, b, c, d, e, f, g, h] in groups {
            let [p, q, r, s] = (sum ^ u32::from_le_bytes([*a, *b, *c, *d])).to_le_bytes();
            sum = of(t7, p) ^ of(t6, q) ^ of(t5, r) ^ of(t4, s) ^ of(t3, *e) ^ of(t2, *f) ^ of(t1, *g) ^ of(t0, *h);
        }
        for byte in rest {
            sum = sum >> 8 ^ of(t0, sum as u8 ^ byte);
        }
        self.0 = !sum;
    }

    /// The checksum of all bytes so far.
    pub fn sum(&self) -> u32 {
        self.0
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_test_text_has_its_usual_sum() {
        let mut crc = Crc::default();
        crc.update(b"123456789");
        assert_eq!(crc.sum(), 0xcbf4_3926);
        crc.reset();
        assert_eq!(crc.sum(), 0);
    }

    proptest! {
        #[test]
        fn sums_are_those_of_another_implementation(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0..200_usize) {
            let (front, back) = bytes.split_at(cut.min(bytes.len()));
            let (mut ours, mut theirs) = (Crc::default(), flate2::Crc::new());
            ours.update(front);
            ours.update(back);
            theirs.update(&bytes);
            prop_assert_eq!(ours.sum(), theirs.sum());
        }
    }
}
