//! Columns of bytes and of packets to the unit of the bytes: kilobytes or megabytes where the numbers are too small for bytes.
//!
//! A packet of IP has 20 bytes at least, so a column whose flows have hardly more than one for each packet counts kilobytes, or
//! megabytes. Each column is judged for itself: tables have kilobytes in one and bytes in the next.

use super::super::figure;
use super::super::units::split_bytes;
use super::SampleRows;
use super::numbers::TableMarks;
use crate::model::rows::{Column, Role};

/// Rows that have to show it, at least.
const LEAST_ROWS: usize = 10;
/// Least packets of a row that counts as long.
const LONG: f64 = 5.0;
/// Least long rows among them.
const LEAST_LONG: usize = 3;
/// Largest packet of common links (jumbo frames), bytes.
const MOST_BYTES: f64 = 9_100.0;
/// Smallest packet of IP: its header, bytes.
const LEAST_BYTES: f64 = 20.0;
/// A count of kilobytes is rounded: up to one for a packet alone.
const ROUNDED: f64 = 1.0;

/// Columns of bytes that count multiples, and how many bytes one is. Those whose heading says so are left out.
pub fn find(columns: &[Column], rows: &SampleRows, marks: &TableMarks) -> Vec<(usize, u32)> {
    let place = |role: Role| columns.iter().position(|column| column.role == role);
    let sides = [(Role::FwdBytes, Role::FwdPackets), (Role::BwdBytes, Role::BwdPackets), (Role::Bytes, Role::Packets)];
    let mut found = Vec::new();
    for (bytes, packets) in sides {
        let (Some(bytes), Some(packets)) = (place(bytes), place(packets)) else { continue };
        let has_unit_in_heading = columns.get(bytes).is_none_or(|column| split_bytes(&column.name).is_some());
        if has_unit_in_heading {
            continue;
        }
        let number = |row: &Vec<Vec<u8>>, place: usize| figure::number(row.get(place)?, marks.of(place));
        let pairs: Vec<(f64, f64)> = rows
            .iter()
            .filter_map(|row| Some((number(row, bytes)?, number(row, packets)?)))
            .filter(|(bytes, packets)| *bytes > 0.0 && *packets >= 1.0)
            .collect();
        found.extend([1_000, 1_000_000].into_iter().find(|n| is_multiple(&pairs, f64::from(*n))).map(|n| (bytes, n)));
    }
    found
}

/// True if counts of bytes are those of this multiple: all are too small for bytes, and nearly all fit as multiples.
fn is_multiple(pairs: &[(f64, f64)], n: f64) -> bool {
    let n_long = pairs.iter().filter(|(_, packets)| *packets >= LONG).count();
    let is_small =
        |(bytes, packets): &&(f64, f64)| *bytes <= packets * MOST_BYTES / n + ROUNDED && *bytes < packets * LEAST_BYTES;
    let fits = |(bytes, packets): &&(f64, f64)| bytes * n + ROUNDED * n >= packets * LEAST_BYTES;
    // One payload of a byte in each of many packets looks the same, and so do columns of one value.
    let first = pairs.first().map_or(0.0, |(bytes, packets)| bytes / packets);
    let is_varied = pairs.iter().any(|(bytes, packets)| (bytes / packets - first).abs() > first / 10.0);
    // 98 in 100: a few rows may be damaged.
    let is_most = |n_of_it: usize| n_of_it * 50 >= pairs.len() * 49;
    pairs.len() >= LEAST_ROWS
        && n_long >= LEAST_LONG
        && is_varied
        && is_most(pairs.iter().filter(is_small).count())
        && is_most(pairs.iter().filter(fits).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilobytes_are_told_by_the_packets() {
        let of = |bytes: &dyn Fn(f64) -> f64| (1..40).map(f64::from).map(|n| (bytes(n), n)).collect::<Vec<_>>();
        assert!(is_multiple(&of(&|packets| (packets * 0.7).ceil()), 1e3));
        assert!(!is_multiple(&of(&|packets| packets * (40.0 + packets)), 1e3), "bytes");
        assert!(!is_multiple(&of(&|packets| packets), 1e3), "a byte in each");
        assert!(!is_multiple(&of(&|packets| packets * 0.9 + packets % 3.0)[..9], 1e3), "few rows");
    }
}
