//! What is trained on: columns of numbers and texts, and what each row is, when it was and whose.

use crate::learn::column::{Cells, TableColumn};
use crate::learn::prepare::{Source, Values};
use crate::maths::sorting::Arrange;
use crate::stats::labels::{Class, Labels};
use serde::{Deserialize, Serialize};

/// Rows with a class each.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct LabelledTable {
    /// Rows.
    pub n_rows: usize,
    /// One a feature.
    pub columns: Vec<TableColumn>,
    /// Classes: benign ones, then attacks.
    pub classes: Vec<Class>,
    /// The class of each row.
    pub of_rows: Vec<u32>,
    /// When each row was, ns since 1970, if that is known.
    pub times: Option<Vec<i64>>,
    /// Whose each row is, as the place of a name in `group_names`, if that is known.
    pub groups: Option<Vec<u32>>,
    /// Hosts or files.
    pub group_names: Vec<String>,
}

impl LabelledTable {
    /// The labels of some rows, for measures.
    pub fn labels(&self, rows: &[u32]) -> Labels {
        let of_rows: Vec<u32> = rows.iter().filter_map(|row| self.of_rows.get(*row as usize)).copied().collect();
        let mut classes = self.classes.clone();
        classes.iter_mut().for_each(|class| class.n_rows = 0);
        for class in &of_rows {
            classes.get_mut(*class as usize).into_iter().for_each(|class| class.n_rows += 1);
        }
        Labels::new(classes, of_rows)
    }

    /// True if a row is an attack.
    pub fn is_attack(&self, row: u32) -> bool {
        let class = self.of_rows.get(row as usize).and_then(|class| self.classes.get(*class as usize));
        class.is_some_and(|class| class.is_attack)
    }

    /// Rows that are attacks.
    pub fn n_attacks(&self) -> usize {
        (0..).take(self.n_rows).filter(|row| self.is_attack(*row)).count()
    }

    /// Adds the rows of another table: columns of the same name go together, what one lacks is missing there.
    pub fn append(&mut self, other: &LabelledTable) {
        let before = self.n_rows;
        for column in &mut self.columns {
            let same = other.columns.iter().find(|other| other.name == column.name && other.unit == column.unit);
            column.cells.append(before, same.map(|same| &same.cells), other.n_rows);
        }
        for column in &other.columns {
            if !self.columns.iter().any(|own| own.name == column.name && own.unit == column.unit) {
                let mut cells = Cells::Nothing;
                cells.append(before, Some(&column.cells), other.n_rows);
                self.columns.push(TableColumn { cells, ..column.clone() });
            }
        }
        let mut names: Vec<(bool, String)> =
            self.classes.iter().chain(&other.classes).map(|class| (class.is_attack, class.name.clone())).collect();
        names.arrange();
        names.dedup();
        let place = |class: Option<&Class>| {
            let own = class.map(|class| (class.is_attack, class.name.clone()));
            own.and_then(|own| names.binary_search(&own).ok()).unwrap_or(0) as u32
        };
        let of = |table: &LabelledTable| -> Vec<u32> {
            table.of_rows.iter().map(|class| place(table.classes.get(*class as usize))).collect()
        };
        let of_rows: Vec<u32> = of(self).into_iter().chain(of(other)).collect();
        let n_rows = |place: u32| of_rows.iter().filter(|class| **class == place).count() as u64;
        let class = |((is_attack, name), place): (&(bool, String), u32)| Class {
            name: name.clone(),
            n_rows: n_rows(place),
            is_attack: *is_attack,
        };
        self.classes = names.iter().zip(0..).map(class).collect();
        self.of_rows = of_rows;
        let join = |own: &mut Option<Vec<i64>>, other: &Option<Vec<i64>>| match (own.as_mut(), other) {
            (Some(own), Some(other)) => own.extend(other),
            _ => *own = None,
        };
        join(&mut self.times, &other.times);
        match (&mut self.groups, &other.groups) {
            (Some(own), Some(groups)) => {
                let shift = self.group_names.len() as u32;
                own.extend(groups.iter().map(|group| group + shift));
                self.group_names.extend(other.group_names.iter().cloned());
            }
            (own, _) => *own = None,
        }
        self.n_rows += other.n_rows;
    }
}

/// Some rows of a table, as if these were all.
pub struct Part<'a> {
    /// The table.
    pub table: &'a LabelledTable,
    /// Its rows.
    pub rows: &'a [u32],
}

impl Source for Part<'_> {
    fn n_rows(&self) -> usize {
        self.rows.len()
    }

    fn n_columns(&self) -> usize {
        self.table.columns.len()
    }

    fn name(&self, column: usize) -> String {
        self.table.columns.get(column).map(|column| column.name.clone()).unwrap_or_default()
    }

    fn values(&self, column: usize) -> Values {
        self.table.columns.get(column).map_or(Values::NotForLearning, |column| column.cells.of(self.rows))
    }
}
