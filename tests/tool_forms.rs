//! Records as tools print, wrap and cut them up: what is inside is read, and one flow that several rows tell of is one flow.

use packetloupe::model::flow::{Known, Outcome};
use packetloupe::model::{Analysis, Flow, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::fmt::Write;

const MAY: i64 = 1_715_594_430;

fn read(bytes: &[u8]) -> (Vec<Flow>, Analysis) {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "a.log", bytes.len() as u64));
    pipeline.feed(bytes).unwrap();
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(&settings);
    (pipeline.flows().iter().map(|(_, flow)| flow.clone()).collect(), analysis)
}

fn flows(text: &str) -> Vec<Flow> {
    read(text.as_bytes()).0
}

/// Detectors that found something of medium severity or more.
fn accused(text: &str) -> Vec<String> {
    let findings = read(text.as_bytes()).1.findings;
    findings.into_iter().filter(|found| found.severity >= Severity::Medium).map(|found| found.detector).collect()
}

/// Start in seconds, packets and bytes of both sides, and the target's port.
fn figures(flow: &Flow) -> (i64, [u32; 2], [u64; 2], u16) {
    let (forward, backward) = (flow.forward(), flow.backward());
    let (packets, bytes) = ([forward.packets, backward.packets], [forward.bytes, backward.bytes]);
    (flow.first_ns / 1_000_000_000, packets, bytes, flow.responder().1)
}

#[test]
fn records_that_rows_of_another_tool_carry_are_read_in_their_place() {
    let zeek = r#"{"ts":1715594430.5,"uid":"C1","id.orig_h":"10.0.0.15","id.orig_p":50001,"id.resp_h":"192.0.2.7","id.resp_p":8081,"proto":"tcp","duration":2.5,"conn_state":"SF","orig_pkts":12,"orig_ip_bytes":1500,"resp_pkts":9,"resp_ip_bytes":9000}"#;
    let splunk =
        format!("\"_time\",\"_raw\",\"host\"\n\"2024-05-13T10:00:33\",\"{}\",\"s1\"\n", zeek.replace('"', "\"\""));
    let vpc = "2 1 eni-a 10.0.0.15 192.0.2.7 50001 8081 6 12 1500 1715594430 1715594490 ACCEPT OK";
    let back = "2 1 eni-a 192.0.2.7 10.0.0.15 8081 50001 6 9 9000 1715594430 1715594490 ACCEPT OK";
    let events = format!(
        "{{\"events\":[{{\"logStreamName\":\"e\",\"timestamp\":1715594490000,\"message\":\"{vpc}\",\"eventId\":\"1\"}},\
         {{\"logStreamName\":\"e\",\"timestamp\":1715594490000,\"message\":\"{back}\",\"eventId\":\"2\"}}],\"searchedLogStreams\":[]}}"
    );
    for text in [splunk, events] {
        let read: Vec<_> = flows(&text).iter().map(figures).collect();
        assert_eq!(read, [(MAY, [12, 9], [1500, 9000], 8081)], "{text}");
    }
}

#[test]
fn a_record_without_a_time_has_that_of_the_row_around_it() {
    let rows = (0..60).fold(String::new(), |mut text, i| {
        let packet = format!(
            "[UFW BLOCK] IN=eth0 OUT= SRC=203.0.113.9 DST=10.0.0.20 LEN=44 TTL=243 PROTO=TCP SPT=40000 DPT={} WINDOW=1024 SYN URGP=0",
            1000 + i * 7
        );
        let time = MAY * 1_000_000 + i * 50_000;
        writeln!(text, "{{\"__REALTIME_TIMESTAMP\":\"{time}\",\"PRIORITY\":\"4\",\"MESSAGE\":\"{packet}\"}}").unwrap();
        text
    });
    let read = flows(&rows);
    assert_eq!((read.len(), read[0].first_ns / 1_000_000_000), (60, MAY));
    assert_eq!(accused(&rows), ["port_scan"]);
}

#[test]
fn messages_of_events_are_read_over_their_lines() {
    let message = "Network connection detected:\r\nRuleName: -\r\nUtcTime: 2024-05-13 10:00:30.000\r\nProtocol: tcp\r\nInitiated: true\r\n\
                   SourceIp: 10.0.0.15\r\nSourcePort: 50001\r\nDestinationIp: 192.0.2.7\r\nDestinationHostname: -\r\nDestinationPort: 443";
    let text = format!("\"TimeCreated\",\"Id\",\"Message\"\r\n\"5/13/2024 10:00:31 AM\",\"3\",\"{message}\"\r\n");
    let read = flows(&text);
    assert_eq!(
        read.iter().map(|flow| (flow.first_ns / 1_000_000_000, flow.responder().1)).collect::<Vec<_>>(),
        [(MAY, 443)]
    );
    assert!(!read[0].known.has(Known::PACKETS), "nothing was counted");
}

#[test]
fn rows_that_begin_go_on_and_end_are_one_flow() {
    let tuples = |tuples: &[&str]| {
        let tuples = tuples.iter().map(|tuple| format!("\"{tuple}\"")).collect::<Vec<_>>().join(",");
        format!(
            "{{\"records\":[{{\"time\":\"2024-05-13T10:01:00Z\",\"category\":\"NetworkSecurityGroupFlowEvent\",\"properties\":{{\"Version\":2,\
             \"flows\":[{{\"rule\":\"r\",\"flows\":[{{\"mac\":\"m\",\"flowTuples\":[{tuples}]}}]}}]}}}}]}}"
        )
    };
    let ends = "10.0.0.15,192.0.2.7,50001,443,T,O,A";
    let text = tuples(&[
        &format!("1715594430,{ends},B,,,,"),
        &format!("1715594490,{ends},C,5,500,4,4000"),
        &format!("1715594550,{ends},E,7,1000,5,5000"),
        &format!("1715594600,{ends},B,,,,"),
        "1715594431,203.0.113.9,10.0.0.15,40000,22,T,I,D,B,,,,",
    ]);
    let (read, analysis) = read(text.as_bytes());
    assert_eq!(
        read.iter().map(figures).collect::<Vec<_>>(),
        [(MAY, [12, 9], [1500, 9000], 443), (MAY + 170, [0, 0], [0, 0], 443), (MAY + 1, [0, 0], [0, 0], 22)]
    );
    assert_eq!((read[0].last_ns / 1_000_000_000, read[0].outcome()), (MAY + 120, Outcome::Established));
    assert_eq!((analysis.summary.packets, analysis.summary.bytes), (21, 10_500));
    assert_eq!(read[2].outcome(), Outcome::Refused);
}

#[test]
fn reports_of_a_flow_that_goes_on_are_not_added_to_its_last() {
    let report = |seconds: u32, is_final: bool, n: u32| {
        format!(
            "{{\"@timestamp\":\"2024-05-13T10:01:{seconds:02}.000Z\",\"type\":\"flow\",\"event\":{{\"dataset\":\"flow\",\"start\":\"2024-05-13T10:00:30.000Z\",\
             \"end\":\"2024-05-13T10:01:{seconds:02}.000Z\"}},\"flow\":{{\"id\":\"EAT1\",\"final\":{is_final}}},\"source\":{{\"ip\":\"10.0.0.15\",\"port\":50001,\
             \"packets\":{n},\"bytes\":{}}},\"destination\":{{\"ip\":\"192.0.2.7\",\"port\":443,\"packets\":{n},\"bytes\":{}}},\"network\":{{\"transport\":\"tcp\"}}}}\n",
            n * 100,
            n * 1000
        )
    };
    let (read, analysis) = read([report(10, false, 3), report(20, false, 5), report(30, true, 9)].concat().as_bytes());
    assert_eq!(read.iter().map(figures).collect::<Vec<_>>(), [(MAY, [9, 9], [900, 9000], 443)]);
    assert_eq!((analysis.summary.packets, analysis.summary.bytes), (18, 9900));
    assert_eq!(read[0].last_ns / 1_000_000_000, MAY + 60);
}

#[test]
fn each_column_of_bytes_has_the_unit_that_its_packets_need() {
    let rows = (0..30).fold(
        String::from("start,src,sport,dst,dport,proto,pkts_out,pkts_in,bytes_out,bytes_in\n"),
        |mut text, i| {
            let (n, kilobytes) = (6 + i % 9, 4 + i % 7);
            writeln!(text, "{}.5,10.0.0.15,{},192.0.2.7,8081,tcp,{n},{n},{},{kilobytes}", MAY + i, 50_000 + i, n * 90)
                .unwrap();
            text
        },
    );
    let (read, analysis) = read(rows.as_bytes());
    assert_eq!(figures(&read[0]), (MAY, [6, 6], [540, 4000], 8081));
    assert!(analysis.issues.iter().any(|issue| issue.id == "bytes-in-multiples"));
    let small = rows.replace(",bytes_in", ",retransmitted_in");
    assert!(!read_issues(&small).contains(&"bytes-in-multiples".to_owned()));
}

fn read_issues(text: &str) -> Vec<String> {
    read(text.as_bytes()).1.issues.into_iter().map(|issue| issue.id).collect()
}

#[test]
fn a_scan_is_one_where_the_table_names_no_protocol() {
    let rows = |answers: u32| {
        (0..120).fold(String::from("time,src,sport,dst,dport,pkts out,pkts in,bytes out,bytes in\n"), |mut text, i| {
            writeln!(
                text,
                "{}.{:02},10.0.0.66,43210,10.0.0.20,{},1,{answers},44,{}",
                MAY + i / 20,
                i % 20,
                100 + i * 3,
                answers * 40
            )
            .unwrap();
            text
        })
    };
    assert_eq!(accused(&rows(0)), ["port_scan"]);
    let busy =
        (0..120).fold(String::from("time,src,sport,dst,dport,pkts out,pkts in,bytes out,bytes in\n"), |mut text, i| {
            writeln!(text, "{},10.0.0.15,{},192.0.2.7,{},9,8,900,8000", MAY + i * 7, 50_000 + i, 100 + i * 3).unwrap();
            text
        });
    assert!(accused(&busy).is_empty());
}

#[test]
fn a_log_of_rules_without_action_accuses_only_who_tries_what_nobody_uses() {
    let log = |source: &str, port: u16| {
        (0..90).fold(String::new(), |mut text, i| {
            writeln!(
                text,
                "May 13 10:{:02}:{:02} gw kernel: [1.5] FORWARD IN=eth1 OUT=eth0 SRC={source} DST=10.0.1.{} LEN=60 TTL=63 PROTO=TCP SPT={} DPT={port} WINDOW=64240 SYN URGP=0",
                i / 3,
                i % 3 * 17,
                i + 1,
                40_000 + i
            )
            .unwrap();
            text
        })
    };
    for (source, port) in [("10.0.0.25", 22), ("10.0.0.25", 445), ("203.0.113.9", 25), ("203.0.113.9", 443)] {
        assert!(accused(&log(source, port)).is_empty(), "{source} {port}");
    }
    assert_eq!(accused(&log("203.0.113.9", 23)), ["host_scan"]);
}

#[test]
fn weak_certificates_are_told_without_their_connections() {
    let head = "#separator \\x09\n#path\tx509\n#fields\tts\tfingerprint\tcertificate.version\tcertificate.serial\tcertificate.subject\tcertificate.issuer\tcertificate.not_valid_before\tcertificate.not_valid_after\tcertificate.key_alg\tcertificate.sig_alg\tcertificate.key_type\tcertificate.key_length\tbasic_constraints.ca\thost_cert\n";
    let row = |subject: &str, issuer: &str, until: i64, bits: u32, is_host: &str| {
        format!(
            "{MAY}.5\tab{subject}\t3\t01\tCN={subject}\tCN={issuer}\t1600000000.0\t{until}.0\trsaEncryption\tsha256WithRSAEncryption\trsa\t{bits}\t-\t{is_host}\n"
        )
    };
    let good = row("a.example", "R3", MAY + 1000, 2048, "T") + &row("root", "root", MAY + 1000, 4096, "F");
    let titles = |rows: &str| {
        let findings = read(format!("{head}{rows}").as_bytes()).1.findings;
        findings.into_iter().filter(|found| found.detector == "weak_tls").map(|found| found.title).collect::<Vec<_>>()
    };
    assert!(titles(&good).is_empty());
    assert_eq!(
        titles(&(good + &row("device", "device", MAY - 1000, 512, "T"))),
        ["CN=device: self-signed certificates, expired certificates, keys shorter than 2,048 bits"]
    );
}

#[test]
fn answers_alone_tell_what_was_asked() {
    let answers = (0..300_u64).fold(String::new(), |mut text, i| {
        let part = |n: u64| format!("{:016x}", (i + 1).wrapping_mul(n).rotate_left(i as u32 % 61));
        let name = format!(
            "{}{}{}.{}{}",
            part(0x9e37_79b9_7f4a_7c15),
            part(0xd1b5_4a32_d192_ed03),
            part(0x94d0_49bb_1331_11eb),
            part(0xbf58_476d_1ce4_e5b9),
            part(0xff51_afd7_ed55_8ccd)
        );
        let time = format!("2024-05-13T10:{:02}:{:02}.000000+0000", i / 60, i % 60);
        writeln!(
            text,
            "{{\"timestamp\":\"{time}\",\"flow_id\":{i},\"event_type\":\"dns\",\"src_ip\":\"10.0.0.17\",\"src_port\":{},\"dest_ip\":\"10.0.0.1\",\"dest_port\":53,\"proto\":\"UDP\",\
             \"dns\":{{\"version\":3,\"type\":\"response\",\"id\":{i},\"rcode\":\"NOERROR\",\"queries\":[{{\"rrname\":\"{name}.t.example-tunnel.net\",\"rrtype\":\"TXT\"}}],\
             \"answers\":[{{\"rrname\":\"x\",\"rrtype\":\"TXT\",\"ttl\":60,\"rdata\":\"{name}{name}\"}}]}}}}",
            50_000 + i
        )
        .unwrap();
        text
    });
    assert_eq!(accused(&answers), ["dns_tunnel"]);
}

#[test]
fn fields_that_stand_in_lists_of_one_and_behind_types_are_read() {
    let tshark = format!(
        "[{}]",
        (0..3)
            .map(|i| format!(
                "{{\"_index\":\"packets\",\"_source\":{{\"layers\":{{\"frame.time_epoch\":[\"{}.5\"],\"ip.src\":[\"10.0.0.15\"],\"ip.dst\":[\"192.0.2.7\"],\"tcp.srcport\":[\"50001\"],\"tcp.dstport\":[\"8081\"],\"frame.len\":[\"60\"]}}}}}}",
                MAY + i
            ))
            .collect::<Vec<_>>()
            .join(",")
    );
    assert_eq!(flows(&tshark).iter().map(figures).collect::<Vec<_>>(), [(MAY, [3, 0], [180, 0], 8081)]);
    let nemea = "ipaddr DST_IP,ipaddr SRC_IP,uint64 BYTES,uint64 BYTES_REV,time TIME_FIRST,time TIME_LAST,uint32 PACKETS,uint32 PACKETS_REV,uint16 DST_PORT,uint16 SRC_PORT,uint8 PROTOCOL\n\
                 192.0.2.7,10.0.0.15,1500,9000,2024-05-13T10:00:30.000000,2024-05-13T10:00:32.500000,12,9,8081,50001,6\n\
                 192.0.2.8,10.0.0.15,150,900,2024-05-13T10:00:31.000000,2024-05-13T10:00:32.500000,2,1,8081,50002,6\n";
    assert_eq!(figures(&flows(nemea)[0]), (MAY, [12, 9], [1500, 9000], 8081));
}
