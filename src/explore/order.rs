//! What was gathered to rows, in the order that is asked for.

use super::gather::Gathered;
use super::groups::TOTAL;
use super::key::Key;
use super::plan::AskedDimension;
use super::splits::{Codes, Splits};
use crate::maths::sorting::Arrange;
use crate::model::explore::Order;
use std::cmp::{Ordering, Reverse};

/// A group on its way to a row.
pub struct Row {
    /// The group.
    pub group: u32,
    /// Codes of its values, by dimension.
    pub codes: Codes,
    /// Which of its values are none, the first dimension foremost: what is no value comes last.
    pub kinds: u32,
}

/// Bits of a kind of value.
const KIND_BITS: u32 = 2;

/// The rows of all groups, in no order.
pub fn rows(gathered: &Gathered<'_, '_>) -> Vec<Row> {
    if gathered.splits.dimensions.is_empty() {
        return vec![Row { group: TOTAL, codes: Codes::default(), kinds: 0 }];
    }
    let row = |(group, (combination, places)): (u32, (u32, u64))| {
        let codes = gathered.splits.codes(combination, places);
        let row = Row { group, codes, kinds: 0 };
        let kinds = keys(&gathered.splits, &row).fold(0, |kinds, key| kinds << KIND_BITS | key.kind() as u32);
        Row { kinds, ..row }
    };
    gathered.groups.iter().map(row).collect()
}

/// The values of a row.
pub fn keys(splits: &Splits<'_, '_>, row: &Row) -> impl Iterator<Item = Key> {
    splits.dimensions.iter().enumerate().zip(row.codes).map(|((nth, _), code)| splits.key(nth, code))
}

/// Rows by their values.
pub fn by_keys(splits: &Splits<'_, '_>, a: &Row, b: &Row) -> Ordering {
    keys(splits, a).cmp(keys(splits, b))
}

/// The place of the measure that rows are ordered by.
pub fn ordering(order: Order) -> usize {
    if let Order::Measure { place, .. } = order { place as usize } else { 0 }
}

/// Groups that rows may have: their own, that of all together and that of what is beyond.
pub fn n_groups(n_rows: usize) -> usize {
    n_rows + 2
}

/// Puts the first rows, so many, into the order that is asked for.
pub fn arrange(rows: &mut [Row], kept: usize, gathered: &Gathered<'_, '_>, order: Order) {
    let all: Vec<u32> = (0..n_groups(rows.len()) as u32).collect();
    let by_group = gathered.figures_of(ordering(order), &all, all.len());
    let splits = &gathered.splits;
    let is_scale = |dimension: &AskedDimension<'_>| dimension.entry.steps.is_some();
    let ranks = match order {
        Order::Usual if splits.dimensions.iter().any(is_scale) => ranks(rows, &by_group, splits),
        _ => Vec::new(),
    };
    let figure = |row: &Row| by_group.get(row.group as usize).copied().flatten();
    let largest = |a: &Row, b: &Row| descending(figure(a), figure(b));
    let by_keys = |a: &Row, b: &Row| by_keys(splits, a, b);
    rows.arrange_first_by(kept, |a, b| match order {
        Order::Usual if ranks.is_empty() => a.kinds.cmp(&b.kinds).then(largest(a, b)).then_with(|| by_keys(a, b)),
        Order::Usual => nested(&ranks, a, b),
        Order::Values { is_descending: false } => by_keys(a, b),
        Order::Values { is_descending: true } => by_keys(b, a),
        Order::Measure { is_descending, .. } => {
            let order = if is_descending { largest(a, b) } else { ascending(figure(a), figure(b)) };
            order.then_with(|| by_keys(a, b))
        }
    });
}

/// The largest first, what is not known last.
pub fn descending(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        _ => Reverse(a.is_some()).cmp(&Reverse(b.is_some())),
    }
}

/// The least first, what is not known last.
fn ascending(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => Reverse(a.is_some()).cmp(&Reverse(b.is_some())),
    }
}

/// For each dimension the ranks of its values, by code: on an ordered scale their places, of names by the sum of these figures.
fn ranks(rows: &[Row], by_group: &[Option<f64>], splits: &Splits<'_, '_>) -> Vec<Vec<u32>> {
    let of = |(nth, dimension): (usize, &AskedDimension<'_>)| {
        let mut sums: Vec<Option<f64>> = Vec::new();
        for row in rows {
            let code = row.codes.get(nth).copied().unwrap_or_default() as usize;
            if sums.len() <= code {
                sums.resize((code + 1).next_power_of_two(), None);
            }
            let figure = by_group.get(row.group as usize).copied().flatten();
            if let Some(sum) = sums.get_mut(code) {
                *sum = Some(sum.unwrap_or(0.0) + figure.unwrap_or(0.0));
            }
        }
        let mut ranks = vec![0; sums.len()];
        let there = (0_u32..).zip(sums).filter_map(|(code, sum)| Some((code, splits.key(nth, code), sum?)));
        let mut there: Vec<(u32, Key, f64)> = there.collect();
        let is_scale = dimension.entry.steps.is_some();
        there.arrange_by(|(_, a, of_a), (_, b, of_b)| match is_scale {
            true => a.cmp(b),
            false => a.kind().cmp(&b.kind()).then(of_b.total_cmp(of_a)).then_with(|| a.cmp(b)),
        });
        for (rank, (code, ..)) in (0..).zip(there) {
            if let Some(slot) = ranks.get_mut(code as usize) {
                *slot = rank;
            }
        }
        ranks
    };
    splits.dimensions.iter().enumerate().map(of).collect()
}

/// Rows by the ranks of their values.
fn nested(ranks: &[Vec<u32>], a: &Row, b: &Row) -> Ordering {
    let of = |row: &Row| row.codes.into_iter().zip(ranks).map(|(code, ranks)| ranks.get(code as usize).copied());
    of(a).cmp(of(b))
}
