//! Forms that tools write their records in beside the usual one: other units, zones, columns and envelopes say the same.

use packetloupe::model::{Analysis, Flow, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::fmt::Write;

const MAY: i64 = 1_715_594_430;

fn read(text: &str) -> (Vec<Flow>, Analysis) {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "a.log", text.len() as u64));
    pipeline.feed(text.as_bytes()).unwrap();
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(&settings);
    (pipeline.flows().iter().map(|(_, flow)| flow.clone()).collect(), analysis)
}

/// Detectors that found something of medium severity or more.
fn accused(text: &str) -> Vec<String> {
    let findings = read(text).1.findings;
    findings.into_iter().filter(|found| found.severity >= Severity::Medium).map(|found| found.detector).collect()
}

/// Start and duration in seconds, packets and bytes of both sides, and the target's port.
type Figures = (i64, f64, [u32; 2], [u64; 2], u16);

fn figures(flow: &Flow) -> Figures {
    let (forward, backward) = (flow.forward(), flow.backward());
    let (packets, bytes) = ([forward.packets, backward.packets], [forward.bytes, backward.bytes]);
    let lasted = (flow.duration_ns() / 1_000_000) as f64 / 1e3;
    (flow.first_ns / 1_000_000_000, lasted, packets, bytes, flow.responder().1)
}

fn all(text: &str) -> Vec<Figures> {
    read(text).0.iter().map(figures).collect()
}

#[test]
fn a_duration_that_stands_twice_in_two_units_is_one() {
    let ends = "10.0.0.15,50001,192.0.2.7,8081,6,12,9,1500,9000";
    let table = |first: &str, second: &str, cells: [&str; 2]| {
        let heading = format!("start,{first},src,sport,dst,dport,proto,spkts,dpkts,sbytes,dbytes,{second}\n");
        let rows: String = (0..3).map(|i| format!("{},{},{ends},{}\n", MAY + i, cells[0], cells[1])).collect();
        all(&(heading + &rows))[0].1
    };
    assert_eq!(table("Elapsed", "Duration (ms)", ["2.5", "2500"]), 2.5);
    assert_eq!(table("Duration (ms)", "duration", ["2500", "2.5"]), 2.5);
    assert_eq!(table("dur_us", "Duration (ms)", ["2500000", "2500"]), 2.5);
    assert_eq!(table("duration_sec", "duration_nsec", ["12", "250000000"]), 12.0);
}

#[test]
fn points_in_counts_part_thousands_where_smaller_ones_have_none() {
    let heading = "start;src;sport;dst;dport;proto;spkts;dpkts;sbytes;dbytes\n";
    let rows = "2024-05-13 10:00:30;10.0.0.15;50001;192.0.2.7;8081;6;12;9;1.500;72.504\n\
                2024-05-13 10:00:31;10.0.0.15;50002;192.0.2.7;53;17;1;1;67;253\n\
                2024-05-13 10:00:32;10.0.0.15;50003;192.0.2.7;8081;6;12;9;2.100;9.000\n";
    assert_eq!(all(&format!("{heading}{rows}"))[0].3, [1500, 72_504]);
    let means = rows.replace("67;253", "67.250;253.100");
    assert_eq!(all(&format!("{heading}{means}"))[1].3, [67, 253]);
}

#[test]
fn zones_by_name_are_taken_off() {
    let heading = "start,src,dst,sport,dport,proto,packets,bytes\n";
    let first = |time: &str| {
        let row = format!("\"{time}\",10.0.0.15,192.0.2.7,50001,443,6,12,1500\n");
        all(&format!("{heading}{row}{row}"))[0].0
    };
    for time in [
        "2024-05-13 12:00:30 Europe/Berlin",
        "2024-05-13 12:00:30 CEST",
        "2024-05-13 12:00:30 UTC+02:00",
        "2024-05-13 12:00:30 [Europe/Paris]",
        "2024-05-13 06:00:30 US/Eastern",
        "2024-05-13 06:00:30 EDT",
        "May 13, 2024 06:00:30 America/New_York",
        "2024-05-13 12:00:30 Etc/GMT-2",
        "2024-05-13 19:00:30 Asia/Tokyo",
        "13-May-2024 03:00:30.000 PDT",
        "2024-05-13 06:00:30 ET",
    ] {
        assert_eq!(first(time), MAY, "{time}");
    }
    for (zone, time) in
        [("(CEST)", "2024-05-13 12:00:30"), ("[UTC+02:00]", "13.05.2024 12:00:30"), ("(UTC)", "2024-05-13T10:00:30")]
    {
        let rows = format!("{time},10.0.0.15,192.0.2.7,50001,443,6,12,1500\n").repeat(2);
        assert_eq!(
            all(&format!("Start time {zone},src,dst,sport,dport,proto,packets,bytes\n{rows}"))[0].0,
            MAY,
            "{zone}"
        );
    }
}

#[test]
fn a_firewall_s_zone_counts_wherever_it_stands() {
    let line = |zone: &str| {
        format!(
            "date=2024-05-13 time=12:00:33 devname=\"fw\" {zone} type=\"traffic\" srcip=10.0.0.15 srcport=50001 dstip=192.0.2.7 \
             dstport=8081 proto=6 action=\"close\" duration=3 sentbyte=1500 rcvdbyte=9000 sentpkt=12 rcvdpkt=9\n"
        )
    };
    let lines = |zone: &str| line(zone) + &line(zone);
    assert_eq!(all(&lines("tz=\"+0200\""))[0], (MAY, 3.0, [12, 9], [1500, 9000], 8081));
    assert_eq!(all(&lines("timezone=\"CEST\""))[0].0, MAY);
    assert_eq!(all(&lines("vd=\"root\""))[0].0, MAY + 7200);
}

#[test]
fn netflow_in_elastic_s_schema_and_of_ipfixcol_is_paired() {
    let ecs = |from: (&str, u16), to: (&str, u16), packets: u32, bytes: u32| {
        format!(
            "{{\"@timestamp\":\"2024-05-13T10:00:33.000Z\",\"event\":{{\"start\":\"2024-05-13T10:00:30.000Z\",\"end\":\
             \"2024-05-13T10:00:33.000Z\",\"dataset\":\"netflow.log\"}},\"source\":{{\"ip\":\"{}\",\"port\":{},\"bytes\":{bytes},\
             \"packets\":{packets}}},\"destination\":{{\"ip\":\"{}\",\"port\":{}}},\"network\":{{\"transport\":\"tcp\",\"bytes\":\
             {bytes},\"packets\":{packets}}}}}\n",
            from.0, from.1, to.0, to.1
        )
    };
    let ipfix = |from: (&str, u16), to: (&str, u16), packets: u32, bytes: u32| {
        format!(
            "{{\"@type\":\"ipfix.entry\",\"iana:octetDeltaCount\":{bytes},\"iana:packetDeltaCount\":{packets},\
             \"iana:flowStartMilliseconds\":\"2024-05-13T10:00:30.000Z\",\"iana:flowEndMilliseconds\":\"2024-05-13T10:00:33.000Z\",\
             \"iana:sourceIPv4Address\":\"{}\",\"iana:destinationIPv4Address\":\"{}\",\"iana:protocolIdentifier\":\"TCP\",\
             \"iana:sourceTransportPort\":{},\"iana:destinationTransportPort\":{}}}\n",
            from.0, to.0, from.1, to.1
        )
    };
    let ends = [("10.0.0.15", 50_001), ("192.0.2.7", 8081)];
    let texts = [
        ecs(ends[0], ends[1], 12, 1500) + &ecs(ends[1], ends[0], 9, 9000),
        ipfix(ends[0], ends[1], 12, 1500) + &ipfix(ends[1], ends[0], 9, 9000),
    ];
    for text in texts {
        assert_eq!(all(&text), [(MAY, 3.0, [12, 9], [1500, 9000], 8081)], "{text}");
    }
}

#[test]
fn columns_of_nfdump_under_headings_of_several_words_are_read() {
    let text = "Date first seen         Date last seen          Proto Src IP Addr      Src Pt Dst IP Addr      Dst Pt  Flags Packets Bytes\n\
                2024-05-13 10:00:30.000 2024-05-13 10:00:33.000 TCP   10.0.0.15  50001 192.0.2.7  8081 ...AP.SF       12     1500\n\
                2024-05-13 10:00:30.001 2024-05-13 10:00:33.000 TCP   192.0.2.7  8081 10.0.0.15  50001 ...AP.SF        9     1.4 M\n\
                Summary: total flows: 2\n";
    assert_eq!(all(text), [(MAY, 3.0, [12, 9], [1500, 1_400_000], 8081)]);
}

#[test]
fn guesses_at_a_desktop_are_found_without_an_answer_and_sessions_there_gather_no_files() {
    let heading = "start,duration,src,sport,dst,dport,proto,spkts,dpkts,sbytes,dbytes\n".to_owned();
    let guesses = (0..60).fold(heading.clone(), |mut text, i| {
        let (at, size) = (MAY + i * 4 + i % 3, i % 7 * 9);
        writeln!(text, "{at},2.1,203.0.113.9,{},10.0.0.5,3389,6,14,13,{},{}", 40_000 + i, 2600 + size, 3100 + size)
            .unwrap();
        text
    });
    assert_eq!(accused(&guesses), ["login_brute_force"]);
    let sessions = (0..25).fold(heading, |mut text, i| {
        let packets = 900 + i * 2111;
        let (to, got) = (20 + i % 5, packets * 700);
        writeln!(
            text,
            "{},{},10.0.0.9,{},10.0.0.{to},3389,6,{packets},{packets},{},{got}",
            MAY + i * 200,
            30 + i,
            40_000 + i,
            packets * 90
        )
        .unwrap();
        text
    });
    assert!(accused(&sessions).is_empty());
}

#[test]
fn a_scan_shows_without_the_scanner_s_ports() {
    let heading = "start,src,dst,dport,proto,spkts,dpkts,sbytes,dbytes\n".to_owned();
    let scan = (0..200).fold(heading, |mut text, i| {
        writeln!(text, "{},10.0.0.66,10.0.0.5,{},6,2,0,120,0", MAY + i, 1 + i * 37 % 9000).unwrap();
        text
    });
    assert_eq!(accused(&scan), ["port_scan"]);
}

#[test]
fn calls_at_the_port_of_a_push_service_are_no_alarm() {
    let heading = "start,duration,src,sport,dst,dport,proto,spkts,dpkts,sbytes,dbytes\n".to_owned();
    let calls = |port: u16| {
        (0..120).fold(heading.clone(), |mut text, i| {
            writeln!(text, "{},0.4,10.0.0.9,{},17.57.144.20,{port},6,9,8,1400,2100", MAY + i * 120, 40_000 + i)
                .unwrap();
            text
        })
    };
    assert_eq!(accused(&calls(4444)), ["beacon"]);
    for port in [5223, 5228, 8883] {
        assert!(accused(&calls(port)).is_empty(), "{port}");
    }
}
