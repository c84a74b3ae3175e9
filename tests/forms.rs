//! Tables in the forms of other tools, languages and countries: what they say is read, what they do not say accuses nobody.

use packetloupe::model::flow::{Known, Outcome};
use packetloupe::model::{Analysis, Flow, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::fmt::Write;

fn read(name: &str, bytes: &[u8]) -> (Pipeline, Analysis) {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, name, bytes.len() as u64));
    pipeline.feed(bytes).unwrap();
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(&settings);
    (pipeline, analysis)
}

fn flows(bytes: &[u8]) -> Vec<Flow> {
    read("a.csv", bytes).0.flows().iter().map(|(_, flow)| flow.clone()).collect()
}

/// Detectors that found something of medium severity or more.
fn accused(bytes: &[u8]) -> Vec<String> {
    let findings = read("a.log", bytes).1.findings;
    findings.into_iter().filter(|found| found.severity >= Severity::Medium).map(|found| found.detector).collect()
}

/// Start, packets and bytes of both sides, and the target's port.
fn figures(flow: &Flow) -> (i64, [u32; 2], [u64; 2], u16) {
    let (forward, backward) = (flow.forward(), flow.backward());
    (
        flow.first_ns / 1_000_000_000,
        [forward.packets, backward.packets],
        [forward.bytes, backward.bytes],
        flow.responder().1,
    )
}

const MAY: i64 = 1_715_594_430;

#[test]
fn headings_in_other_languages_mean_what_they_mean_in_english() {
    let headings = [
        "Zeitstempel;Dauer (s);Protokoll;Quell-IP;Quellport;Ziel-IP;Zielport;Pakete gesendet;Pakete empfangen;Bytes gesendet;Bytes empfangen",
        "Horodatage;Durée;Protocole;IP source;Port source;IP destination;Port destination;Paquets envoyés;Paquets reçus;Octets envoyés;Octets reçus",
        "Data/Hora;Duração;Protocolo;IP de origem;Porta de origem;IP de destino;Porta de destino;Pacotes enviados;Pacotes recebidos;Bytes enviados;Bytes recebidos",
        "Время начала;Длительность;Протокол;IP источника;Порт источника;IP назначения;Порт назначения;Отправлено пакетов;Получено пакетов;Отправлено байт;Получено байт",
        "时间;持续时间;协议;源IP;源端口;目的IP;目的端口;发送包数;接收包数;发送字节数;接收字节数",
        "日時;継続時間;プロトコル;送信元IP;送信元ポート;宛先IP;宛先ポート;送信パケット数;受信パケット数;送信バイト数;受信バイト数",
    ];
    let rows = "2024-05-13 10:00:30;2,5;TCP;10.0.0.15;50001;192.0.2.7;8081;12;9;1500;9000\n\
                2024-05-13 10:00:31;0,1;UDP;10.0.0.16;50002;192.0.2.8;5353;1;1;80;120\n";
    for heading in headings {
        let read: Vec<_> = flows(format!("{heading}\n{rows}").as_bytes()).iter().map(figures).collect();
        let expected = [(MAY, [12, 9], [1500, 9000], 8081), (MAY + 1, [1, 1], [80, 120], 5353)];
        assert_eq!(read, expected, "{heading}");
    }
}

#[test]
fn a_firewall_that_writes_of_first_packets_accuses_only_whom_it_refused() {
    let log = |action: &str| {
        (0..60).fold(String::new(), |mut text, i| {
            writeln!(
                text,
                "<134>1 2024-05-13T10:{:02}:00.5+00:00 fw filterlog 41 - [meta sequenceId=\"{i}\"] 5,,,1000000103,igb0,match,\
                 {action},in,4,0x0,,64,{i},0,DF,6,tcp,60,10.0.0.15,203.0.113.{},{},443,0,S,123456,,64240,,mss",
                i % 60,
                i + 1,
                50_000 + i
            )
            .unwrap();
            text
        })
    };
    assert!(accused(log("pass").as_bytes()).is_empty());
    assert_eq!(accused(log("block").as_bytes()), ["host_scan"]);
    let passed = flows(log("pass").as_bytes());
    assert!(passed.iter().all(|flow| flow.outcome() == Outcome::Unknown && flow.known.has(Known::ONLY_BEGUN)));
}

#[test]
fn bytes_of_both_sides_together_are_nobodys_upload_but_may_be_guesses() {
    let argus = |port: u16, bytes: u32, n: u32| {
        let heading = "StartTime,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,TotPkts,TotBytes,State\n".to_owned();
        (0..n).fold(heading, |mut text, i| {
            let (minute, second) = (i / 20, i % 20 * 3);
            writeln!(
                text,
                "2024/05/13 10:{minute:02}:{second:02}.5,tcp,10.0.0.15,{},   ->,203.0.113.9,{port},{},{},FIN",
                50_000 + i,
                bytes / 150,
                bytes + i % 5
            )
            .unwrap();
            text
        })
    };
    assert!(accused(argus(443, 900_000_000, 3).as_bytes()).is_empty(), "who sent it is not known");
    let (_, analysis) = read("a.csv", argus(22, 5_000, 60).as_bytes());
    let guesses = analysis.findings.iter().find(|found| found.detector == "ssh_brute_force").unwrap();
    assert_eq!(guesses.severity, Severity::Medium);
    assert!(guesses.evidence.iter().any(|found| found.name == "Bytes of both sides, median"));
    assert!(!guesses.evidence.iter().any(|found| found.name.contains("from the server")));
}

#[test]
fn packets_and_bytes_of_both_sides_are_known_without_headings() {
    for order in [[0, 1, 2, 3], [2, 3, 0, 1], [0, 2, 1, 3]] {
        let rows = (0..12).fold(String::new(), |mut text, i: u64| {
            // Forward and backward packets, then bytes; some are not answered.
            let answers = i % 4;
            let counts = [3 + i, answers, 400 + 90 * i, answers * 300];
            let cells = order.map(|place: usize| counts[place].to_string()).join(",");
            writeln!(text, "2024-05-13 10:00:{i:02}.5,0.5,TCP,10.0.0.15,{},192.0.2.7,443,{cells}", 50_000 + i).unwrap();
            text
        });
        let read = flows(rows.as_bytes());
        assert_eq!(figures(&read[5]), (MAY - 25, [8, 1], [850, 300], 443), "{order:?}");
    }
}

#[test]
fn multiples_of_bytes_in_headings_and_hard_spaces_in_numbers_count() {
    let table = "first,client,server,port,protocol,upload (MB),download (KiB)\n\
                 2024-05-13 10:00:30,10.0.0.15,192.0.2.7,443,tcp,1.5,2\n";
    let flow = &flows(table.as_bytes())[0];
    assert_eq!((flow.forward().bytes, flow.backward().bytes), (1_500_000, 2048));
    let mut table = b"Start;src;dst;sport;dport;proto;packets;bytes\n".to_vec();
    table.extend(b"2024-05-13 10:00:30;10.0.0.15;192.0.2.7;50000;443;tcp;1\xa0234;5\xa0678\xa0901\n");
    let flow = &flows(&table)[0];
    assert_eq!((flow.packets(), flow.bytes()), (1234, 5_678_901));
}

#[test]
fn records_that_name_their_log_around_them_are_those_of_the_log() {
    let rows = (0..30).fold(String::new(), |mut text, i| {
        writeln!(
            text,
            r#"{{"conn": {{"ts":{MAY}.{i:02},"uid":"C{i}","id.orig_h":"10.0.0.15","id.orig_p":{},"id.resp_h":"10.0.0.80","id.resp_p":{},"proto":"tcp","conn_state":"REJ","history":"Sr","orig_pkts":1,"orig_ip_bytes":60,"resp_pkts":1,"resp_ip_bytes":40}}}}"#,
            50_000 + i,
            i + 1
        )
        .unwrap();
        text
    });
    let (_, analysis) = read("a.json", rows.as_bytes());
    assert!(analysis.file.format.starts_with("Zeek conn.log"), "{}", analysis.file.format);
    assert_eq!(accused(rows.as_bytes()), ["port_scan"]);
}

#[test]
fn event_formats_say_when_it_was_better_than_the_line_does() {
    let ends = ["src=10.0.0.15", "dst=192.0.2.7", "spt=50000", "dpt=443", "proto=TCP"];
    let cef =
        format!("<13>May 13 10:00:59 fw CEF:0|V|P|1|1|traffic|3|rt=May 13 2024 10:00:30 msg=a b {}", ends.join(" "));
    let leef = format!("May 13 10:00:59 fw LEEF:1.0|V|P|9|allow|devTime=May 13 2024 10:00:30\t{}", ends.join("\t"));
    for line in [cef, leef] {
        let read = flows(format!("{line}\n{line}\n{line}\n").as_bytes());
        assert_eq!((read.len(), read[0].first_ns), (3, MAY * 1_000_000_000), "{line}");
    }
}

#[test]
fn states_of_zeek_count_in_tables_that_only_have_its_columns() {
    let heading =
        "datetime,src_ip_zeek,src_port_zeek,dest_ip_zeek,dest_port_zeek,proto,conn_state,orig_pkts,resp_pkts\n";
    let rows = (0..40).fold(heading.to_owned(), |mut text, i| {
        writeln!(text, "2024-05-13 10:00:{i:02},10.0.0.15,{},10.0.0.80,{},tcp,REJ,1,1", 50_000 + i, i + 1).unwrap();
        text
    });
    assert_eq!(accused(rows.as_bytes()), ["port_scan"]);
    // The sensors of SiLK have names like those of states.
    let silk = (0..30).fold(String::new(), |mut text, i| {
        let at = format!("2024/05/13T10:00:{i:02}.5");
        let (port, host) = (50_000 + i, i + 1);
        writeln!(text, "10.0.0.15|203.0.113.{host}|{port}|443|6|9|900|FS PA|{at}|0.500|{at}|S0|").unwrap();
        writeln!(text, "203.0.113.{host}|10.0.0.15|443|{port}|6|8|7000|FS PA|{at}|0.500|{at}|S0|").unwrap();
        text
    });
    assert!(accused(silk.as_bytes()).is_empty());
}

#[test]
fn a_short_key_in_a_log_of_certificates_is_told_of_its_server() {
    let stream = |bits: u16, kind: &str| {
        format!(
            r#"{{"_path":"ssl","ts":{MAY},"uid":"C1","id.orig_h":"10.0.0.15","id.orig_p":50000,"id.resp_h":"192.0.2.7","id.resp_p":443,"version":"TLSv12","cipher":"x","server_name":"a.example","established":true,"cert_chain_fps":["ab12"]}}
{{"_path":"x509","ts":{MAY},"fingerprint":"ab12","certificate.version":3,"certificate.serial":"01","certificate.subject":"CN=a.example","certificate.issuer":"CN=CA","certificate.not_valid_before":1700000000,"certificate.not_valid_after":1800000000,"certificate.key_alg":"x","certificate.sig_alg":"sha256WithRSAEncryption","certificate.key_type":"{kind}","certificate.key_length":{bits}}}
"#
        )
    };
    let titles = |bits, kind| {
        let findings = read("a.json", stream(bits, kind).as_bytes()).1.findings;
        findings.into_iter().map(|found| found.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(512, "rsa"), ["192.0.2.7 port 443: keys shorter than 2,048 bits"]);
    assert!(titles(2048, "rsa").is_empty() && titles(256, "ecdsa").is_empty());
}

#[test]
fn a_column_of_ports_called_service_and_a_date_without_marks_are_read() {
    let heading = "Number;Date;Time;Action;Service;Source Port;Source;Destination;Protocol\n".to_owned();
    let rows = (0..40).fold(heading, |mut text, i| {
        writeln!(text, "{i};13May2024;10:00:{i:02};Drop;{};{};10.0.0.15;10.0.0.80;tcp", i + 1, 50_000 + i).unwrap();
        text
    });
    let read = flows(rows.as_bytes());
    assert_eq!((read[0].first_ns / 1_000_000_000, read[0].responder().1), (MAY - 30, 1));
    assert_eq!(accused(rows.as_bytes()), ["port_scan"]);
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row() {
    let mut text = "time,src_ip,src_port,dst_ip,dst_port,proto,bytes,note\n".to_owned();
    for row in 0..200 {
        let note = if row == 50 || row == 120 { "\"left open" } else { "fine" };
        writeln!(text, "{},10.0.0.1,{},192.0.2.1,80,tcp,100,{note}", MAY + row, 40_000 + row).unwrap();
    }
    let (pipeline, analysis) = read("a.csv", text.as_bytes());
    assert_eq!(pipeline.flows().iter().count(), 200);
    assert!(analysis.issues.iter().any(|issue| issue.id == "row-too-long"), "{:?}", analysis.issues);
}

#[test]
fn a_port_that_was_called_is_known_without_protocol_and_source_port() {
    for heading in ["time,src_ip,dst_ip,dst_port,bytes", "time,src_ip,src_port,dst_ip,dst_port,bytes"] {
        let source_port = if heading.contains("src_port") { "50000," } else { "" };
        let mut text = format!("{heading}\n");
        for row in 0..50 {
            writeln!(text, "{},10.0.0.1,{source_port}192.0.2.1,{},100", MAY + row, 1000 + row).unwrap();
        }
        let ports: Vec<u16> = flows(text.as_bytes()).iter().map(|flow| flow.responder().1).collect();
        assert_eq!(ports, (1000..1050).collect::<Vec<u16>>(), "{heading}");
    }
}
