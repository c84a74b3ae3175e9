//! The hosts with the most bytes sent and received.

use super::{Entry, MOST_BARS};
use crate::model::Analysis;
use crate::model::analysis::HostRow;
use crate::model::chart::{Bar, ChartSpec, Marks};
use crate::model::format::quantity::bytes;
use crate::model::format::quantity::counted;
use crate::model::format::quantity::percent;

pub const ENTRY: Entry = Entry { id: "top_talkers", name: "Top talkers by bytes", make };

fn make(analysis: &Analysis, _offset_minutes: i32) -> ChartSpec {
    let rows = &analysis.stats.top_hosts;
    ChartSpec {
        id: ENTRY.id.to_owned(),
        title: ENTRY.name.to_owned(),
        summary: match rows.first() {
            None => "No IP address was seen.".to_owned(),
            Some(first) => format!(
                "{}; {} sent and received most, {} ({} of all bytes).",
                counted(analysis.summary.hosts, "host", "hosts"),
                label(first),
                bytes(total(first)),
                percent(total(first), analysis.summary.bytes as f64),
            ),
        },
        marks: Marks::Bars(
            rows.iter().take(MOST_BARS).map(|row| Bar { label: label(row), value: total(row) }).collect(),
        ),
        unit: "B".to_owned(),
        has_data: true,
    }
}

fn total(row: &HostRow) -> f64 {
    row.bytes_sent as f64 + row.bytes_received as f64
}

fn label(row: &HostRow) -> String {
    if row.name.is_empty() { row.host.to_string() } else { format!("{} {}", row.host, row.name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Addr;

    #[test]
    fn names_the_busiest_host() {
        let mut analysis = Analysis::default();
        (analysis.summary.bytes, analysis.summary.hosts) = (4000, 2);
        analysis.stats.top_hosts = vec![HostRow {
            host: Addr::v4([10, 0, 0, 1]),
            name: "files.example".into(),
            bytes_sent: 1000,
            bytes_received: 2000,
            packets: 9,
            flows: 1,
        }];
        assert_eq!(
            make(&analysis, 0).summary,
            "2 hosts; 10.0.0.1 files.example sent and received most, 3.00 kB (75 % of all bytes)."
        );
    }
}
