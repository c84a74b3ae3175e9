//! Rows are kept, compressed and read again as they were.

use super::*;
use crate::model::rows::Column;

/// A store of columns with these names.
pub fn store(names: &[&str], most_bytes: usize) -> RowStore {
    let mut store = RowStore::new(most_bytes, 42);
    let columns = names.iter().map(|name| Column::named(name)).collect();
    store.set_layout(&Layout { columns, ..Layout::default() });
    store
}

#[test]
fn past_the_cap_rows_are_halved_in_order_and_totals_count_all() {
    let mut store = store(&["a", "b"], 300_000);
    for i in 0..200_000u32 {
        let place = Place { offset: u64::from(i) * 10, length: 9 };
        store.push(&[CellValue::Number(f64::from(i) / 3.0), CellValue::Text(0, 1)], b"x", place);
    }
    store.flush();
    assert_eq!(store.n_rows(), 200_000);
    assert!(store.is_sampled() && store.packed_bytes() <= 300_000 && store.len() > 5_000, "{}", store.len());
    assert_eq!(store.column(0).unwrap().totals().numbers, 200_000);
    let mut before = None;
    for row in 0..store.len() {
        let number = store.number(row).unwrap();
        assert!(before < Some(number));
        before = Some(number);
        assert_eq!(cell::as_number(store.cell(0, row)), Some(number as f64 / 3.0));
        assert_eq!(store.place(row).unwrap().offset, number * 10);
        assert_eq!(store.text(1, store.cell(1, row)), Some(&b"x"[..]));
    }
    assert_eq!(store.numbers().len(), store.len());
}

#[test]
fn a_column_that_comes_late_is_missing_before() {
    let mut store = store(&["a"], usize::MAX);
    (0..5000).for_each(|i| store.push(&[CellValue::Number(f64::from(i))], b"", Place::default()));
    let mut layout = store.layout().clone();
    layout.columns.push(Column::named("b"));
    store.set_layout(&layout);
    store.push(&[CellValue::Number(1.0), CellValue::Number(2.0)], b"", Place::default());
    store.flush();
    assert_eq!((store.cell(1, 4999), cell::as_number(store.cell(1, 5000))), (MISSING, Some(2.0)));
    assert_eq!(cell::as_number(store.cell(0, 4999)), Some(4999.0));
}
