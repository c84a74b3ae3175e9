//! The transports and applications with the most bytes, and what is not IP.

use super::{Entry, MOST_BARS};
use crate::maths::sorting::Arrange;
use crate::model::Analysis;
use crate::model::analysis::ProtocolCount;
use crate::model::chart::{Bar, ChartSpec, Marks};
use crate::model::format::quantity::bytes;
use crate::model::format::quantity::percent;

pub const ENTRY: Entry = Entry { id: "protocols", name: "Protocols by bytes", make };

fn make(analysis: &Analysis, _offset_minutes: i32) -> ChartSpec {
    let summary = &analysis.summary;
    let mut counts: Vec<&ProtocolCount> = summary.protocols.iter().filter(|count| is_shown(count)).collect();
    counts.arrange_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    let share =
        |count: &ProtocolCount| format!("{} in {}", percent(count.bytes as f64, summary.bytes as f64), count.name);
    let shares: Vec<String> = counts.iter().filter(|c| c.layer >= 3).take(4).map(|count| share(count)).collect();
    ChartSpec {
        id: ENTRY.id.to_owned(),
        title: ENTRY.name.to_owned(),
        summary: match shares.as_slice() {
            [] => "No protocol was identified.".to_owned(),
            shares => format!("Of {}: {}. Layers overlap.", bytes(summary.bytes as f64), shares.join(", ")),
        },
        marks: Marks::Bars(
            counts
                .iter()
                .take(MOST_BARS)
                .map(|count| Bar { label: count.name.clone(), value: count.bytes as f64 })
                .collect(),
        ),
        unit: "B".to_owned(),
        has_data: false,
    }
}

/// Links and IP itself carry nearly everything, so their bars would tell nothing.
fn is_shown(count: &ProtocolCount) -> bool {
    count.layer >= 3 || (count.layer == 2 && !matches!(count.name.as_str(), "IPv4" | "IPv6"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_bytes_come_first_and_what_carries_everything_is_left_out() {
        let mut analysis = Analysis::default();
        analysis.summary.bytes = 1000;
        let count = |name: &str, layer, bytes| ProtocolCount {
            name: name.into(),
            layer,
            packets: 1,
            bytes,
            ..ProtocolCount::default()
        };
        analysis.summary.protocols = vec![
            count("Ethernet", 1, 1000),
            count("IPv4", 2, 900),
            count("DNS", 4, 100),
            count("ARP", 2, 9),
            count("TCP", 3, 800),
        ];
        let spec = make(&analysis, 0);
        assert_eq!(spec.summary, "Of 1.00 kB: 80 % in TCP, 10 % in DNS. Layers overlap.");
        let Marks::Bars(bars) = spec.marks else { panic!("bars") };
        assert_eq!(bars.iter().map(|bar| bar.label.as_str()).collect::<Vec<_>>(), ["TCP", "DNS", "ARP"]);
    }
}
