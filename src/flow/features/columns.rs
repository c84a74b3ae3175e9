//! The columns of a flow CSV: names and order of CICFlowMeter v4, definitions corrected.
//!
//! Differences from CICFlowMeter, all on purpose. Flags, payload packets and first-packet lengths are counted on every
//! packet and once; bulk transfers belong to the direction that sent them; ratios are true divisions; a rate over no
//! time is 0, not infinity; the responder's window is that of its first packet; the last active period counts;
//! protocols other than TCP and UDP keep their number; times are UTC. (Engelen, Rimmer and Joosen, WTMC 2021, and
//! Rosay et al., ICISSP 2022, describe what the original's errors do to results.) The last column, Label, keeps
//! CICFlowMeter's own constant, so that scripts which replace it go on working.

use super::{active, bulk, flagged, idle, micros, payload, per_second, ports, ratio, subflows};
use crate::model::flow::{Bulk, Direction};
use crate::model::packet::tcp_flag;
use crate::model::{Flow, time};
use std::fmt::{Display, Write};

/// One column.
pub struct Column {
    /// Heading, spelled as CICFlowMeter spells it.
    pub name: &'static str,
    /// Unit; empty for text and ratios.
    pub unit: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// What computes it.
    pub value: Value,
}

/// What a cell holds.
pub enum Value {
    /// A number.
    Number(fn(&Flow) -> f64),
    /// A text, appended to the given string.
    Text(fn(&Flow, &mut String)),
}

const fn number(name: &'static str, unit: &'static str, formula: &'static str, value: fn(&Flow) -> f64) -> Column {
    Column { name, unit, formula, value: Value::Number(value) }
}

const fn text(name: &'static str, formula: &'static str, value: fn(&Flow, &mut String)) -> Column {
    Column { name, unit: "", formula, value: Value::Text(value) }
}

/// Every column, in order.
pub const ALL: &[Column] = &[
    text("Flow ID", "Src IP-Dst IP-Src Port-Dst Port-Protocol", flow_id),
    text("Src IP", "address of the initiator", |f, out| append(out, f.initiator().0)),
    number("Src Port", "", "port of the initiator; 0 where the protocol has none", |f| f64::from(ports(f).0)),
    text("Dst IP", "address of the responder", |f, out| append(out, f.responder().0)),
    number("Dst Port", "", "port of the responder; 0 where the protocol has none", |f| f64::from(ports(f).1)),
    number("Protocol", "", "IP protocol number, as 6 for TCP and 17 for UDP", |f| f64::from(f.key.protocol)),
    text("Timestamp", "time of the first packet, ISO 8601, UTC", |f, out| out.push_str(&time::iso(f.first_ns))),
    number("Flow Duration", "µs", "last packet - first packet", |f| micros(f.duration_ns())),
    number("Total Fwd Packet", "packets", "packets of the initiator", |f| f64::from(f.forward().packets)),
    number("Total Bwd packets", "packets", "packets of the responder", |f| f64::from(f.backward().packets)),
    number("Total Length of Fwd Packet", "B", "transport payload bytes of the initiator", |f| {
        f.forward().payload_bytes() as f64
    }),
    number("Total Length of Bwd Packet", "B", "transport payload bytes of the responder", |f| {
        f.backward().payload_bytes() as f64
    }),
    number("Fwd Packet Length Max", "B", "largest payload bytes per packet of the initiator", |f| {
        f.forward().payload.max_or_zero()
    }),
    number("Fwd Packet Length Min", "B", "smallest payload bytes per packet of the initiator", |f| {
        f.forward().payload.min_or_zero()
    }),
    number("Fwd Packet Length Mean", "B", "mean of payload bytes per packet of the initiator", |f| {
        f.forward().payload.mean()
    }),
    number(
        "Fwd Packet Length Std",
        "B",
        "sample standard deviation (n - 1) of payload bytes per packet of the initiator",
        |f| f.forward().payload.deviation(),
    ),
    number("Bwd Packet Length Max", "B", "largest payload bytes per packet of the responder", |f| {
        f.backward().payload.max_or_zero()
    }),
    number("Bwd Packet Length Min", "B", "smallest payload bytes per packet of the responder", |f| {
        f.backward().payload.min_or_zero()
    }),
    number("Bwd Packet Length Mean", "B", "mean of payload bytes per packet of the responder", |f| {
        f.backward().payload.mean()
    }),
    number(
        "Bwd Packet Length Std",
        "B",
        "sample standard deviation (n - 1) of payload bytes per packet of the responder",
        |f| f.backward().payload.deviation(),
    ),
    number("Flow Bytes/s", "B/s", "payload bytes of both / duration; 0 for a flow that took no time", |f| {
        per_second((f.forward().payload_bytes() + f.backward().payload_bytes()) as f64, f)
    }),
    number("Flow Packets/s", "packets/s", "packets of both / duration; 0 for a flow that took no time", |f| {
        per_second(f.packets() as f64, f)
    }),
    number("Flow IAT Mean", "µs", "mean of gap between packets of the flow", |f| f.gap.mean()),
    number("Flow IAT Std", "µs", "sample standard deviation (n - 1) of gap between packets of the flow", |f| {
        f.gap.deviation()
    }),
    number("Flow IAT Max", "µs", "largest gap between packets of the flow", |f| f.gap.max_or_zero()),
    number("Flow IAT Min", "µs", "smallest gap between packets of the flow", |f| f.gap.min_or_zero()),
    number("Fwd IAT Total", "µs", "last - first packet of the initiator", |f| total_gap(f.forward())),
    number("Fwd IAT Mean", "µs", "mean of gap between packets of the initiator", |f| f.forward().gap.mean()),
    number("Fwd IAT Std", "µs", "sample standard deviation (n - 1) of gap between packets of the initiator", |f| {
        f.forward().gap.deviation()
    }),
    number("Fwd IAT Max", "µs", "largest gap between packets of the initiator", |f| f.forward().gap.max_or_zero()),
    number("Fwd IAT Min", "µs", "smallest gap between packets of the initiator", |f| f.forward().gap.min_or_zero()),
    number("Bwd IAT Total", "µs", "last - first packet of the responder", |f| total_gap(f.backward())),
    number("Bwd IAT Mean", "µs", "mean of gap between packets of the responder", |f| f.backward().gap.mean()),
    number("Bwd IAT Std", "µs", "sample standard deviation (n - 1) of gap between packets of the responder", |f| {
        f.backward().gap.deviation()
    }),
    number("Bwd IAT Max", "µs", "largest gap between packets of the responder", |f| f.backward().gap.max_or_zero()),
    number("Bwd IAT Min", "µs", "smallest gap between packets of the responder", |f| f.backward().gap.min_or_zero()),
    number("Fwd PSH Flags", "packets", "packets of the initiator with PSH set", |f| {
        f64::from(f.forward().flag(tcp_flag::PSH))
    }),
    number("Bwd PSH Flags", "packets", "packets of the responder with PSH set", |f| {
        f64::from(f.backward().flag(tcp_flag::PSH))
    }),
    number("Fwd URG Flags", "packets", "packets of the initiator with URG set", |f| {
        f64::from(f.forward().flag(tcp_flag::URG))
    }),
    number("Bwd URG Flags", "packets", "packets of the responder with URG set", |f| {
        f64::from(f.backward().flag(tcp_flag::URG))
    }),
    number("Fwd Header Length", "B", "transport header bytes of the initiator", |f| f.forward().header_bytes as f64),
    number("Bwd Header Length", "B", "transport header bytes of the responder", |f| f.backward().header_bytes as f64),
    number("Fwd Packets/s", "packets/s", "packets of the initiator / duration; 0 for a flow that took no time", |f| {
        per_second(f64::from(f.forward().packets), f)
    }),
    number("Bwd Packets/s", "packets/s", "packets of the responder / duration; 0 for a flow that took no time", |f| {
        per_second(f64::from(f.backward().packets), f)
    }),
    number("Packet Length Min", "B", "smallest payload bytes per packet of both", |f| payload(f).min_or_zero()),
    number("Packet Length Max", "B", "largest payload bytes per packet of both", |f| payload(f).max_or_zero()),
    number("Packet Length Mean", "B", "mean of payload bytes per packet of both", |f| payload(f).mean()),
    number("Packet Length Std", "B", "sample standard deviation (n - 1) of payload bytes per packet of both", |f| {
        payload(f).deviation()
    }),
    number("Packet Length Variance", "B²", "sample variance (n - 1) of payload bytes per packet of both", |f| {
        payload(f).variance()
    }),
    number("FIN Flag Count", "packets", "packets of both with FIN set", |f| flagged(f, tcp_flag::FIN)),
    number("SYN Flag Count", "packets", "packets of both with SYN set", |f| flagged(f, tcp_flag::SYN)),
    number("RST Flag Count", "packets", "packets of both with RST set", |f| flagged(f, tcp_flag::RST)),
    number("PSH Flag Count", "packets", "packets of both with PSH set", |f| flagged(f, tcp_flag::PSH)),
    number("ACK Flag Count", "packets", "packets of both with ACK set", |f| flagged(f, tcp_flag::ACK)),
    number("URG Flag Count", "packets", "packets of both with URG set", |f| flagged(f, tcp_flag::URG)),
    number("CWR Flag Count", "packets", "packets of both with CWR set", |f| flagged(f, tcp_flag::CWR)),
    number("ECE Flag Count", "packets", "packets of both with ECE set", |f| flagged(f, tcp_flag::ECE)),
    number("Down/Up Ratio", "", "packets of the responder / packets of the initiator; 0 without the latter", |f| {
        ratio(f64::from(f.backward().packets), f64::from(f.forward().packets))
    }),
    number("Average Packet Size", "B", "payload bytes of both / packets of both", |f| payload(f).mean()),
    number("Fwd Segment Size Avg", "B", "payload bytes / packets of the initiator", |f| f.forward().payload.mean()),
    number("Bwd Segment Size Avg", "B", "payload bytes / packets of the responder", |f| f.backward().payload.mean()),
    number("Fwd Bytes/Bulk Avg", "B", "payload bytes in bulk transfers of the initiator / bulk transfers", |f| {
        bulk_bytes(bulk(f, true))
    }),
    number("Fwd Packet/Bulk Avg", "packets", "packets in bulk transfers of the initiator / bulk transfers", |f| {
        bulk_packets(bulk(f, true))
    }),
    number("Fwd Bulk Rate Avg", "B/s", "payload bytes in bulk transfers of the initiator / time in them", |f| {
        bulk_rate(bulk(f, true))
    }),
    number("Bwd Bytes/Bulk Avg", "B", "payload bytes in bulk transfers of the responder / bulk transfers", |f| {
        bulk_bytes(bulk(f, false))
    }),
    number("Bwd Packet/Bulk Avg", "packets", "packets in bulk transfers of the responder / bulk transfers", |f| {
        bulk_packets(bulk(f, false))
    }),
    number("Bwd Bulk Rate Avg", "B/s", "payload bytes in bulk transfers of the responder / time in them", |f| {
        bulk_rate(bulk(f, false))
    }),
    number(
        "Subflow Fwd Packets",
        "packets",
        "packets of the initiator / parts of the flow between gaps over 1 s",
        |f| f64::from(f.forward().packets) / subflows(f),
    ),
    number("Subflow Fwd Bytes", "B", "payload bytes of the initiator / parts of the flow between gaps over 1 s", |f| {
        f.forward().payload_bytes() as f64 / subflows(f)
    }),
    number(
        "Subflow Bwd Packets",
        "packets",
        "packets of the responder / parts of the flow between gaps over 1 s",
        |f| f64::from(f.backward().packets) / subflows(f),
    ),
    number("Subflow Bwd Bytes", "B", "payload bytes of the responder / parts of the flow between gaps over 1 s", |f| {
        f.backward().payload_bytes() as f64 / subflows(f)
    }),
    number(
        "FWD Init Win Bytes",
        "B",
        "window field of the initiator's first packet, not scaled; -1 where there is none",
        |f| window(f.forward()),
    ),
    number(
        "Bwd Init Win Bytes",
        "B",
        "window field of the responder's first packet, not scaled; -1 where there is none",
        |f| window(f.backward()),
    ),
    number("Fwd Act Data Pkts", "packets", "packets of the initiator that carry payload", |f| {
        f64::from(f.forward().data_packets)
    }),
    number("Fwd Seg Size Min", "B", "smallest transport header of the initiator; 0 without a packet", |f| {
        header_min(f.forward())
    }),
    number("Active Mean", "µs", "mean of active period: time between two idle gaps", |f| active(f).mean()),
    number(
        "Active Std",
        "µs",
        "sample standard deviation (n - 1) of active period: time between two idle gaps",
        |f| active(f).deviation(),
    ),
    number("Active Max", "µs", "largest active period: time between two idle gaps", |f| active(f).max_or_zero()),
    number("Active Min", "µs", "smallest active period: time between two idle gaps", |f| active(f).min_or_zero()),
    number("Idle Mean", "µs", "mean of idle gap: no packet for over 5 s", |f| idle(f).mean()),
    number("Idle Std", "µs", "sample standard deviation (n - 1) of idle gap: no packet for over 5 s", |f| {
        idle(f).deviation()
    }),
    number("Idle Max", "µs", "largest idle gap: no packet for over 5 s", |f| idle(f).max_or_zero()),
    number("Idle Min", "µs", "smallest idle gap: no packet for over 5 s", |f| idle(f).min_or_zero()),
    text(
        "Label",
        "always NeedManualLabel, as CICFlowMeter writes it: a capture does not say what is an attack",
        |_, out| out.push_str("NeedManualLabel"),
    ),
];

fn append(out: &mut String, value: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}

fn flow_id(flow: &Flow, out: &mut String) {
    let (source_port, target_port) = ports(flow);
    let (source, target) = (flow.initiator().0, flow.responder().0);
    append(out, format_args!("{source}-{target}-{source_port}-{target_port}-{}", flow.key.protocol));
}

fn total_gap(direction: &Direction) -> f64 {
    if direction.packets > 0 { micros(direction.last_ns - direction.first_ns) } else { 0.0 }
}

fn bulk_bytes(bulk: Bulk) -> f64 {
    ratio(bulk.bytes as f64, f64::from(bulk.count))
}

fn bulk_packets(bulk: Bulk) -> f64 {
    ratio(f64::from(bulk.packets), f64::from(bulk.count))
}

fn bulk_rate(bulk: Bulk) -> f64 {
    ratio(bulk.bytes as f64, bulk.duration_ns as f64 / 1e9)
}

fn window(direction: &Direction) -> f64 {
    direction.initial_window.map_or(-1.0, f64::from)
}

fn header_min(direction: &Direction) -> f64 {
    if direction.packets > 0 { f64::from(direction.header_min) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made::tcp;
    use crate::model::flow::Extra;
    use crate::model::moments::Moments;

    const HEADINGS: &str = "Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,\
        Total Bwd packets,Total Length of Fwd Packet,Total Length of Bwd Packet,Fwd Packet Length Max,\
        Fwd Packet Length Min,Fwd Packet Length Mean,Fwd Packet Length Std,Bwd Packet Length Max,Bwd Packet Length Min,\
        Bwd Packet Length Mean,Bwd Packet Length Std,Flow Bytes/s,Flow Packets/s,Flow IAT Mean,Flow IAT Std,\
        Flow IAT Max,Flow IAT Min,Fwd IAT Total,Fwd IAT Mean,Fwd IAT Std,Fwd IAT Max,Fwd IAT Min,Bwd IAT Total,\
        Bwd IAT Mean,Bwd IAT Std,Bwd IAT Max,Bwd IAT Min,Fwd PSH Flags,Bwd PSH Flags,Fwd URG Flags,Bwd URG Flags,\
        Fwd Header Length,Bwd Header Length,Fwd Packets/s,Bwd Packets/s,Packet Length Min,Packet Length Max,\
        Packet Length Mean,Packet Length Std,Packet Length Variance,FIN Flag Count,SYN Flag Count,RST Flag Count,\
        PSH Flag Count,ACK Flag Count,URG Flag Count,CWR Flag Count,ECE Flag Count,Down/Up Ratio,Average Packet Size,\
        Fwd Segment Size Avg,Bwd Segment Size Avg,Fwd Bytes/Bulk Avg,Fwd Packet/Bulk Avg,Fwd Bulk Rate Avg,\
        Bwd Bytes/Bulk Avg,Bwd Packet/Bulk Avg,Bwd Bulk Rate Avg,Subflow Fwd Packets,Subflow Fwd Bytes,\
        Subflow Bwd Packets,Subflow Bwd Bytes,FWD Init Win Bytes,Bwd Init Win Bytes,Fwd Act Data Pkts,Fwd Seg Size Min,\
        Active Mean,Active Std,Active Max,Active Min,Idle Mean,Idle Std,Idle Max,Idle Min,Label";

    fn value(flow: &Flow, name: &str) -> f64 {
        let column = ALL.iter().find(|c| c.name == name).unwrap_or_else(|| panic!("no column {name}"));
        match column.value {
            Value::Number(of) => of(flow),
            Value::Text(_) => panic!("{name} is a text"),
        }
    }

    fn cell(flow: &Flow, name: &str) -> String {
        let column = ALL.iter().find(|c| c.name == name).unwrap();
        let mut out = String::new();
        if let Value::Text(of) = column.value {
            of(flow, &mut out);
        }
        out
    }

    #[test]
    fn the_headings_are_those_of_cicflowmeter_v4() {
        let names: Vec<&str> = ALL.iter().map(|c| c.name).collect();
        assert_eq!(names.join(","), HEADINGS);
        assert_eq!(ALL.len(), 84);
    }

    #[test]
    fn a_short_conversation_by_hand() {
        // Request at 0, answer at 100 µs, 100 bytes at 300 µs (PSH), 500 bytes back at 700 µs, 300 more at 1 ms.
        let flow = tcp(&[
            (0, true, 0, 0x02),
            (100, false, 0, 0x12),
            (300, true, 100, 0x18),
            (700, false, 500, 0x10),
            (1000, false, 300, 0x19),
        ]);
        let expected = [
            ("Src Port", 50_000.0),
            ("Dst Port", 443.0),
            ("Flow Duration", 1000.0),
            ("Total Fwd Packet", 2.0),
            ("Total Bwd packets", 3.0),
            ("Total Length of Fwd Packet", 100.0),
            ("Total Length of Bwd Packet", 800.0),
            ("Fwd Packet Length Mean", 50.0),
            ("Fwd Packet Length Std", 5000.0_f64.sqrt()),
            ("Bwd Packet Length Max", 500.0),
            ("Flow Bytes/s", 900_000.0),
            ("Flow Packets/s", 5000.0),
            ("Flow IAT Mean", 250.0),
            ("Flow IAT Max", 400.0),
            ("Flow IAT Min", 100.0),
            ("Fwd IAT Total", 300.0),
            ("Bwd IAT Total", 900.0),
            ("Bwd IAT Mean", 450.0),
            ("Bwd IAT Std", 45_000.0_f64.sqrt()),
            ("Fwd PSH Flags", 1.0),
            ("Bwd PSH Flags", 1.0),
            ("Fwd Header Length", 40.0),
            ("Bwd Packets/s", 3000.0),
            ("Packet Length Mean", 180.0),
            ("Packet Length Variance", 47_000.0),
            ("FIN Flag Count", 1.0),
            ("SYN Flag Count", 2.0),
            ("ACK Flag Count", 4.0),
            ("Down/Up Ratio", 1.5),
            ("Average Packet Size", 180.0),
            ("Subflow Fwd Packets", 2.0),
            ("Subflow Bwd Bytes", 800.0),
            ("FWD Init Win Bytes", 64_240.0),
            ("Fwd Act Data Pkts", 1.0),
            ("Fwd Seg Size Min", 20.0),
            ("Active Mean", 1000.0),
            ("Idle Max", 0.0),
        ];
        for (name, by_hand) in expected {
            let found = value(&flow, name);
            assert!((found - by_hand).abs() < 1e-9 * by_hand.abs().max(1.0), "{name}: {found}, not {by_hand}");
        }
        assert_eq!(cell(&flow, "Flow ID"), "10.0.0.9-10.0.0.2-50000-443-6");
        assert_eq!(cell(&flow, "Timestamp"), "2026-11-21T00:00:00.000000Z");
    }

    #[test]
    fn a_single_packet_gives_finite_numbers() {
        let flow = tcp(&[(0, true, 10, 0x02)]);
        for column in ALL {
            if let Value::Number(of) = column.value {
                assert!(of(&flow).is_finite(), "{}", column.name);
            }
        }
        assert_eq!((value(&flow, "Flow Bytes/s"), value(&flow, "Bwd Init Win Bytes")), (0.0, -1.0));
        assert_eq!((value(&flow, "Fwd IAT Total"), value(&flow, "Active Max")), (0.0, 0.0));
    }

    #[test]
    fn bulk_and_subflows_belong_to_their_side() {
        let mut flow = tcp(&[(0, true, 10, 0x10), (9_000_000, false, 100, 0x10)]);
        let mut active = Moments::default();
        active.add(3000.0);
        let mut idle = Moments::default();
        idle.add(6_000_000.0);
        let sent_by_low = Bulk { count: 2, packets: 10, bytes: 4000, duration_ns: 500_000_000 };
        flow.active_start_ns = flow.last_ns - 1_000_000;
        flow.extra = Some(Box::new(Extra { bulk: [sent_by_low, Bulk::default()], active, idle, subflow_gaps: 3 }));
        // The initiator is `high`, so what `low` sent goes backward.
        assert_eq!(value(&flow, "Bwd Bytes/Bulk Avg"), 2000.0);
        assert_eq!(value(&flow, "Bwd Packet/Bulk Avg"), 5.0);
        assert_eq!(value(&flow, "Bwd Bulk Rate Avg"), 8000.0);
        assert_eq!(value(&flow, "Fwd Bytes/Bulk Avg"), 0.0);
        assert_eq!(value(&flow, "Subflow Bwd Bytes"), 25.0);
        assert_eq!((value(&flow, "Active Max"), value(&flow, "Active Min")), (3000.0, 1000.0));
        assert_eq!(value(&flow, "Idle Mean"), 6_000_000.0);
    }
}
