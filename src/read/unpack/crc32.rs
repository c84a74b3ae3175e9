//! CRC-32 as gzip and zip have it (RFC 1952, section 8). In the browser its tables are made when they are first wanted, by the method
//! that flate2's own have been made by: those are 16 kB that no compression makes smaller, for whoever loads the page. Elsewhere flate2's
//! serves, which uses the processor's instructions for it.

#[cfg(not(target_arch = "wasm32"))]
pub use flate2::Crc;
#[cfg(target_arch = "wasm32")]
pub use sliced::Crc;

#[cfg(any(test, target_arch = "wasm32"))]
mod sliced {
    use std::array;
    use std::sync::LazyLock;

    /// The polynomial, its lowest power first.
    const POLYNOMIAL: u32 = 0xedb8_8320;
    /// Bytes that are looked up at once.
    const WIDTH: usize = 16;

    /// What a byte does to the sum that so many zeros follow.
    static TABLES: LazyLock<[[u32; 256]; WIDTH]> = LazyLock::new(tables);

    fn tables() -> [[u32; 256]; WIDTH] {
        let shifted = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ POLYNOMIAL } else { sum >> 1 };
        let first: [u32; 256] = array::from_fn(|byte| (0..8).fold(byte as u32, |sum, _| shifted(sum)));
        let mut next = first;
        array::from_fn(|_| {
            let table = next;
            next = array::from_fn(|byte| after(&first, next.get(byte).copied().unwrap_or_default(), 0));
            table
        })
    }

    /// The sum with one more byte.
    fn after(table: &[u32; 256], sum: u32, byte: u8) -> u32 {
        (sum >> 8) ^ at(table, byte ^ sum.to_le_bytes()[0])
    }

    fn at(table: &[u32; 256], byte: u8) -> u32 {
        table.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// A sum that grows.
    #[derive(Default)]
    pub struct Crc(u32);

    impl Crc {
        /// The sum of nothing.
        pub fn new() -> Crc {
            Crc::default()
        }

        /// The sum of all bytes so far.
        pub fn sum(&self) -> u32 {
            self.0
        }

        /// Begins again.
        pub fn reset(&mut self) {
            self.0 = 0;
        }

        /// Adds bytes.
        pub fn update(&mut self, bytes: &[u8]) {
            let tables = &*TABLES;
            let mut sum = !self.0;
            let (wide, rest) = bytes.as_chunks::<WIDTH>();
            for chunk in wide {
                let [a, b, c, d] = sum.to_le_bytes();
                let mut mixed = *chunk;
                mixed.iter_mut().zip([a, b, c, d]).for_each(|(byte, of_sum)| *byte ^= of_sum);
                sum = tables.iter().rev().zip(mixed).fold(0, |sum, (table, byte)| sum ^ at(table, byte));
            }
            let [first, ..] = tables;
            self.0 = !rest.iter().fold(sum, |sum, byte| after(first, sum, *byte));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sliced::Crc;

    #[test]
    fn sums_are_those_of_flate2() {
        let bytes: Vec<u8> = (0..1000_u32).map(|n| (n * n / 7) as u8).collect();
        for length in (0..70).chain([255, 256, 999, 1000]) {
            let (mut ours, mut theirs) = (Crc::new(), flate2::Crc::new());
            for part in bytes[..length].chunks(61) {
                ours.update(part);
                theirs.update(part);
            }
            assert_eq!(ours.sum(), theirs.sum(), "{length}");
        }
        let mut check = Crc::new();
        check.update(b"123456789");
        assert_eq!(check.sum(), 0xcbf4_3926);
        check.reset();
        assert_eq!(check.sum(), 0);
    }
}
