//! Tables that are empty, ragged, from no possible time, or count in other units: what stands there is read, and what cannot be
//! is said. Floods are found by rows where packets were not counted.

use packetloupe::model::{Analysis, Flow, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::fmt::Write;

fn read(bytes: &[u8]) -> (Pipeline, Analysis) {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "a.csv", bytes.len() as u64));
    pipeline.feed(bytes).unwrap();
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(&settings);
    (pipeline, analysis)
}

fn flows(text: &str) -> Vec<Flow> {
    read(text.as_bytes()).0.flows().iter().map(|(_, flow)| flow.clone()).collect()
}

fn n_of(analysis: &Analysis, id: &str) -> u64 {
    analysis.issues.iter().filter(|issue| issue.id == id).map(|issue| issue.count).sum()
}

const HEADINGS: &str = "start,src_ip,src_port,dst_ip,dst_port,protocol,packets,bytes";

#[test]
fn headings_without_rows_are_a_table_that_is_said_to_be_empty() {
    let (_, analysis) = read(format!("{HEADINGS}\n").as_bytes());
    assert_eq!((n_of(&analysis, "table-empty"), analysis.summary.flows), (1, 0));
}

#[test]
fn ragged_rows_are_read_as_far_as_they_go_and_counted() {
    let rows = "2024-01-01 00:00:00,10.0.0.1,4000,10.0.0.2,80,TCP,4,400\n2024-01-01 00:00:01,10.0.0.1,4001,10.0.0.2,80\n\
                2024-01-01 00:00:02,10.0.0.1,4002,10.0.0.2,80,TCP,4,400,x,y\n2024-01-01 00:00:03,10.0.0.1\n";
    let (_, analysis) = read(format!("{HEADINGS}\n{rows}").as_bytes());
    assert_eq!((n_of(&analysis, "row-ragged"), analysis.summary.flows, analysis.summary.bytes), (3, 3, 800));
}

#[test]
fn times_that_no_capture_is_from_are_said_and_move_nothing() {
    let row = |start: &str, port: u16| format!("{start},10.0.0.1,{port},10.0.0.2,80,TCP,4,400\n");
    let text = format!("{HEADINGS}\n{}{}{}", row("1700000000", 1), row("253402300799", 2), row("1700000060", 3));
    let (_, analysis) = read(text.as_bytes());
    assert_eq!(n_of(&analysis, "time-out-of-range"), 1);
    assert_eq!(analysis.summary.last_ns, Some(1_700_000_060_000_000_000));
    let dates = format!("{HEADINGS}\n{}{}", row("2924-01-01 00:00:00", 1), row("2924-01-01 00:00:01", 2));
    assert_eq!(n_of(&read(dates.as_bytes()).1, "time-out-of-range"), 1);
}

#[test]
fn durations_and_amounts_are_read_in_the_unit_that_their_heading_or_value_says() {
    let figures = |flow: &Flow| (flow.duration_ns() / 1_000_000, [flow.forward().bytes, flow.backward().bytes]);
    for (headings, row) in [
        ("Duration [min],bytes_out,bytes_in", "1.5,1500,9000"),
        ("duration_minutes,Traffic out (MB),Traffic in (MB)", "1.5,0.0015,0.009"),
        ("Dur (h),Volume out,Volume in", "0.025,1.5 kB,9 kB"),
        ("duration,Sent [KiB],Received [KiB]", "90,1.46484375,8.7890625"),
    ] {
        let text = format!(
            "start,src_ip,src_port,dst_ip,dst_port,protocol,{headings}\n2024-05-13 10:00:30,10.0.0.15,50001,192.0.2.7,8081,TCP,{row}\n\
             2024-05-13 10:00:31,10.0.0.15,50002,192.0.2.7,8081,TCP,{row}\n"
        );
        let read: Vec<_> = flows(&text).iter().map(figures).collect();
        assert_eq!(read, [(90_000, [1500, 9000]); 2], "{headings}");
    }
    let of_both = "start,src_ip,src_port,dst_ip,dst_port,protocol,packets_out,packets_in,bytes\n\
                   2024-05-13 10:00:30,10.0.0.15,50001,192.0.2.7,8081,TCP,3,1,4000\n";
    assert_eq!(flows(of_both).iter().map(|flow| figures(flow).1).collect::<Vec<_>>(), [[3000, 1000]]);
}

#[test]
fn protocols_and_addresses_are_read_as_other_tools_write_them() {
    let row = |source: &str, protocol: &str| {
        let text = format!("time,from,to,protocol,bytes\n2024-05-13 10:00:30,{source},192.0.2.7.443,{protocol},900\n");
        let flow = flows(&text).pop();
        flow.map(|flow| (flow.key.protocol, flow.originator().0.to_string(), flow.responder().1))
    };
    for protocol in ["TCP(6)", "6 (tcp)", "IPPROTO_TCP", "0x06", "6/TCP", "tcp"] {
        assert_eq!(row("10.0.0.15.50001", protocol), Some((6, "10.0.0.15".to_owned(), 443)), "{protocol}");
    }
    assert_eq!(row("10.0.0.15#50001", "17/UDP"), Some((17, "10.0.0.15".to_owned(), 443)));
}

#[test]
fn values_with_their_types_and_rows_beside_their_columns_are_read() {
    let mongo = r#"{"ts":{"$date":"2024-05-13T10:00:30Z"},"src_ip":"10.0.0.15","src_port":{"$numberInt":"50001"},"dst_ip":"192.0.2.7","dst_port":{"$numberInt":"443"},"proto":"tcp","bytes":{"$numberLong":"900"}}"#;
    let columns = r#"{"meta":[{"name":"ts"},{"name":"src_ip"},{"name":"src_port"},{"name":"dst_ip"},{"name":"dst_port"},{"name":"proto"},{"name":"bytes"}],"data":[["2024-05-13 10:00:30","10.0.0.15",50001,"192.0.2.7",443,"tcp",900]],"rows":1}"#;
    for text in [mongo, columns] {
        let read: Vec<_> = flows(text).iter().map(|flow| (flow.bytes(), flow.responder().1, flow.first_ns)).collect();
        assert_eq!(read, [(900, 443, 1_715_594_430_000_000_000)], "{text}");
    }
}

#[test]
fn a_log_that_is_written_when_sessions_end_tells_when_they_began() {
    let table = "date,time,srcip,srcport,dstip,dstport,proto,duration,sentbyte,rcvdbyte\n\
                 2024-05-13,10:00:30,10.0.0.15,50001,192.0.2.7,443,6,20,900,1800\n";
    let line = "date=2024-05-13 time=10:00:30 devname=\"fw\" logid=\"0000000013\" type=\"traffic\" srcip=10.0.0.15 srcport=50001 \
                dstip=192.0.2.7 dstport=443 proto=6 action=\"close\" duration=20 sentbyte=900 rcvdbyte=1800\n";
    for text in [table.to_owned(), line.repeat(2)] {
        let (began, ended) = flows(&text).first().map(|flow| (flow.first_ns, flow.last_ns)).unwrap();
        assert_eq!([began, ended].map(|ns| ns / 1_000_000_000), [1_715_594_410, 1_715_594_430], "{text}");
    }
}

/// A table of ten minutes of ordinary rows, with 500 rows a second to one host for 20 s where `is_flood`.
fn around(protocol: &str, headings: &str, counts: &str, is_flood: bool) -> Vec<u8> {
    let mut text = format!("start,src_ip,src_port,dst_ip,dst_port,protocol{headings}\n");
    for i in 0..200 {
        writeln!(
            text,
            "{},10.1.1.{},{},203.0.113.{},443,tcp{counts}",
            1_760_000_000 + i * 3,
            20 + i % 9,
            50_000 + i,
            i
        )
        .unwrap();
    }
    for i in (0..10_000).filter(|_| is_flood) {
        // ICMP has no ports.
        let [from_port, port] = if protocol == "icmp" { [0, 0] } else { [1025 + i % 60_000, 80] };
        let at = 1_760_000_200.0 + f64::from(i) / 500.0;
        let from = format!("{}.{}.{}.9", 11 + i % 150, i / 250, i % 250);
        writeln!(text, "{at:.3},{from},{from_port},10.1.1.5,{port},{protocol}{counts}").unwrap();
    }
    text.into_bytes()
}

#[test]
fn floods_are_found_where_packets_and_flags_are_not_counted() {
    let floods = |text: &[u8]| {
        let findings = read(text).1.findings;
        let is_flood = |one: &&packetloupe::model::Finding| {
            one.category == packetloupe::model::Category::Flood && one.severity >= Severity::Medium
        };
        findings.iter().filter(is_flood).map(|one| one.detector.clone()).collect::<Vec<_>>()
    };
    for (protocol, headings, counts, detector) in [
        ("udp", ",bytes_out,bytes_in", ",540,0", "udp_flood"),
        ("udp", "", "", "udp_flood"),
        ("tcp", ",bytes_out,bytes_in", ",60,0", "syn_flood"),
        ("tcp", "", "", "connection_flood"),
        ("icmp", ",bytes_out,bytes_in", ",84,0", "icmp_flood"),
        ("icmp", "", "", "icmp_flood"),
    ] {
        assert_eq!(floods(&around(protocol, headings, counts, true)), [detector], "{protocol} {headings}");
        assert!(floods(&around(protocol, headings, counts, false)).is_empty(), "{protocol} {headings}");
    }
}
