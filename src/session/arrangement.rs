//! How people arrange the columns of a table: which are shown, in which order and how wide.

use serde::{Deserialize, Serialize};

/// Most columns remembered of a table: tables that people open have headings of their own.
const MOST: usize = 300;
/// Narrowest and widest column, px.
const WIDTHS: (f64, f64) = (32.0, 1600.0);

/// A column as it was arranged.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Entry {
    label: String,
    is_hidden: bool,
    width_px: Option<f64>,
}

/// The columns of a table as they were arranged, by their headings. Empty is as they come.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Arrangement {
    entries: Vec<Entry>,
}

/// A column in its place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Placed {
    /// Its place among the columns as they come.
    pub column: usize,
    /// It is not shown.
    pub is_hidden: bool,
    /// Its width, px; none as it comes.
    pub width_px: Option<f64>,
}

impl Arrangement {
    /// True if nothing was arranged.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All columns in their order, the hidden ones too. `columns` are their headings as they come, and whether they are hidden
    /// until somebody wants them. What was never arranged stands behind what it comes after.
    pub fn placed(&self, columns: &[(&str, bool)]) -> Vec<Placed> {
        let known = |entry: &Entry| columns.iter().position(|(label, _)| *label == entry.label);
        let own = self.entries.iter().filter_map(|entry| Some((known(entry)?, entry)));
        let mut all: Vec<Placed> = Vec::with_capacity(columns.len());
        for (column, entry) in own {
            if all.iter().all(|placed| placed.column != column) {
                all.push(Placed { column, is_hidden: entry.is_hidden, width_px: entry.width_px });
            }
        }
        for (column, (_, is_hidden)) in columns.iter().enumerate() {
            if all.iter().all(|placed| placed.column != column) {
                let before = column.checked_sub(1);
                let at = all.iter().position(|placed| Some(placed.column) == before).map_or(0, |at| at + 1);
                all.insert(at, Placed { column, is_hidden: *is_hidden, width_px: None });
            }
        }
        // A table without columns shows nothing that could bring them back.
        if all.iter().all(|placed| placed.is_hidden)
            && let Some(first) = all.first_mut()
        {
            first.is_hidden = false;
        }
        all
    }

    /// With a column so many places further to the right, or to the left below zero.
    #[must_use]
    pub fn moved(&self, columns: &[(&str, bool)], label: &str, by: isize) -> Arrangement {
        self.changed(columns, |entries| {
            let Some(at) = entries.iter().position(|entry| entry.label == label) else { return };
            let to = at.saturating_add_signed(by).min(entries.len().saturating_sub(1));
            let entry = entries.remove(at);
            entries.insert(to, entry);
        })
    }

    /// With a column shown or hidden.
    #[must_use]
    pub fn toggled(&self, columns: &[(&str, bool)], label: &str) -> Arrangement {
        self.changed(columns, |entries| {
            if let Some(entry) = entries.iter_mut().find(|entry| entry.label == label) {
                entry.is_hidden = !entry.is_hidden;
            }
        })
    }

    /// With a column so wide; none for as it comes.
    #[must_use]
    pub fn resized(&self, columns: &[(&str, bool)], label: &str, width_px: Option<f64>) -> Arrangement {
        self.changed(columns, |entries| {
            if let Some(entry) = entries.iter_mut().find(|entry| entry.label == label) {
                entry.width_px = width_px.filter(|px| px.is_finite()).map(|px| px.round().clamp(WIDTHS.0, WIDTHS.1));
            }
        })
    }

    /// Changes the columns of a table; what is remembered of others stays behind them.
    fn changed(&self, columns: &[(&str, bool)], change: impl FnOnce(&mut Vec<Entry>)) -> Arrangement {
        let entry = |placed: Placed| {
            let label = columns.get(placed.column).map_or("", |(label, _)| label);
            Entry { label: label.to_owned(), is_hidden: placed.is_hidden, width_px: placed.width_px }
        };
        let mut entries: Vec<Entry> = self.placed(columns).into_iter().map(entry).collect();
        change(&mut entries);
        let others = self.entries.iter().filter(|entry| columns.iter().all(|(label, _)| *label != entry.label));
        entries.extend(others.cloned());
        entries.truncate(MOST);
        Arrangement { entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [(&str, bool); 4] = [("a", false), ("b", false), ("c", true), ("d", false)];

    fn shown(arrangement: &Arrangement, columns: &[(&str, bool)]) -> String {
        let placed = arrangement.placed(columns);
        placed.iter().filter(|placed| !placed.is_hidden).map(|placed| columns[placed.column].0).collect()
    }

    #[test]
    fn columns_are_moved_hidden_shown_and_resized() {
        let none = Arrangement::default();
        assert_eq!(shown(&none, &COLUMNS), "abd");
        let one = none.moved(&COLUMNS, "d", -2).toggled(&COLUMNS, "c").toggled(&COLUMNS, "b");
        assert_eq!(shown(&one, &COLUMNS), "adc");
        let wide = one.resized(&COLUMNS, "d", Some(9000.4));
        assert_eq!(wide.placed(&COLUMNS)[1].width_px, Some(1600.0));
        assert_eq!(wide.resized(&COLUMNS, "d", None), one);
        assert_eq!(shown(&one.moved(&COLUMNS, "a", 99), &COLUMNS), "dca");
        let text = serde_json::to_string(&wide).unwrap();
        assert_eq!(serde_json::from_str::<Arrangement>(&text).unwrap(), wide);
    }

    #[test]
    fn what_comes_new_stands_where_it_comes_and_one_column_is_always_there() {
        let known = Arrangement::default().moved(&COLUMNS, "a", 1);
        let more = [("a", false), ("x", false), ("b", false), ("c", true), ("d", false)];
        assert_eq!(shown(&known, &more), "baxd");
        // Other columns in between are remembered.
        let other = known.toggled(&[("y", false), ("z", false)], "z");
        assert_eq!(
            (shown(&other, &COLUMNS).as_str(), shown(&other, &[("y", false), ("z", false)]).as_str()),
            ("bad", "y")
        );
        let empty = Arrangement::default().toggled(&[("a", false)], "a");
        assert_eq!(shown(&empty, &[("a", false)]), "a");
    }
}
