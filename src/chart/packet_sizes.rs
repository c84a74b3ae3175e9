//! Packets by size on the wire.

use super::Entry;
use crate::model::Analysis;
use crate::model::analysis::SizeBin;
use crate::model::chart::{Bar, ChartSpec, Marks};
use crate::model::format::quantity::counted;
use crate::model::format::quantity::percent;

pub const ENTRY: Entry = Entry { id: "packet_sizes", name: "Packets by size in bytes", make };

fn make(analysis: &Analysis, _offset_minutes: i32) -> ChartSpec {
    let bins = &analysis.stats.sizes;
    let packets: u64 = bins.iter().map(|bin| bin.packets).sum();
    // Of equal counts the smallest size wins: max_by_key returns the last, so the order is reversed.
    let commonest = bins.iter().rev().max_by_key(|bin| bin.packets).filter(|bin| bin.packets > 0);
    ChartSpec {
        id: ENTRY.id.to_owned(),
        title: ENTRY.name.to_owned(),
        summary: match commonest {
            None => "There are no packets.".to_owned(),
            Some(bin) => format!(
                "Of {}, {} have {} bytes on the wire, more than any other range.",
                counted(packets, "packet", "packets"),
                percent(bin.packets as f64, packets as f64),
                label(bin).replace('–', " to "),
            ),
        },
        marks: Marks::Columns(
            trimmed(bins).iter().map(|bin| Bar { label: label(bin), value: bin.packets as f64 }).collect(),
        ),
        unit: "packets".to_owned(),
        has_data: false,
    }
}

/// Without the empty ranges at both ends.
fn trimmed(bins: &[SizeBin]) -> &[SizeBin] {
    let first = bins.iter().position(|bin| bin.packets > 0).unwrap_or(0);
    let end = bins.iter().rposition(|bin| bin.packets > 0).map_or(0, |last| last + 1);
    bins.get(first..end).unwrap_or(&[])
}

fn label(bin: &SizeBin) -> String {
    match bin.to {
        u32::MAX => format!("{}+", bin.from),
        to if to == bin.from => to.to_string(),
        to => format!("{}–{to}", bin.from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_commonest_size() {
        let mut analysis = Analysis::default();
        let bin = |from, to, packets| SizeBin { from, to, packets };
        analysis.stats.sizes = vec![bin(0, 63, 0), bin(64, 127, 6), bin(128, 1518, 1), bin(1519, u32::MAX, 1)];
        let spec = make(&analysis, 0);
        assert_eq!(spec.summary, "Of 8 packets, 75 % have 64 to 127 bytes on the wire, more than any other range.");
        assert!(
            matches!(&spec.marks, Marks::Columns(columns) if columns[2].label == "1519+" && columns[0].value == 6.0)
        );
    }
}
