//! Rows of a table to features: its columns, those held for labels and those that say who, when or which row aside.

use super::feature::{Feature, identity};
use crate::learn::prepare::Values;
use crate::model::rows::ColumnKind;
use crate::protocol::anomalies::Withheld;
use crate::stats::columns;
use crate::stats::label_columns::label_columns;
use crate::stats::rows::{RowStore, cell};

/// All columns.
pub fn features(rows: &RowStore) -> Vec<Feature> {
    let held = label_columns(rows);
    let columns = rows.layout().columns.iter().zip(held).enumerate();
    let feature = |(place, (column, held)): (usize, (&crate::model::rows::Column, Option<_>))| {
        let kind = rows.column(place).map_or(ColumnKind::Empty, columns::kind);
        let held = held.map(|held: crate::stats::label_columns::HeldFor| Withheld::Label(held.sentence()));
        let is_identity = !column.role.is_feature() || kind == ColumnKind::Time;
        let why = if kind == ColumnKind::Time { "when" } else { "who, when or which row" };
        let withheld =
            held.or_else(|| is_identity.then(|| identity(&format!("It says {why}, not how: {}.", column.role.id()))));
        let group = match withheld {
            Some(Withheld::Label(_)) => "Labels",
            Some(Withheld::Identity(_)) => "Who and when",
            None if kind == ColumnKind::Text => "Texts",
            None => "Numbers",
        };
        Feature { withheld, ..Feature::new(&column.name, group, "", "") }
    };
    columns.map(feature).collect()
}

/// The values of some columns for some kept rows, by their places.
pub fn values(rows: &RowStore, members: &[u32], wanted: &[usize]) -> Vec<Values> {
    let of = |column: &usize| {
        let Some(kept) = rows.column(*column) else { return Values::NotForLearning };
        let mut cells = Vec::with_capacity(rows.len());
        kept.runs(|_, run| cells.extend_from_slice(run));
        let own = members.iter().map(|row| cells.get(*row as usize).copied().unwrap_or(cell::MISSING));
        if columns::kind(kept) == ColumnKind::Text {
            let word = |code| columns::words(rows, *column, ColumnKind::Text, cell::text(code));
            return Values::Texts(own.map(cell::code).collect(), (0..kept.n_texts() as u32).map(word).collect());
        }
        // A text among numbers is no number.
        Values::Numbers(own.map(|cell| cell::as_number(cell).unwrap_or(f64::NAN)).collect())
    };
    wanted.iter().map(of).collect()
}
