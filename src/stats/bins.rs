//! Amounts over time to sums in bins, which widen as the capture turns out longer.

use crate::model::format::time::SECOND;

/// Sums of `N` measures over time. Bins begin at multiples of their width, whole seconds.
#[derive(Clone, Default)]
pub struct Bins<const N: usize> {
    sums: Vec<[f64; N]>,
    /// Number of the first bin: its time over the width.
    first: i64,
    width_ns: i64,
}

impl<const N: usize> Bins<N> {
    /// Most bins; when a time falls past the last, neighbours are joined and bins are twice as wide.
    pub const MOST: usize = 512;

    /// Bins so far.
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// True while nothing was added.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Width of a bin, ns; 0 while there is none.
    pub fn width_ns(&self) -> i64 {
        self.width_ns
    }

    /// When the bin at a place begins, ns since 1970.
    pub fn time(&self, place: usize) -> i64 {
        (self.first + place as i64) * self.width_ns
    }

    /// The sums of a measure in order.
    pub fn values(&self, measure: usize) -> Vec<f64> {
        self.sums.iter().filter_map(|sums| sums.get(measure).copied()).collect()
    }

    /// Adds to a measure at a time, ns since 1970.
    pub fn add(&mut self, time_ns: i64, measure: usize, value: f64) {
        let place = self.place(time_ns);
        self.add_at(place, measure, value);
    }

    /// Adds amounts of the first measures, each spread evenly from one time to another.
    pub fn spread(&mut self, (first_ns, last_ns): (i64, i64), amounts: &[f64]) {
        // The last bin may widen all: it is looked up again.
        self.place(last_ns.max(first_ns));
        let first = self.place(first_ns);
        let last = self.place(last_ns.max(first_ns)).max(first);
        let n = (last - first + 1) as f64;
        for place in first..=last {
            for (measure, amount) in amounts.iter().enumerate() {
                self.add_at(place, measure, amount / n);
            }
        }
    }

    /// The place of the bin of a time, made if need be.
    fn place(&mut self, time_ns: i64) -> usize {
        if self.width_ns == 0 {
            (self.width_ns, self.first) = (SECOND, time_ns.div_euclid(SECOND));
        }
        loop {
            let place = time_ns.div_euclid(self.width_ns) - self.first;
            let last = self.sums.len() as i64 - 1;
            if place.max(last) - place.min(0) < Self::MOST as i64 {
                if place < 0 {
                    self.sums.splice(0..0, std::iter::repeat_n([0.0; N], place.unsigned_abs() as usize));
                    self.first += place;
                    return 0;
                }
                if place > last {
                    self.sums.resize(place as usize + 1, [0.0; N]);
                }
                return place as usize;
            }
            self.widen();
        }
    }

    fn widen(&mut self) {
        let first = self.first.div_euclid(2);
        let mut sums = vec![[0.0; N]; self.sums.len() / 2 + 1];
        for (number, sum) in (self.first..).zip(&self.sums) {
            if let Some(joined) = sums.get_mut((number.div_euclid(2) - first) as usize) {
                joined.iter_mut().zip(sum).for_each(|(joined, sum)| *joined += sum);
            }
        }
        (self.sums, self.first, self.width_ns) = (sums, first, self.width_ns * 2);
    }

    fn add_at(&mut self, place: usize, measure: usize, value: f64) {
        if let Some(sum) = self.sums.get_mut(place).and_then(|sums| sums.get_mut(measure)) {
            *sum += value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_widen_and_keep_their_sums() {
        let mut bins: Bins<2> = Bins::default();
        for second in 0..5000 {
            bins.add(second * SECOND, 1, 1.0);
        }
        assert!(bins.len() <= Bins::<2>::MOST);
        assert_eq!(bins.values(1).iter().sum::<f64>(), 5000.0);
        bins.add(-2500 * SECOND, 1, 1.0);
        assert!(bins.time(0) <= -2500 * SECOND && bins.values(1)[0] == 1.0);
        bins.spread((-2500 * SECOND, 100_000 * SECOND), &[7.0]);
        assert!((bins.values(0).iter().sum::<f64>() - 7.0).abs() < 1e-9 && bins.len() <= Bins::<2>::MOST);
    }
}
