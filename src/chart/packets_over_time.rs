//! Packets over time, stacked by kind.

use super::Entry;
use crate::model::Analysis;
use crate::model::chart::ChartSpec;
use crate::model::format::quantity::counted;

pub const ENTRY: Entry = Entry { id: "packets_over_time", name: "Packets over time", make };

fn make(analysis: &Analysis, offset_minutes: i32) -> ChartSpec {
    let timeline = &analysis.stats.timeline;
    super::over_time(
        ENTRY.id,
        (ENTRY.name, "packets", "packets"),
        (analysis, &timeline.packets),
        offset_minutes,
        |value| counted(value as u64, "packet", "packets"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::format::time::SECOND;

    #[test]
    fn counts_packets_of_all_kinds() {
        let mut analysis = Analysis::default();
        let timeline = &mut analysis.stats.timeline;
        (timeline.start_ns, timeline.bin_ns) = (0, SECOND);
        timeline.packets = [vec![0], vec![0], vec![0], vec![3], vec![1]];
        assert_eq!(
            make(&analysis, 60).summary,
            "4 packets in 1 s, most of it ARP (75 %); the busiest 1 s began at 1970-01-01 01:00:00 UTC+01:00 with 4 packets."
        );
    }
}
