//! Columns whose meaning their values tell.

use super::*;
use crate::read::table::cells::{self, Delimiter};
use crate::read::table::dialect::ALL;
use crate::read::table::format::CellFormats;
use crate::read::table::roles::{Places, Row};

fn judged(names: &[&str], rows: &[&str], has_header: bool) -> Vec<Role> {
    let mut columns: Vec<Column> = names.iter().map(|name| Column::named(name)).collect();
    let (mut sample, places) = (Sample::default(), Places::default());
    for row in rows {
        let (mut values, mut room) = (Vec::new(), Vec::new());
        let cut = Delimiter { separator: b',', has_quotes: true, has_triple_spaces: false };
        let bytes = cells::values(row.as_bytes(), cut, &CellFormats::default(), &mut values, &mut room);
        sample.add(&Row { bytes, values: &values, places: &places });
    }
    for (place, role) in judge(&columns, &sample, has_header, ALL.last().unwrap()) {
        columns[place].role = role;
    }
    columns.into_iter().map(|column| column.role).collect()
}

#[test]
fn columns_without_headings_are_known_by_their_values() {
    use Role::*;
    let rows = ["10.0.0.1,10.0.0.2,5000,443,6,12,5000,x", "10.0.0.1,10.0.0.3,5001,53,17,1,80,y"];
    let names = ["column 1", "column 2", "column 3", "column 4", "column 5", "column 6", "column 7", "column 8"];
    assert_eq!(judged(&names, &rows, false), [Source, Target, SourcePort, TargetPort, Protocol, Packets, Bytes, Plain]);
}

#[test]
fn ports_are_known_by_services_and_clients_wherever_they_stand() {
    use Role::*;
    let row =
        |n: u32| format!("10.0.0.{n},x,{},10.0.1.1,64,{},{}", 50_000 + 7 * n, [443, 53, 80][n as usize % 3], n % 4);
    let rows: Vec<String> = (1..20).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let names = ["qa", "qb", "qc", "qd", "qe", "qf", "qg"];
    assert_eq!(judged(&names, &rows, true), [Source, Plain, SourcePort, Target, Plain, TargetPort, Plain]);
    let sizes: Vec<String> = (1..20).map(|n| format!("10.0.0.{n},x,{n},10.0.1.1,64,{}", 1100 + 60 * n)).collect();
    let rows: Vec<&str> = sizes.iter().map(String::as_str).collect();
    assert!(!judged(&names, &rows, true).contains(&SourcePort));
}

#[test]
fn words_of_attacks_are_labels_where_no_heading_says_anything() {
    use Role::*;
    let rows = ["10.0.0.1,10.0.0.2,a,benign", "10.0.0.1,10.0.0.3,b,port scan"];
    assert_eq!(judged(&["qa", "qb", "qc", "qd"], &rows, true), [Source, Target, Plain, Label]);
    // With headings that say something, the others are asked too: this one is no label's.
    assert_eq!(judged(&["qa", "qb", "qc", "src port"], &rows, true)[3], Plain);
}

#[test]
fn unknown_headings_give_way_to_values() {
    use Role::*;
    let rows = ["a,192.0.2.1,80,10.0.0.1,5000,tcp,benign", "b,192.0.2.1,80,10.0.0.2,5001,udp,scan"];
    let names = ["name", "their_dst", "p1", "our_src", "p2", "kind", "category"];
    assert_eq!(judged(&names, &rows, true), [Plain, Target, TargetPort, Source, SourcePort, Protocol, Label]);
}
