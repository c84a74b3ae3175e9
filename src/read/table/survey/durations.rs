//! Of several columns of durations in different units, the one that counts: the finest that tells the whole duration.

use super::super::dialect::{Entry, KnownBy, Unit};
use super::super::names;
use super::super::units::unit_of_heading;
use super::SampleRows;
use crate::model::rows::{Column, Role};

/// The reader of the number in a cell of a row.
pub type Number<'a> = &'a dyn Fn(&[Vec<u8>], usize) -> Option<f64>;

/// A part of a duration (`duration_nsec` beside `duration_sec`) is mostly less than this share of the whole.
const PART: f64 = 0.5;
/// Durations that differ by less are the same in the same unit.
const SAME: f64 = 0.01;

/// The column of durations that counts, and others that say the same in another unit, or only a part of it. Nothing if there
/// is one such column, or if no row fills two of them.
pub fn choose(columns: &[Column], rows: &SampleRows, entry: &Entry, number: Number<'_>) -> Option<(usize, Vec<usize>)> {
    let places: Vec<usize> = (0..columns.len())
        .filter(|place| columns.get(*place).is_some_and(|column| column.role == Role::Duration))
        .collect();
    let rank = |place: &usize| {
        let column = columns.get(*place);
        let unit = column.and_then(|column| unit_of_heading(&column.name));
        let is_tool = !matches!(entry.known_by, KnownBy::Rest | KnownBy::Lines(_));
        let of_tool = column.filter(|_| is_tool).map_or(0, |column| names::role(&column.name, entry).1);
        (!column.is_some_and(Column::is_chosen), of_tool, unit.map_or(f64::MAX as u64, |unit| unit.ns() as u64))
    };
    let mut best = places.iter().copied().min_by_key(rank).filter(|_| places.len() > 1)?;
    let unit = |place: usize| columns.get(place).and_then(|column| unit_of_heading(&column.name)).map(Unit::ns);
    let pairs = |other: usize| {
        let both = move |row: &Vec<Vec<u8>>| Some((number(row, best)?, number(row, other)?));
        rows.iter().filter_map(both).filter(|(own, other)| *own > 0.0 || *other > 0.0).collect::<Vec<(f64, f64)>>()
    };
    let mut others: Vec<usize> = Vec::new();
    let mut whole = None;
    for place in places.iter().copied().filter(|place| *place != best) {
        let pairs = pairs(place);
        let is_same = |(own, other): &(f64, f64)| (own - other).abs() <= SAME * own.max(*other);
        if pairs.is_empty() || pairs.iter().all(is_same) {
            continue;
        }
        others.push(place);
        // What is less than the other column says is a part of it.
        if let (Some(own_unit), Some(other_unit)) = (unit(best), unit(place)) {
            let is_part = |(own, other): &&(f64, f64)| own * own_unit < PART * other * other_unit;
            if other_unit > own_unit && pairs.iter().filter(is_part).count() * 2 > pairs.len() {
                whole = Some(place);
            }
        }
    }
    if let Some(whole) = whole {
        others.retain(|place| *place != whole);
        others.push(best);
        best = whole;
    }
    Some((best, others))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::table::dialect;

    fn chosen(names: [&str; 2], rows: &[[&str; 2]]) -> Option<(usize, Vec<usize>)> {
        let columns = names.map(|name| Column { name: name.to_owned(), role: Role::Duration, ..Column::default() });
        let rows: SampleRows = rows.iter().map(|row| row.map(|cell| cell.as_bytes().to_vec()).to_vec()).collect();
        let entry = &dialect::ALL[dialect::ALL.len() - 1];
        choose(&columns, &rows, entry, &|row, place| std::str::from_utf8(row.get(place)?).ok()?.parse().ok())
    }

    #[test]
    fn of_two_units_the_finer_counts_unless_it_is_the_rest_of_a_second() {
        assert_eq!(chosen(["Elapsed", "Duration (ms)"], &[["0.533", "533"], ["2.0", "2000"]]), Some((1, vec![0])));
        assert_eq!(chosen(["dur_us", "Duration (ms)"], &[["1263000", "1263"]]), Some((0, vec![1])));
        let parts = [["12", "250000000"], ["3", "100000000"], ["8", "1"]];
        assert_eq!(chosen(["duration_sec", "duration_nsec"], &parts), Some((0, vec![1])));
        assert_eq!(chosen(["Elapsed", "Duration"], &[["0.5", "0.5"]]), Some((0, vec![])));
        assert_eq!(chosen(["Elapsed", "Duration (ms)"], &[["0.5", ""], ["", "20"]]), Some((1, vec![])));
    }
}
