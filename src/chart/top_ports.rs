//! The server ports with the most flows.

use super::{Entry, MOST_BARS};
use crate::model::Analysis;
use crate::model::analysis::PortRow;
use crate::model::chart::{Bar, ChartSpec, Marks};
use crate::model::format::quantity::counted;
use crate::model::format::quantity::percent;

pub const ENTRY: Entry = Entry { id: "top_ports", name: "Server ports by flows", make };

fn make(analysis: &Analysis, _offset_minutes: i32) -> ChartSpec {
    let rows = &analysis.stats.top_ports;
    ChartSpec {
        id: ENTRY.id.to_owned(),
        title: ENTRY.name.to_owned(),
        summary: match rows.first() {
            None => "No flow has a port.".to_owned(),
            Some(first) => format!(
                "{} has the most flows, {} ({} of {}).",
                label(first),
                counted(first.flows, "flow", "flows"),
                percent(first.flows as f64, analysis.summary.flows as f64),
                counted(analysis.summary.flows, "flow", "flows"),
            ),
        },
        marks: Marks::Bars(
            rows.iter().take(MOST_BARS).map(|row| Bar { label: label(row), value: row.flows as f64 }).collect(),
        ),
        unit: "flows".to_owned(),
        has_data: false,
    }
}

fn label(row: &PortRow) -> String {
    format!("{} {} {}", row.transport, row.port, row.app).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_busiest_port() {
        let mut analysis = Analysis::default();
        analysis.summary.flows = 4;
        let row = |port, app: &str, flows| PortRow {
            port,
            transport: "TCP".into(),
            app: app.into(),
            flows,
            packets: 1,
            bytes: 1,
        };
        analysis.stats.top_ports = vec![row(443, "TLS", 3), row(9999, "", 1)];
        let spec = make(&analysis, 0);
        assert_eq!(spec.summary, "TCP 443 TLS has the most flows, 3 flows (75 % of 4 flows).");
        assert!(matches!(&spec.marks, Marks::Bars(bars) if bars[1].label == "TCP 9999"));
    }
}
