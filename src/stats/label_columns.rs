//! Finds the columns of a table that no learning may look at: labels, whatever they are called, and what equals a function of
//! one.

use super::columns;
use super::rows::{RowStore, cell};
use crate::maths::sorting::Gather;
use crate::model::rows::{Column, Role, RoleReason, label_names};
use std::collections::BTreeMap;

/// Most different values that a column may have to be a label by its name alone.
const MOST_CLASSES: usize = 64;
/// Fewest rows from which a column can be said to be a function of a label.
const FEWEST_ROWS: usize = 20;

/// Why a column is held for a label.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeldFor {
    /// It is the label column, or people said that it is one.
    Label,
    /// It is called as labels are.
    Name,
    /// Its values are classes of traffic.
    Values,
    /// Each class of this column has one value of it.
    FunctionOf(String),
}

impl HeldFor {
    /// In words.
    pub fn sentence(&self) -> String {
        match self {
            HeldFor::Label => "It says what a row is.".to_owned(),
            HeldFor::Name => "It is called as labels are, and has few values.".to_owned(),
            HeldFor::Values => "Its values are classes of traffic, harmless and harmful ones.".to_owned(),
            HeldFor::FunctionOf(label) => format!("Each class of {label} has one value of it."),
        }
    }
}

/// For each column, why it is held for a label, if it is. What people said of a column is followed.
pub fn label_columns(store: &RowStore) -> Vec<Option<HeldFor>> {
    let columns = &store.layout().columns;
    let by_name = |(place, column): (usize, &Column)| held(store, place, column);
    let mut held: Vec<Option<HeldFor>> = columns.iter().enumerate().map(by_name).collect();
    let labels: Vec<usize> = (0..held.len()).filter(|place| held.get(*place).is_some_and(Option::is_some)).collect();
    for label in labels {
        let Some(classes) = classes(store, label) else { continue };
        let name = columns.get(label).map(|column| column.name.clone()).unwrap_or_default();
        for (place, (slot, column)) in held.iter_mut().zip(columns).enumerate() {
            let is_open = slot.is_none() && !column.is_chosen() && column.role.is_feature();
            if is_open && is_function(store, place, &classes) {
                *slot = Some(HeldFor::FunctionOf(name.clone()));
            }
        }
    }
    held
}

fn held(store: &RowStore, place: usize, column: &Column) -> Option<HeldFor> {
    if store.layout().label == Some(place as u32) || column.role == Role::Label {
        return Some(HeldFor::Label);
    }
    // What people or the tool that wrote it say of a column is more than its name.
    let is_open = column.role.is_feature() && !matches!(column.reason, RoleReason::Chosen | RoleReason::Tool);
    let is_called = is_open && is_called_label(&column.name);
    if is_called && distinct(store, place, MOST_CLASSES).is_some() {
        return Some(HeldFor::Name);
    }
    let kept = store.column(place).filter(|kept| is_open && (2..=MOST_CLASSES).contains(&kept.n_texts()))?;
    let texts = (0..kept.n_texts() as u32).filter_map(|code| std::str::from_utf8(kept.text(code)?).ok());
    label_names::are_classes(texts).then_some(HeldFor::Values)
}

/// True if a heading is that of a label, or may be.
fn is_called_label(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let is_compound = (plain.starts_with("label") || plain.ends_with("label") || plain.contains("attack"))
        && !plain.ends_with("flowlabel");
    label_names::is_named(&plain) || label_names::is_possible(&plain) || is_compound
}

/// How often each value comes, if there are two and at most so many.
fn distinct(store: &RowStore, place: usize, most: usize) -> Option<BTreeMap<u64, u64>> {
    let kept = store.column(place)?;
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    kept.runs(|_, cells| {
        for cell in cells {
            if counts.len() <= most {
                *counts.entry(*cell).or_default() += 1;
            }
        }
    });
    (2..=most).contains(&counts.len()).then_some(counts)
}

/// The class of each row by the values of a label, if these are few and there are rows enough of each.
fn classes(store: &RowStore, label: usize) -> Option<Vec<u32>> {
    if store.len() < FEWEST_ROWS {
        return None;
    }
    let counts = distinct(store, label, MOST_CLASSES.min(store.len() / 4))?;
    // Of a class of one row everything is a function.
    counts.values().all(|n| *n > 1).then_some(())?;
    let places: BTreeMap<u64, u32> = counts.into_keys().zip(0..).gathered();
    let mut classes = Vec::with_capacity(store.len());
    let kept = store.column(label)?;
    kept.runs(|_, cells| classes.extend(cells.iter().map(|cell| places.get(cell).copied().unwrap_or(0))));
    Some(classes)
}

/// True if all rows of a class have the same value, and not all rows have.
fn is_function(store: &RowStore, place: usize, classes: &[u32]) -> bool {
    let Some(kept) = store.column(place) else { return false };
    if columns::kind(kept) == crate::model::rows::ColumnKind::Empty {
        return false;
    }
    let mut value_of: BTreeMap<u32, u64> = BTreeMap::new();
    let mut is_function = true;
    kept.runs(|start, cells| {
        if !is_function {
            return;
        }
        let own = classes.get(start..).unwrap_or_default();
        is_function = cells.iter().zip(own).all(|(cell, class)| *value_of.entry(*class).or_insert(*cell) == *cell);
    });
    let mut values = value_of.into_values();
    let first = values.next();
    is_function && values.any(|value| Some(value) != first && (value != cell::MISSING || first.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rows::CellValue;
    use crate::stats::rows::Place;
    use crate::stats::rows::tests::store;

    #[test]
    fn labels_are_found_by_names_and_what_follows_from_them_by_values() {
        let mut rows = store(&["Flow Label", "Binary Label", "code", "a", "target", "status"], usize::MAX);
        for i in 0..100_u32 {
            let class = f64::from(u8::from(i % 10 == 0));
            let a = f64::from(i * 37 % 11);
            let values = [a, class, 5.0 - 2.0 * class, a, f64::from(i), f64::from(i % 3)];
            rows.push(&values.map(CellValue::Number), b"", Place::default());
        }
        rows.flush();
        let held = label_columns(&rows);
        let function = Some(HeldFor::FunctionOf("Binary Label".to_owned()));
        // The target has a value of its own in every row, which no class has.
        assert_eq!(held, [None, Some(HeldFor::Name), function, None, None, Some(HeldFor::Name)]);
        assert_eq!(HeldFor::Name.sentence(), "It is called as labels are, and has few values.");
    }

    #[test]
    fn a_heading_is_that_of_a_label_however_it_is_written() {
        for name in [
            "attack_label",
            "attackID",
            "attack_cat",
            "Attack_type",
            "class",
            "class1",
            "category",
            "Binary Label",
            "target",
            "is_attack",
            "result",
            "severity",
            "Label.1",
            "label_binary",
            "Sub-Label",
            "y_true",
        ] {
            assert!(is_called_label(name), "{name}");
        }
        for name in ["duration", "Flow Label", "src_bytes", "classic", "targets_per_s"] {
            assert!(!is_called_label(name), "{name}");
        }
    }
}
