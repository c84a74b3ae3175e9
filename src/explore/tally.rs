//! What packets, flows and rows add to groups, put together to figures.

use super::groups::TOTAL;
use super::key::Key;
use super::measure::{Fold, Measure, Measured, Value};
use crate::maths::order::nearest_rank;
use crate::model::flow::health::Delays;
use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};

/// Rows that a group goes to: none.
pub const NOWHERE: u32 = u32::MAX;

/// What was added of one measure, by group.
pub struct Tally {
    fold: Fold,
    divisor: f64,
    /// Sum, smallest or largest.
    values: Vec<f64>,
    n_known: Vec<u32>,
    n_others: Vec<u32>,
    /// Every value, for quantiles.
    all: Vec<(u32, f64)>,
    /// Every different value, with its number.
    numbers: HashMap<Key, u32, RandomState>,
    /// Groups and the numbers of their values; all of them together have every value, and are not in here.
    distinct: HashSet<u64, RandomState>,
    /// How many values each group has.
    n_distinct: Vec<u32>,
    delays: Vec<DelayCounts>,
    is_of_delays: bool,
    /// Packets, flows or rows whose value is unknown.
    pub n_unknown: u64,
}

/// Many [`Delays`] together; their own counts are small.
#[derive(Clone, Default)]
struct DelayCounts {
    counts: Vec<u64>,
    least: u32,
    most: u32,
}

impl Tally {
    /// Of a measure.
    pub fn new(measure: &Measure) -> Tally {
        Tally {
            fold: measure.fold,
            divisor: measure.divisor,
            values: Vec::new(),
            n_known: Vec::new(),
            n_others: Vec::new(),
            all: Vec::new(),
            numbers: HashMap::default(),
            distinct: HashSet::default(),
            n_distinct: Vec::new(),
            delays: Vec::new(),
            is_of_delays: matches!(measure.value, Value::Delays(_)),
            n_unknown: 0,
        }
    }

    /// Adds a value to a group.
    #[inline]
    pub fn add(&mut self, group: u32, value: Measured) {
        let group_place = group as usize;
        if self.values.len() <= group_place {
            self.grow(group_place);
        }
        let Measured::Known(value) = value else {
            if let Some(n) = self.n_others.get_mut(group_place) {
                *n = n.saturating_add(1);
            }
            return;
        };
        let slots = (self.values.get_mut(group_place), self.n_known.get_mut(group_place));
        let (Some(slot), Some(n)) = slots else { return };
        match self.fold {
            Fold::Sum | Fold::Mean => *slot += value,
            Fold::Least => *slot = if *n == 0 { value } else { slot.min(value) },
            Fold::Most => *slot = if *n == 0 { value } else { slot.max(value) },
            Fold::Quantile(_) => self.all.push((group, value)),
            Fold::Distinct => {}
        }
        *n = n.saturating_add(1);
    }

    #[cold]
    fn grow(&mut self, place: usize) {
        let room = (place + 1).next_power_of_two();
        self.values.resize(room, 0.0);
        self.n_known.resize(room, 0);
        self.n_others.resize(room, 0);
    }

    /// Adds one of different values to groups.
    pub fn add_distinct(&mut self, groups: impl Iterator<Item = u32>, key: Key) {
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        for group in groups.filter(|group| *group != TOTAL) {
            let place = group as usize;
            if self.n_distinct.len() <= place {
                self.n_distinct.resize((place + 1).next_power_of_two(), 0);
            }
            if self.distinct.insert(u64::from(group) << 32 | u64::from(number))
                && let Some(n) = self.n_distinct.get_mut(place)
            {
                *n += 1;
            }
        }
    }

    /// Adds delays to a group.
    pub fn add_delays(&mut self, group: u32, delays: &Delays) {
        let group = group as usize;
        if self.delays.len() <= group {
            self.delays.resize((group + 1).next_power_of_two(), DelayCounts::default());
        }
        if let Some(own) = self.delays.get_mut(group) {
            own.add(delays);
        }
    }

    /// The figure of each row, given the row of each group: one of its own for each, or, without that of all together, one for
    /// several. A row whose groups have no value is unknown, unless nothing
    /// was added to it at all: of a sum that is zero.
    pub fn figures(&self, rows_of_groups: &[u32], n_rows: usize) -> Vec<Option<f64>> {
        let row = |group: u32| rows_of_groups.get(group as usize).copied().filter(|row| *row != NOWHERE);
        match self.fold {
            _ if self.is_of_delays => self.of_delays(row, n_rows),
            Fold::Quantile(share) => self.quantiles(share, row, n_rows),
            Fold::Distinct => self.distinct(row, n_rows),
            fold => self.folded(fold, row, n_rows),
        }
    }

    fn quantiles(&self, share: f64, row: impl Fn(u32) -> Option<u32>, n_rows: usize) -> Vec<Option<f64>> {
        let moved = self.all.iter().filter_map(|(group, value)| Some((row(*group)?, *value)));
        let mut all: Vec<(u32, f64)> = moved.collect();
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut figures = vec![None; n_rows];
        for own in all.chunk_by(|a, b| a.0 == b.0) {
            if let Some((row, value)) = nearest_rank(own, share)
                && let Some(slot) = figures.get_mut(*row as usize)
            {
                *slot = Some(value / self.divisor);
            }
        }
        figures
    }

    /// How many different values each row has.
    fn distinct(&self, row: impl Fn(u32) -> Option<u32>, n_rows: usize) -> Vec<Option<f64>> {
        let mut figures = vec![0_u32; n_rows];
        let mut add = |row: u32, n: u32| {
            if let Some(slot) = figures.get_mut(row as usize) {
                *slot += n;
            }
        };
        if let Some(total) = row(TOTAL) {
            // Each group is a row of its own.
            add(total, self.numbers.len() as u32);
            let counted = (0..).zip(&self.n_distinct).filter_map(|(group, n)| Some((row(group)?, *n)));
            counted.for_each(|(row, n)| add(row, n));
        } else {
            let moved = self.distinct.iter().filter_map(|both| Some((row((both >> 32) as u32)?, *both as u32)));
            let mut all: Vec<(u32, u32)> = moved.collect();
            all.sort_unstable();
            all.dedup();
            all.iter().for_each(|(row, _)| add(*row, 1));
        }
        figures.into_iter().map(|n| Some(f64::from(n))).collect()
    }

    /// Sums, means, smallest and largest values.
    fn folded(&self, fold: Fold, row: impl Fn(u32) -> Option<u32>, n_rows: usize) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0_u64, 0_u64); n_rows];
        for (group, ((value, n_known), n_others)) in
            (0..).zip(self.values.iter().zip(&self.n_known).zip(&self.n_others))
        {
            let Some(sum) = row(group).and_then(|row| sums.get_mut(row as usize)) else { continue };
            if *n_known > 0 {
                sum.0 = match fold {
                    Fold::Least if sum.1 > 0 => value.min(sum.0),
                    Fold::Most if sum.1 > 0 => value.max(sum.0),
                    Fold::Least | Fold::Most => *value,
                    _ => sum.0 + value,
                };
            }
            sum.1 += u64::from(*n_known);
            sum.2 += u64::from(*n_others);
        }
        // Where nothing is known of anything, nothing is zero either.
        let is_measured = self.n_known.iter().any(|n| *n > 0) || self.n_others.iter().all(|n| *n == 0);
        let figure = |(value, n_known, n_others): (f64, u64, u64)| match fold {
            Fold::Sum if n_known == 0 && n_others == 0 && is_measured => Some(0.0),
            _ if n_known == 0 => None,
            Fold::Mean => Some(value / n_known as f64 / self.divisor),
            _ => Some(value / self.divisor),
        };
        sums.into_iter().map(figure).collect()
    }

    fn of_delays(&self, row: impl Fn(u32) -> Option<u32>, n_rows: usize) -> Vec<Option<f64>> {
        let Fold::Quantile(share) = self.fold else { return vec![None; n_rows] };
        let mut all = vec![DelayCounts::default(); n_rows];
        for (group, delays) in (0..).zip(&self.delays) {
            if let Some(own) = row(group).and_then(|row| all.get_mut(row as usize)) {
                own.merge(delays);
            }
        }
        all.iter().map(|delays| Some(f64::from(delays.quantile(share)?) / self.divisor)).collect()
    }
}

impl DelayCounts {
    fn add(&mut self, delays: &Delays) {
        let (Some(least), Some(most)) = (delays.least(), delays.most()) else { return };
        let counts = delays.counts();
        if self.counts.is_empty() {
            (self.least, self.most) = (least, most);
            self.counts.resize(counts.len(), 0);
        }
        self.counts.iter_mut().zip(counts).for_each(|(own, more)| *own += u64::from(*more));
        self.least = self.least.min(least);
        self.most = self.most.max(most);
    }

    fn merge(&mut self, other: &DelayCounts) {
        if other.counts.is_empty() {
            return;
        }
        if self.counts.is_empty() {
            *self = other.clone();
            return;
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, more)| *own += more);
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }

    fn quantile(&self, share: f64) -> Option<u32> {
        Delays::quantile_of(&self.counts, (self.least, self.most), share)
    }
}
