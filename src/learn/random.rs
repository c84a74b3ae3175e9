//! Random numbers from a seed: the same in a browser and natively, on every platform and in every release.
//!
//! xoshiro256++ (Blackman and Vigna, ACM TOMS 47, 2021), seeded by SplitMix64 as its authors advise. Written out here
//! because the generators of `rand` may change between its releases, and findings must not.

use crate::maths::elementary::ln;
use std::collections::BTreeSet;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Random([u64; 4]);

impl Random {
    /// The stream that belongs to a seed; streams of neighbouring seeds have nothing in common.
    pub fn new(seed: u64) -> Random {
        let mut state = seed;
        Random([0; 4].map(|_: u64| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        }))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.0 = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        // `c` and `d` above are the mixed ones, as the reference has it: s2 ^= s0, s3 ^= s1, s1 ^= s2, s0 ^= s3.
        result
    }

    /// Even between 0 and `n` - 1; 0 for an `n` of 0. The bias is below n / 2^64 (Lemire, 2019, without rejection).
    pub fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u32
    }

    /// `wanted` different numbers below `n`, in order, each set equally likely; all if `wanted` is `n` or more. Takes as
    /// long as what is wanted, however large `n` is (Floyd's algorithm: Bentley and Floyd, CACM 30 (9), 1987).
    pub fn distinct(&mut self, n: u32, wanted: u32) -> Vec<u32> {
        if wanted >= n {
            return (0..n).collect();
        }
        let mut chosen = BTreeSet::new();
        for last in n - wanted..n {
            let one = self.below(last + 1);
            if !chosen.insert(one) {
                chosen.insert(last);
            }
        }
        chosen.into_iter().collect()
    }

    /// Even in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A number of the standard normal distribution (polar method, Marsaglia and Bray, SIAM Review 6, 1964).
pub fn normal(random: &mut Random) -> f64 {
    loop {
        let (x, y) = (2.0 * random.unit() - 1.0, 2.0 * random.unit() - 1.0);
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            return x * (-2.0 * ln(square) / square).sqrt();
        }
    }
}

/// Picks `wanted` of `n` in order, each set equally likely (selection sampling, Knuth, TAOCP 2, 3.4.2, algorithm S):
/// call it once for each of the `n`.
#[derive(Clone, Debug)]
pub struct Selection {
    random: Random,
    left: u32,
    wanted: u32,
}

impl Selection {
    /// A selection; all are picked if `wanted` is `n` or more.
    pub fn new(seed: u64, n: u32, wanted: u32) -> Selection {
        Selection { random: Random::new(seed), left: n, wanted: wanted.min(n) }
    }

    /// Whether the next one is picked.
    pub fn picks(&mut self) -> bool {
        let picks = self.wanted == self.left || self.random.below(self.left) < self.wanted;
        self.left = self.left.saturating_sub(1);
        self.wanted -= u32::from(picks && self.wanted > 0);
        picks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_xoshiro256_plus_plus() {
        // From the state 1, 2, 3, 4; first values as the authors' C code prints them.
        let mut random = Random([1, 2, 3, 4]);
        let first: Vec<u64> = (0..4).map(|_| random.bits()).collect();
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn seeds_give_different_even_streams() {
        let mut random = Random::new(42);
        let mut counts = [0_u32; 10];
        for _ in 0..100_000 {
            counts[random.below(10) as usize] += 1;
        }
        assert!(counts.iter().all(|n| (9_600..10_400).contains(n)), "{counts:?}");
        assert_ne!(Random::new(42).bits(), Random::new(43).bits());
        assert!((0..1000).all(|_| (0.0..1.0).contains(&random.unit())));
    }

    #[test]
    fn distinct_numbers_are_even_in_order_and_as_many_as_wanted() {
        let mut random = Random::new(3);
        let mut counts = [0_u32; 20];
        for _ in 0..20_000 {
            let five = random.distinct(20, 5);
            assert!(five.len() == 5 && five.is_sorted_by(|a, b| a < b));
            five.iter().for_each(|number| counts[*number as usize] += 1);
        }
        assert!(counts.iter().all(|n| (4_700..5_300).contains(n)), "{counts:?}");
        assert_eq!((random.distinct(3, 9), random.distinct(0, 1)), (vec![0, 1, 2], Vec::new()));
    }

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut random = Random::new(7);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..20_000 {
            let x = normal(&mut random);
            sum += x / 20_000.0;
            squares += x * x / 20_000.0;
        }
        assert!(sum.abs() < 0.03 && (squares - 1.0).abs() < 0.03, "{sum} {squares}");
    }

    #[test]
    fn a_selection_takes_as_many_as_wanted_from_everywhere() {
        let mut selection = Selection::new(1, 1000, 100);
        let picked: Vec<u32> = (0..1000).filter(|_| selection.picks()).collect();
        assert_eq!(picked.len(), 100);
        assert!(picked[0] < 100 && picked[99] > 900);
        let mut all = Selection::new(1, 5, 10);
        assert!((0..5).all(|_| all.picks()));
    }
}
