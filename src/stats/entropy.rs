//! Measures how varied a sequence of observations is: normalised entropy over windows of equally many observations, so
//! that a quiet minute counts as much as a busy second.

use crate::maths::elementary::log2;
use crate::maths::entropy::bits;
use crate::model::format::time::SECOND;

/// Entropy of values in bits over the most that so many could have: 0 if all are the same, 1 if all differ. Sorts them.
pub fn normalised(values: &mut [u32]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    values.sort_unstable();
    let counts: Vec<u32> = values.chunk_by(|a, b| a == b).map(|same| same.len() as u32).collect();
    bits(counts.into_iter()) / log2(values.len() as f64)
}

/// One window: when, and the entropy of each of `N` features in it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window<const N: usize> {
    /// First observation, ns since 1970.
    pub start_ns: i64,
    /// Last observation, ns since 1970.
    pub end_ns: i64,
    /// 0 to 1 each.
    pub entropy: [f64; N],
}

impl<const N: usize> Window<N> {
    /// How long it lasted, s; never nothing.
    pub fn seconds(&self) -> f64 {
        self.end_ns.saturating_sub(self.start_ns).max(1) as f64 / SECOND as f64
    }
}

/// Windows of so many observations of `N` features.
pub struct Windows<const N: usize> {
    size: usize,
    waiting: [Vec<u32>; N],
    span_ns: (i64, i64),
    /// Full windows in order; what does not fill one is not judged.
    pub done: Vec<Window<N>>,
}

impl<const N: usize> Windows<N> {
    /// Most windows.
    pub const MOST: usize = 512;

    /// For `n_all` observations: windows of at least `least`, larger if there would be more than [`Windows::MOST`].
    pub fn new(least: usize, n_all: usize) -> Windows<N> {
        let size = least.max(n_all.div_ceil(Self::MOST));
        Windows { size, waiting: std::array::from_fn(|_| Vec::new()), span_ns: (0, 0), done: Vec::new() }
    }

    /// Takes an observation; they come in order of time.
    pub fn add(&mut self, time_ns: i64, features: [u32; N]) {
        let n = self.waiting.first().map_or(0, Vec::len);
        self.span_ns = if n == 0 { (time_ns, time_ns) } else { (self.span_ns.0, time_ns) };
        self.waiting.iter_mut().zip(features).for_each(|(list, value)| list.push(value));
        if n + 1 < self.size {
            return;
        }
        let entropy = std::array::from_fn(|feature| self.waiting.get_mut(feature).map_or(0.0, |list| normalised(list)));
        self.done.push(Window { start_ns: self.span_ns.0, end_ns: self.span_ns.1, entropy });
        self.waiting.iter_mut().for_each(Vec::clear);
    }

    /// The entropy of a feature over the windows.
    pub fn values(&self, feature: usize) -> Vec<f64> {
        self.done.iter().filter_map(|window| window.entropy.get(feature).copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_runs_from_all_the_same_to_all_different() {
        assert_eq!((normalised(&mut [7; 64]), normalised(&mut []), normalised(&mut [1])), (0.0, 0.0, 0.0));
        assert!((normalised(&mut (0..64).collect::<Vec<_>>()) - 1.0).abs() < 1e-12);
        assert!((normalised(&mut [1, 2, 1, 2]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn windows_are_as_large_as_they_must_be() {
        let mut windows: Windows<1> = Windows::new(10, 100_000);
        (0..100_000).for_each(|i| windows.add(i, [i as u32 % 2]));
        assert!(windows.done.len() <= Windows::<1>::MOST && windows.done.len() > 500);
        assert_eq!((windows.done[1].start_ns, windows.done[1].end_ns), (196, 391));
        assert!(windows.values(0).iter().all(|value| (0.1..0.2).contains(value)));
    }
}
