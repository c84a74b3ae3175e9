//! Bytes to their xxHash of 32 bits with seed 0, which LZ4 frames carry.
//!
//! Source: "xxHash fast digest algorithm", version 0.2.0.

const P1: u32 = 0x9e37_79b1;
const P2: u32 = 0x85eb_ca77;
const P3: u32 = 0xc2b2_ae3d;
const P4: u32 = 0x27d4_eb2f;
const P5: u32 = 0x1656_67b1;
const STRIPE_BYTES: usize = 16;

/// A hash that bytes are added to.
#[derive(Clone)]
pub struct Xxh32 {
    lanes: [u32; 4],
    /// Bytes that do not fill a stripe yet.
    rest: Vec<u8>,
    n: u64,
}

impl Default for Xxh32 {
    fn default() -> Self {
        let lanes = [P1.wrapping_add(P2), P2, 0, 0u32.wrapping_sub(P1)];
        Xxh32 { lanes, rest: Vec::with_capacity(STRIPE_BYTES), n: 0 }
    }
}

impl Xxh32 {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> u32 {
        let mut hash = Xxh32::default();
        hash.update(bytes);
        hash.finish()
    }

    /// Adds bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.n += bytes.len() as u64;
        if !self.rest.is_empty() {
            let (front, behind) = bytes.split_at(bytes.len().min(STRIPE_BYTES - self.rest.len()));
            self.rest.extend_from_slice(front);
            bytes = behind;
            if self.rest.len() == STRIPE_BYTES {
                let rest = std::mem::take(&mut self.rest);
                self.stripes(&rest);
            }
        }
        let whole = bytes.len() / STRIPE_BYTES * STRIPE_BYTES;
        let (stripes, rest) = bytes.split_at(whole);
        self.stripes(stripes);
        self.rest.extend_from_slice(rest);
    }

    fn stripes(&mut self, bytes: &[u8]) {
        let (words, _) = bytes.as_chunks::<4>();
        for (at, word) in words.iter().enumerate() {
            if let Some(lane) = self.lanes.get_mut(at % 4) {
                let mixed = lane.wrapping_add(u32::from_le_bytes(*word).wrapping_mul(P2));
                *lane = mixed.rotate_left(13).wrapping_mul(P1);
            }
        }
    }

    /// The hash of what was added so far.
    pub fn finish(&self) -> u32 {
        let [a, b, c, d] = self.lanes;
        let mut hash = if self.n >= STRIPE_BYTES as u64 {
            let sum = a.rotate_left(1).wrapping_add(b.rotate_left(7));
            sum.wrapping_add(c.rotate_left(12)).wrapping_add(d.rotate_left(18))
        } else {
            P5
        };
        hash = hash.wrapping_add((self.n & u64::from(u32::MAX)) as u32);
        let (words, bytes) = self.rest.as_chunks::<4>();
        for word in words {
            hash = hash.wrapping_add(u32::from_le_bytes(*word).wrapping_mul(P3)).rotate_left(17).wrapping_mul(P4);
        }
        for byte in bytes {
            hash = hash.wrapping_add(u32::from(*byte).wrapping_mul(P5)).rotate_left(11).wrapping_mul(P1);
        }
        hash = (hash ^ hash >> 15).wrapping_mul(P2);
        hash = (hash ^ hash >> 13).wrapping_mul(P3);
        hash ^ hash >> 16
    }
}

#[cfg(test)]
mod tests {
    use super::Xxh32;

    #[test]
    fn hashes_are_those_of_the_reference_whatever_the_slices() {
        assert_eq!(Xxh32::of(b""), 0x02cc_5d05);
        assert_eq!(Xxh32::of(b"a"), 0x550d_7456);
        assert_eq!(Xxh32::of(b"abc"), 0x32d1_53ff);
        let text = b"Nobody inspects the spammish repetition";
        assert_eq!(Xxh32::of(text), 0xe229_3b2f);
        let mut hash = Xxh32::default();
        for byte in text.chunks(5) {
            hash.update(byte);
        }
        assert_eq!(hash.finish(), 0xe229_3b2f);
    }
}
