//! Bytes over time, stacked by kind.

use super::Entry;
use crate::model::Analysis;
use crate::model::chart::ChartSpec;
use crate::model::format::quantity::bytes;

pub const ENTRY: Entry = Entry { id: "traffic_over_time", name: "Traffic over time", make };

fn make(analysis: &Analysis, offset_minutes: i32) -> ChartSpec {
    let timeline = &analysis.stats.timeline;
    super::over_time(ENTRY.id, (ENTRY.name, "bytes", "B"), (analysis, &timeline.bytes), offset_minutes, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::chart::Marks;
    use crate::model::format::time::SECOND;

    #[test]
    fn says_total_peak_and_main_kind() {
        let mut analysis = Analysis::default();
        let timeline = &mut analysis.stats.timeline;
        (timeline.start_ns, timeline.bin_ns) = (0, 10 * SECOND);
        timeline.bytes = [vec![1000, 5000], vec![500, 0], vec![0; 2], vec![0; 2], vec![0; 2]];
        let spec = make(&analysis, 0);
        assert_eq!(spec.title, "Traffic over time, bytes per 10 s");
        assert_eq!(
            spec.summary,
            "6.50 kB in 20 s, most of it TCP (92 %); the busiest 10 s began at 1970-01-01 00:00:10 UTC with 5.00 kB."
        );
        assert!(matches!(&spec.marks, Marks::Areas { series, .. } if series.len() == 5));
    }

    #[test]
    fn an_empty_capture_says_so() {
        assert_eq!(make(&Analysis::default(), 0).summary, "There is no traffic to show.");
    }
}
