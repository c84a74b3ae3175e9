//! A column of a table as a row of the list.

use crate::model::format::quantity;
use crate::model::format::time;
use crate::model::rows::{ColumnInfo, ColumnKind, Role};
use crate::web::page::parts::grid::{Column, Row, Texts};
use crate::web::page::parts::text::{Times, plain};
use yew::AttrValue;

const fn column(label: &'static str, is_number: bool, texts: Texts) -> Column<()> {
    Column { label: AttrValue::Static(label), sort: None, is_number, texts, width: "", is_hidden: false }
}

const fn text(label: &'static str) -> Column<()> {
    column(label, false, Texts::Ours)
}

const fn number(label: &'static str) -> Column<()> {
    column(label, true, Texts::Ours)
}

/// A value of a column of this kind.
pub fn value(kind: ColumnKind, value: f64) -> String {
    if kind == ColumnKind::Time {
        return time::to_second(time::from_seconds(value));
    }
    let size = value.abs();
    if value == value.trunc() && size < 1e15 {
        return quantity::plain(value);
    }
    if (1e-3..1e6).contains(&size) { quantity::plain((value * 1e4).round() / 1e4) } else { format!("{value:.3e}") }
}

/// What a column is taken for; nothing for a plain figure.
fn meaning(role: Role) -> &'static str {
    if role == Role::Plain { "" } else { role.id() }
}

/// How many distinct values there are, as far as that is known.
pub fn distinct(info: &ColumnInfo) -> String {
    let least = if info.is_distinct_least && info.distinct > 0 { "≥ " } else { "" };
    format!("{least}{}", quantity::count(info.distinct))
}

impl Row for ColumnInfo {
    type Beside = ();
    const LABEL: &'static str = "Columns";
    const NOUNS: (&'static str, &'static str) = ("column", "columns");
    const CLASS: &'static str = "columns-grid";
    type Look = ();
    const IS_ARRANGED: bool = false;
    const COLUMNS: &'static [Column<()>] = &[
        number("Position"),
        column("Name", false, Texts::OurHeading),
        text("Meaning"),
        text("Values"),
        number("Count"),
        number("Missing"),
        number("Distinct"),
        number("Smallest"),
        number("Mean"),
        number("Largest"),
        number("Deviation"),
    ];

    fn key(&self) -> u64 {
        self.place.into()
    }

    fn cells(&self, _times: Times, (): &()) -> Vec<String> {
        let figure = |of: fn(&crate::model::rows::Figures) -> f64| {
            self.numbers.as_ref().map_or_else(String::new, |figures| value(self.kind, of(figures)))
        };
        let deviation = if self.kind == ColumnKind::Time { String::new() } else { figure(|f| f.deviation) };
        let meaning = if self.is_label { "label, never a feature" } else { meaning(self.role) };
        vec![
            quantity::count(u64::from(self.place) + 1),
            plain(&self.name),
            meaning.to_owned(),
            self.kind.name().to_owned(),
            quantity::count(self.count),
            quantity::count(self.missing),
            distinct(self),
            figure(|f| f.min),
            figure(|f| f.mean),
            figure(|f| f.max),
            deviation,
        ]
    }
}
