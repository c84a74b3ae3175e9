//! Rows to folds: which rows are tested, and which others are trained on for that.

use super::table::LabelledTable;
use crate::learn::random::Random;
use crate::maths::sorting::Arrange;

/// How rows are split into folds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FoldKind {
    /// At random, with the same share of each class in every fold.
    #[default]
    Stratified,
    /// By time: trained on what was before, tested on what came next.
    Time,
    /// By host or file: none of them is in both.
    Group,
}

impl FoldKind {
    /// All.
    pub const ALL: [FoldKind; 3] = [FoldKind::Stratified, FoldKind::Time, FoldKind::Group];

    /// Stable id.
    pub fn id(self) -> &'static str {
        match self {
            FoldKind::Stratified => "stratified",
            FoldKind::Time => "time",
            FoldKind::Group => "group",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            FoldKind::Stratified => "at random, the same share of each class in every fold",
            FoldKind::Time => "by time: trained on what was before, tested on what came next",
            FoldKind::Group => "by host or file: none of them is in both training and test",
        }
    }
}

/// A fold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fold {
    /// Rows to train on, ascending.
    pub train: Vec<u32>,
    /// Rows to test, ascending.
    pub test: Vec<u32>,
}

/// The folds of a table; a sentence if there can be none. Those in which training or test lacks attacks or benign rows are left out.
pub fn folds(table: &LabelledTable, kind: FoldKind, n_folds: usize, seed: u64) -> Result<Vec<Fold>, String> {
    let n_folds = n_folds.max(2);
    let folds = match kind {
        FoldKind::Stratified => stratified(table, n_folds, seed),
        FoldKind::Time => by_time(table, n_folds)?,
        FoldKind::Group => by_group(table, n_folds)?,
    };
    let has_both = |rows: &[u32]| {
        let n = rows.iter().filter(|row| table.is_attack(**row)).count();
        n > 0 && n < rows.len()
    };
    let folds: Vec<Fold> = folds.into_iter().filter(|fold| has_both(&fold.train) && !fold.test.is_empty()).collect();
    let has_tests = |of: bool| folds.iter().flat_map(|fold| &fold.test).any(|row| table.is_attack(*row) == of);
    if folds.is_empty() || !has_tests(true) || !has_tests(false) {
        return Err(format!("Parted {}, no fold has attacks and benign rows to train on and to test.", kind.words()));
    }
    Ok(folds)
}

/// The folds of the number of each row's fold.
fn numbered(of_rows: &[u32], n_folds: usize) -> Vec<Fold> {
    let mut folds = vec![Fold::default(); n_folds];
    for (fold, own) in folds.iter_mut().zip(0..) {
        for (row, other) in (0..).zip(of_rows) {
            if *other == own { fold.test.push(row) } else { fold.train.push(row) }
        }
    }
    folds
}

fn stratified(table: &LabelledTable, n_folds: usize, seed: u64) -> Vec<Fold> {
    let mut random = Random::new(seed);
    let mut of_rows = vec![0_u32; table.n_rows];
    let mut next = 0_usize;
    for class in 0..table.classes.len() as u32 {
        let mut own: Vec<u32> = (0..).zip(&table.of_rows).filter(|(_, of)| **of == class).map(|(row, _)| row).collect();
        for place in (1..own.len()).rev() {
            own.swap(place, random.below(place as u32 + 1) as usize);
        }
        for row in own {
            of_rows.iter_mut().skip(row as usize).take(1).for_each(|slot| *slot = (next % n_folds) as u32);
            next += 1;
        }
    }
    numbered(&of_rows, n_folds)
}

/// Parts of equal size one after the other; each but the first is tested by those before it.
fn by_time(table: &LabelledTable, n_folds: usize) -> Result<Vec<Fold>, String> {
    let times = table.times.as_ref().ok_or("The rows have no times, so there are no folds by time.")?;
    let mut order: Vec<u32> = (0..).take(table.n_rows).collect();
    order.arrange_by_key(|row| times.get(*row as usize).copied().unwrap_or(0));
    let end = |part: usize| part * order.len() / (n_folds + 1);
    let sorted = |rows: &[u32]| {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows
    };
    let fold = |part: usize| Fold {
        train: sorted(order.get(..end(part)).unwrap_or_default()),
        test: sorted(order.get(end(part)..end(part + 1)).unwrap_or_default()),
    };
    Ok((1..=n_folds).map(fold).collect())
}

/// Largest groups first, each into the fold with the fewest attacks, then the fewest rows.
fn by_group(table: &LabelledTable, n_folds: usize) -> Result<Vec<Fold>, String> {
    let groups = table.groups.as_ref().ok_or("The rows have no hosts or files, so folds by group are not possible.")?;
    let n_groups = groups.iter().max().map_or(0, |most| *most as usize + 1);
    let mut sizes = vec![(0_usize, 0_usize); n_groups];
    for (row, group) in (0..).zip(groups) {
        let is_attack = table.is_attack(row);
        sizes.get_mut(*group as usize).into_iter().for_each(|(attacks, rows)| {
            *attacks += usize::from(is_attack);
            *rows += 1;
        });
    }
    let mut order: Vec<usize> = (0..n_groups).collect();
    order.arrange_by_key(|group| std::cmp::Reverse(sizes.get(*group).copied()));
    let mut filled = vec![(0_usize, 0_usize); n_folds];
    let mut fold_of = vec![0_u32; n_groups];
    for group in order {
        let (attacks, rows) = sizes.get(group).copied().unwrap_or_default();
        let least = filled.iter().enumerate().min_by_key(|(place, (n_attacks, n_rows))| {
            if attacks > 0 { (*n_attacks, *n_rows, *place) } else { (*n_rows, *n_attacks, *place) }
        });
        let place = least.map_or(0, |(place, _)| place);
        filled.get_mut(place).into_iter().for_each(|filled| *filled = (filled.0 + attacks, filled.1 + rows));
        fold_of.iter_mut().skip(group).take(1).for_each(|slot| *slot = place as u32);
    }
    let of_rows: Vec<u32> = groups.iter().map(|group| fold_of.get(*group as usize).copied().unwrap_or(0)).collect();
    Ok(numbered(&of_rows, n_folds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::labels::Class;

    fn table(n: u32) -> LabelledTable {
        let class = |name: &str, is_attack| Class { name: name.to_owned(), n_rows: 0, is_attack };
        LabelledTable {
            n_rows: n as usize,
            classes: vec![class("benign", false), class("scan", true)],
            of_rows: (0..n).map(|row| u32::from(row % 5 == 0)).collect(),
            times: Some((0..i64::from(n)).rev().collect()),
            groups: Some((0..n).map(|row| row % 7).collect()),
            ..LabelledTable::default()
        }
    }

    #[test]
    fn every_row_is_tested_once_with_the_same_share_of_attacks() {
        let folds = folds(&table(100), FoldKind::Stratified, 5, 1).unwrap();
        let mut tested: Vec<u32> = folds.iter().flat_map(|fold| fold.test.clone()).collect();
        tested.sort_unstable();
        assert_eq!(tested, (0..100).collect::<Vec<u32>>());
        for fold in &folds {
            assert_eq!(fold.test.iter().filter(|row| table(100).is_attack(**row)).count(), 4);
            assert!(fold.test.iter().all(|row| !fold.train.contains(row)));
        }
        assert_ne!(folds, super::folds(&table(100), FoldKind::Stratified, 5, 2).unwrap());
    }

    #[test]
    fn what_is_tested_comes_after_all_that_was_trained_on() {
        let table = table(60);
        let times = table.times.clone().unwrap();
        for fold in folds(&table, FoldKind::Time, 5, 1).unwrap() {
            let last = fold.train.iter().map(|row| times[*row as usize]).max().unwrap();
            assert!(fold.test.iter().all(|row| times[*row as usize] > last));
        }
    }

    #[test]
    fn no_group_is_on_both_sides() {
        let table = table(70);
        for fold in folds(&table, FoldKind::Group, 3, 1).unwrap() {
            assert!(fold.test.iter().all(|row| fold.train.iter().all(|other| row % 7 != other % 7)));
        }
        let unknown = LabelledTable { groups: None, ..table };
        assert!(folds(&unknown, FoldKind::Group, 3, 1).unwrap_err().contains("no hosts or files"));
    }
}
