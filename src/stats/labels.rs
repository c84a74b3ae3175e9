//! Turns the label column of a table into the class of each row, and whether that class is an attack.

use super::columns;
use super::rows::{RowStore, cell};
use crate::maths::sorting::{Arrange, Gather};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A class: all rows with the same label.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Class {
    /// The label as in the column; `(empty)` if the cell is empty.
    pub name: String,
    /// Number of rows of this class.
    pub n_rows: u64,
    /// True unless the label means benign.
    pub is_attack: bool,
}

/// The class of each kept row.
#[derive(Clone, PartialEq, Debug)]
pub struct Labels {
    classes: Vec<Class>,
    of_rows: Vec<u32>,
}

impl Labels {
    /// Classes, and for each row the index of its class.
    pub fn new(classes: Vec<Class>, of_rows: Vec<u32>) -> Labels {
        Labels { classes, of_rows }
    }

    /// The classes: benign ones, then attacks, each sorted by name.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// For each row, the index of its class in [`Labels::classes`].
    pub fn of_rows(&self) -> &[u32] {
        &self.of_rows
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.of_rows.len()
    }

    /// True if there is no row.
    pub fn is_empty(&self) -> bool {
        self.of_rows.is_empty()
    }

    /// Number of rows that are attacks.
    pub fn n_attacks(&self) -> u64 {
        self.classes.iter().filter(|class| class.is_attack).map(|class| class.n_rows).sum()
    }
}

/// Labels that mean benign in public data sets. "Background" in CTU-13 is traffic that nobody labelled.
const BENIGN: &[&str] = &[
    "",
    "-",
    "0",
    "benign",
    "normal",
    "background",
    "none",
    "no",
    "false",
    "legitimate",
    "clean",
    "good",
    "inlier",
    "needmanuallabel",
];

/// True if a label means benign, ignoring case; `more` are further labels that do.
pub fn is_benign(label: &str, more: &[String]) -> bool {
    let plain = label.trim().trim_end_matches('.').to_lowercase();
    // The labels of CTU-13 are sentences in which one word counts: `flow=From-Normal-V52-Grill`.
    let is_sentence = plain.starts_with("flow=");
    more.iter().any(|word| word.eq_ignore_ascii_case(label.trim()))
        || BENIGN.contains(&plain.as_str())
        || plain.starts_with("benign")
        || plain.starts_with("normal ")
        || is_sentence && !plain.contains("botnet") && (plain.contains("normal") || plain.contains("background"))
}

/// The labels in a column, given by its index; `benign` are labels that mean benign in addition to the usual ones.
pub fn labels(rows: &RowStore, column: usize, benign: &[String]) -> Labels {
    let kind = rows.column(column).map_or(crate::model::rows::ColumnKind::Empty, columns::kind);
    let mut cells: Vec<u64> = Vec::with_capacity(rows.len());
    if let Some(kept) = rows.column(column) {
        kept.runs(|_, run| cells.extend_from_slice(run));
    }
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    cells.iter().for_each(|cell| *counts.entry(*cell).or_default() += 1);
    let mut named: Vec<(bool, String, u64, u64)> = counts
        .into_iter()
        .map(|(cell, n)| {
            let text = columns::words(rows, column, kind, cell);
            let is_attack = !is_benign(&text, benign);
            (is_attack, if cell == cell::MISSING { "(empty)".to_owned() } else { text }, cell, n)
        })
        .collect();
    named.arrange();
    let places: BTreeMap<u64, u32> = named.iter().zip(0..).map(|((_, _, cell, _), place)| (*cell, place)).gathered();
    Labels {
        of_rows: cells.iter().map(|cell| places.get(cell).copied().unwrap_or(0)).collect(),
        classes: named.into_iter().map(|(is_attack, name, _, n_rows)| Class { name, n_rows, is_attack }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_benign() {
        for benign in [
            "BENIGN",
            "normal.",
            "Normal",
            "0",
            "",
            " Background ",
            "flow=From-Normal-V52-Grill",
            "flow=Background-TCP",
            "BenignTraffic",
            "Normal Traffic",
        ] {
            assert!(is_benign(benign, &[]), "{benign}");
        }
        for attack in ["neptune.", "1", "DoS Hulk", "flow=From-Botnet-V52-1-ICMP", "Okiru"] {
            assert!(!is_benign(attack, &[]), "{attack}");
        }
        assert!(is_benign("ok", &["OK".to_owned()]));
    }
}
