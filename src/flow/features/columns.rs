//! The columns of a flow CSV: names and order of CICFlowMeter v4 (83 and Label), each defined once.
//!
//! [`Figures`] say how things are counted, corrected or as the original does; a column's `known_bug` names the
//! difference, which a CIC-compatible flow table reproduces unless it says that it does not. Engelen, Rimmer and Joosen (WTMC 2021) and Rosay et al. (ICISSP 2022) describe what the original's errors
//! do to results; numbers with # are issues and pull requests of github.com/ahlashkari/CICFlowMeter. In both modes a
//! rate over no time is 0, not infinity; protocols other than TCP and UDP keep their number; times are UTC. Label keeps
//! CICFlowMeter's own constant, so that scripts which replace it go on working.

use super::column::Measure::{Max, Mean, Min, Std, Variance};
use super::column::{Column, Columns, SIDES};
use super::figures::Figures;
use crate::model::flow::{Direction, Known};
use crate::model::format::time;
use crate::model::packet::tcp_flag;
use std::fmt::{Display, Write};
use std::sync::LazyLock;

/// Every column, in order.
pub static ALL: LazyLock<Vec<Column<Figures>>> = LazyLock::new(all);

const FIRST_PACKET_TWICE: &str = "the first packet's length is counted twice (#170)";
const FIRST_PACKET_ONLY: &str = "only the flow's first packet is examined, so the responder always has 0 (#129, #170)";
const BULK_FORWARD: &str =
    "always 0: the test for the direction compares references, so everything is counted for the responder (#170)";
const BULK_BACKWARD: &str =
    "bulk transfers of both sides, not interrupted by the other side, whole numbers only (#170)";
const SUBFLOWS: &str =
    "divided by the gaps over 1 s, not by the parts between them; whole numbers only, 0 without a gap";
const LAST_PERIOD: &str = "the last period of the flow is left out, so mostly 0 (#67)";

fn all() -> Vec<Column<Figures>> {
    let mut columns = Columns::default();
    identity(&mut columns);
    sizes(&mut columns);
    gaps(&mut columns);
    headers(&mut columns);
    averages(&mut columns);
    periods(&mut columns);
    columns.done()
}

fn identity(c: &mut Columns<Figures>) {
    c.text("Flow ID", "Src IP-Dst IP-Src Port-Dst Port-Protocol", flow_id);
    c.text("Src IP", "address of the originator", |f, out| append(out, f.source.0));
    c.known_bug(1, "the sender of the first packet seen, even if that is an answer");
    c.number("Src Port", "", "port of the originator; 0 where the protocol has none", |f| f64::from(f.source.1));
    c.needs(1, Known::PORTS);
    c.text("Dst IP", "address of the responder", |f, out| append(out, f.target.0));
    c.number("Dst Port", "", "port of the responder; 0 where the protocol has none", |f| f64::from(f.target.1));
    c.needs(1, Known::PORTS);
    c.number("Protocol", "", "IP protocol number, as 6 for TCP and 17 for UDP", |f| f64::from(f.protocol));
    c.needs(1, Known::PROTOCOL);
    c.known_bug(1, "0 if neither TCP nor UDP (#156); not reproduced");
    c.text("Timestamp", "time of the first packet, ISO 8601, UTC", |f, out| out.push_str(&time::iso(f.first_ns)));
    c.known_bug(1, "local time on a 12-hour clock without a zone (#173); not reproduced");
    c.number("Flow Duration", "µs", "last packet - first packet", |f| f.duration_us);
    c.needs(1, Known::DURATION);
    c.known_bug(
        1,
        "a flow is cut 120 s after its first packet, even if busy (#38, #96); the responder's first FIN ends it, and \
         later packets form a new flow (#167, #174)",
    );
}

fn sizes(c: &mut Columns<Figures>) {
    c.both(["Total Fwd Packet", "Total Bwd packets"], "packets", "packets of {}", |f, direction| {
        f64::from(f.side(direction).packets)
    });
    c.sides_need(1, Known::PACKETS);
    c.both(
        ["Total Length of Fwd Packet", "Total Length of Bwd Packet"],
        "B",
        "transport payload bytes of {}",
        |f, direction| f.side(direction).payload_bytes(),
    );
    c.sides_need(1, Known::BYTES);
    for (name, who, direction) in SIDES {
        let of = format!("payload bytes per packet of {who}");
        c.spread(&format!("{name} Packet Length"), "B", &of, &[Max, Min, Mean, Std], move |f| {
            f.side(direction).payload
        });
        let side = side(direction);
        c.needs(4, Known::SIZES.with(side));
    }
    let timeless = "0 for a flow without duration";
    c.number("Flow Bytes/s", "B/s", format!("payload bytes of both / duration; {timeless}"), |f| {
        f.per_second(f.payload_bytes())
    });
    c.needs(1, Known::BYTES.with(Known::DURATION));
    c.number("Flow Packets/s", "packets/s", format!("packets of both / duration; {timeless}"), |f| {
        f.per_second(f.packets())
    });
    c.needs(1, Known::PACKETS.with(Known::DURATION));
    c.known_bug(2, "infinite or not a number for a flow without duration; not reproduced");
}

fn gaps(c: &mut Columns<Figures>) {
    let measures = [Mean, Std, Max, Min];
    c.spread("Flow IAT", "µs", "gap between packets of the flow", &measures, |f| f.gap);
    c.needs(4, Known::GAPS);
    for (name, who, direction) in SIDES {
        let total = format!("last - first packet of {who}");
        c.number(format!("{name} IAT Total"), "µs", total, move |f| f.side(direction).gap_total);
        let of = format!("gap between packets of {who}");
        c.spread(&format!("{name} IAT"), "µs", &of, &measures, move |f| f.side(direction).gap);
        c.needs(5, Known::GAPS.with(side(direction)));
    }
}

fn headers(c: &mut Columns<Figures>) {
    c.both(["Fwd PSH Flags", "Bwd PSH Flags"], "packets", "packets of {} with PSH set", |f, direction| {
        f64::from(f.side(direction).pushes)
    });
    c.both(["Fwd URG Flags", "Bwd URG Flags"], "packets", "packets of {} with URG set", |f, direction| {
        f64::from(f.side(direction).urgents)
    });
    c.needs(4, Known::EACH_PACKET);
    c.known_bug(4, FIRST_PACKET_ONLY);
    c.both(["Fwd Header Length", "Bwd Header Length"], "B", "transport header bytes of {}", |f, direction| {
        f.side(direction).header_bytes as f64
    });
    c.needs(2, Known::HEADERS);
    c.both(
        ["Fwd Packets/s", "Bwd Packets/s"],
        "packets/s",
        "packets of {} / duration; 0 for a flow without duration",
        |f, direction| f.per_second(f64::from(f.side(direction).packets)),
    );
    c.sides_need(1, Known::PACKETS.with(Known::DURATION));
    let measures = [Min, Max, Mean, Std, Variance];
    c.spread("Packet Length", "B", "payload bytes per packet of both", &measures, |f| f.length);
    c.needs(5, Known::SIZES);
    c.known_bug(3, FIRST_PACKET_TWICE);
    for (flag, bit) in FLAGS {
        let formula = format!("packets of both with {flag} set");
        let place = bit.trailing_zeros() as usize;
        c.number(format!("{flag} Flag Count"), "packets", formula, move |f| {
            f.flags.get(place).copied().unwrap_or(0) as f64
        });
        c.needs(1, Known::FLAG_COUNTS);
    }
}

fn averages(c: &mut Columns<Figures>) {
    c.number("Down/Up Ratio", "", "packets of the responder / packets of the originator; 0 without the latter", |f| {
        f.down_up
    });
    c.needs(1, Known::VOLUME.without(Known::BYTES));
    c.known_bug(1, "divided as whole numbers");
    c.number("Average Packet Size", "B", "payload bytes of both / packets of both", |f| f.average_size);
    c.needs(1, Known::PACKETS.with(Known::BYTES));
    c.known_bug(1, FIRST_PACKET_TWICE);
    c.both(["Fwd Segment Size Avg", "Bwd Segment Size Avg"], "B", "payload bytes / packets of {}", |f, direction| {
        f.side(direction).payload.mean()
    });
    c.sides_need(1, Known::PACKETS.with(Known::BYTES));
    for (name, who, direction) in SIDES {
        let bulk = |what: &str, over: &str| format!("{what} in bulk transfers of {who} / {over}");
        let [bytes, packets] = ["payload bytes", "packets"].map(|what| bulk(what, "bulk transfers"));
        c.number(format!("{name} Bytes/Bulk Avg"), "B", bytes, move |f| f.side(direction).bulk[0]);
        c.number(format!("{name} Packet/Bulk Avg"), "packets", packets, move |f| f.side(direction).bulk[1]);
        let rate = bulk("payload bytes", "time in them");
        c.number(format!("{name} Bulk Rate Avg"), "B/s", rate, move |f| f.side(direction).bulk[2]);
        c.needs(3, Known::EACH_PACKET);
        c.known_bug(3, if direction == Direction::ToResponder { BULK_FORWARD } else { BULK_BACKWARD });
    }
    for (name, who, direction) in SIDES {
        let per = |what: &str| format!("{what} of {who} / parts of the flow between gaps over 1 s");
        let (packets, bytes) = (per("packets"), per("payload bytes"));
        c.number(format!("Subflow {name} Packets"), "packets", packets, move |f| f.side(direction).subflow[0]);
        c.number(format!("Subflow {name} Bytes"), "B", bytes, move |f| f.side(direction).subflow[1]);
        c.needs(2, Known::EACH_PACKET);
        c.known_bug(2, SUBFLOWS);
    }
}

fn periods(c: &mut Columns<Figures>) {
    c.both(
        ["FWD Init Win Bytes", "Bwd Init Win Bytes"],
        "B",
        "window field of the first packet of {}, not scaled; -1 if there is none",
        |f, direction| f.side(direction).window,
    );
    c.needs(2, Known::WINDOWS);
    c.known_bug(2, "0 if there is none");
    c.known_bug(1, "the window of the responder's last packet (#67); 0 if there is none");
    c.number("Fwd Act Data Pkts", "packets", "packets of the originator that carry payload", |f| {
        f64::from(f.side(Direction::ToResponder).data_packets)
    });
    c.needs(1, Known::DATA_PACKETS);
    c.known_bug(1, "the flow's first packet is left out");
    c.number("Fwd Seg Size Min", "B", "smallest transport header of the originator; 0 without a packet", |f| {
        f64::from(f.side(Direction::ToResponder).header_min)
    });
    c.needs(1, Known::EACH_PACKET);
    let measures = [Mean, Std, Max, Min];
    c.spread("Active", "µs", "active period: time between two idle gaps", &measures, |f| f.active);
    c.needs(4, Known::EACH_PACKET);
    c.known_bug(4, LAST_PERIOD);
    c.spread("Idle", "µs", "idle gap: no packet for over 5 s", &measures, |f| f.idle);
    c.needs(4, Known::EACH_PACKET);
    let label = "always NeedManualLabel, as CICFlowMeter writes it: a capture does not say which flows are attacks";
    c.text("Label", label, |_, out| out.push_str("NeedManualLabel"));
}

const FLAGS: [(&str, u8); 8] = [
    ("FIN", tcp_flag::FIN),
    ("SYN", tcp_flag::SYN),
    ("RST", tcp_flag::RST),
    ("PSH", tcp_flag::PSH),
    ("ACK", tcp_flag::ACK),
    ("URG", tcp_flag::URG),
    ("CWR", tcp_flag::CWR),
    ("ECE", tcp_flag::ECE),
];

fn side(direction: Direction) -> Known {
    if direction == Direction::ToResponder { Known::FORWARD } else { Known::BACKWARD }
}

fn append(out: &mut String, value: impl Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}

fn flow_id(f: &Figures, out: &mut String) {
    append(out, format_args!("{}-{}-{}-{}-", f.source.0, f.target.0, f.source.1, f.target.1));
    if f.known.has(Known::PROTOCOL) {
        append(out, f.protocol);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::column::Value;
    use crate::flow::features::made::tcp;
    use crate::model::Flow;
    use crate::model::flow::moments::Moments;
    use crate::model::flow::{Bulk, Extra};

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
        match &column.value {
            Value::Number(of) => of(&Figures::from(flow)),
            Value::Text(_) => panic!("{name} is a text"),
        }
    }

    fn cell(flow: &Flow, name: &str) -> String {
        let column = ALL.iter().find(|c| c.name == name).unwrap();
        let mut out = String::new();
        if let Value::Text(of) = column.value {
            of(&Figures::from(flow), &mut out);
        }
        out
    }

    #[test]
    fn the_headings_are_those_of_cicflowmeter_v4() {
        let names: Vec<&str> = ALL.iter().map(|c| c.name.as_str()).collect();
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
        for column in ALL.iter() {
            if let Value::Number(of) = &column.value {
                assert!(of(&Figures::from(&flow)).is_finite(), "{}", column.name);
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
        flow.extra = Some(Box::new(Extra {
            bulk: [sent_by_low, Bulk::default()],
            active,
            idle,
            subflow_gaps: 3,
            anomalies: None,
            exchanges: None,
            health: None,
        }));
        // The originator is `high`, so what `low` sent goes backward.
        assert_eq!(value(&flow, "Bwd Bytes/Bulk Avg"), 2000.0);
        assert_eq!(value(&flow, "Bwd Packet/Bulk Avg"), 5.0);
        assert_eq!(value(&flow, "Bwd Bulk Rate Avg"), 8000.0);
        assert_eq!(value(&flow, "Fwd Bytes/Bulk Avg"), 0.0);
        assert_eq!(value(&flow, "Subflow Bwd Bytes"), 25.0);
        assert_eq!((value(&flow, "Active Max"), value(&flow, "Active Min")), (3000.0, 1000.0));
        assert_eq!(value(&flow, "Idle Mean"), 6_000_000.0);
    }
}
