//! The lessons that come with the page: their answers rest on what the analysis gives, their files are our own and small.

use crate::needs;
use packetloupe::filter;
use packetloupe::model::{Analysis, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::session::Route;
use packetloupe::session::lesson::{Course, Lesson, LessonFinding};
use packetloupe::settings::Settings;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// All files of lessons together, bytes.
const MOST_BYTES: u64 = 1_200_000;
/// One of them.
const MOST_BYTES_EACH: u64 = 150_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons")
}

fn course() -> Course {
    Course::read(&std::fs::read_to_string(folder().join("lessons.json")).unwrap()).unwrap()
}

fn analysis(lesson: &Lesson) -> Analysis {
    let bytes = std::fs::read(folder().join(&lesson.file)).unwrap();
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, &lesson.file, bytes.len() as u64));
    pipeline.feed(&bytes).unwrap();
    pipeline.end().unwrap();
    pipeline.evaluate(&settings)
}

#[test]
fn there_are_eight_captures_and_two_tables_and_they_are_small() {
    let course = course();
    let files: BTreeSet<String> = course.lessons.iter().map(|lesson| lesson.file.clone()).collect();
    let n_tables = files.iter().filter(|file| file.ends_with(".csv")).count();
    assert_eq!((files.len(), n_tables), (10, 2));
    let mut bytes_total = 0;
    for entry in std::fs::read_dir(folder()).unwrap().flatten() {
        let (name, bytes) = (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len());
        assert!(files.contains(&name) || name == "lessons.json", "{name} belongs to no lesson");
        assert!(bytes <= MOST_BYTES_EACH, "{name}: {bytes} bytes");
        bytes_total += bytes;
    }
    assert!(bytes_total <= MOST_BYTES, "{bytes_total} bytes");
    let used: BTreeSet<&String> = course.lessons.iter().flat_map(|lesson| &lesson.words).collect();
    assert_eq!(used, course.words.keys().collect(), "words that are explained, and those that lessons use");
}

#[test]
fn what_the_answers_rest_on_is_what_the_analysis_gives() {
    for lesson in &course().lessons {
        let analysis = analysis(lesson);
        let found: Vec<LessonFinding> = analysis
            .findings
            .iter()
            .filter(|finding| finding.severity >= Severity::Low)
            .map(|finding| LessonFinding {
                detector: finding.detector.clone(),
                severity: finding.severity.id().to_owned(),
                title: finding.title.clone(),
            })
            .collect();
        assert_eq!(found, lesson.findings, "{}", lesson.id);
        for look in lesson.questions.iter().filter_map(|question| question.look.as_ref()) {
            let route = Route::from_hash(look);
            assert_ne!(route.view().id, "overview", "{}: {look}", lesson.id);
            match &route {
                Route::Findings { id: Some(id), .. } => {
                    assert!(analysis.findings.iter().any(|finding| finding.id == *id), "{}: {look}", lesson.id);
                }
                Route::Packets(packets) => assert!(filter::compile(&packets.filter.text).is_ok(), "{look}"),
                _ => {}
            }
        }
    }
}

/// The captures are fixtures, whose sources tests/fixtures/captures/SOURCES.md has; under names that give nothing away.
#[test]
fn captures_are_our_own() {
    let sources = [
        ("curious-host.pcap", "port_scan/attack"),
        ("two-devices.pcap", "arp_spoofing/attack"),
        ("impatient-login.pcap", "login_brute_force/attack"),
        ("steady-visitor.pcap", "beacon/attack"),
        ("busy-visitor.pcap", "beacon/benign"),
        ("strange-names.pcap", "dns_tunnel/attack"),
        ("open-letters.pcap", "cleartext_login/attack"),
        ("stuck-upload.pcap", "mtu_black_hole/attack"),
    ];
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/captures");
    for (lesson, fixture) in sources {
        let [ours, source] = [folder().join(lesson), fixtures.join(fixture).with_extension("pcap")];
        assert!(std::fs::read(ours).unwrap() == std::fs::read(source).unwrap(), "{lesson} is not {fixture}");
    }
}

#[test]
fn labels_of_the_tables_are_those_of_the_laboratory() {
    let rows = |name: &str| std::fs::read_to_string(folder().join(name)).unwrap();
    let labelled = |text: &str, label: &str| text.lines().filter(|line| line.ends_with(label)).count();
    assert_eq!(labelled(&rows("file-sharing.csv"), ",lateral movement"), 8);
    assert_eq!(labelled(&rows("numbers-only.csv"), ",exfiltration"), 1);
    assert_eq!(rows("numbers-only.csv").lines().nth(71).map(|line| line.ends_with(",exfiltration")), Some(true));
}

#[test]
fn tshark_counts_what_the_answers_say() {
    if needs::require(&[], &["tshark"]).is_none() {
        return;
    }
    let counts = [
        ("curious-host.pcap", "tcp.flags.syn == 1 && tcp.flags.ack == 1 && tcp.srcport in {22, 80, 443, 8080}", 4),
        ("curious-host.pcap", "tcp.flags.syn == 1 && tcp.flags.ack == 1", 4),
        (
            "two-devices.pcap",
            "arp.opcode == 2 && arp.src.hw_mac == f0:18:98:18:6e:2e && arp.src.proto_ipv4 in {198.18.10.1, 198.18.10.100}",
            45,
        ),
        ("impatient-login.pcap", "ftp.response.code == 530", 36),
        ("impatient-login.pcap", "ftp.response.code == 230", 0),
        ("steady-visitor.pcap", "tcp.flags.syn == 1 && tcp.flags.ack == 0", 11),
        ("busy-visitor.pcap", "tcp.flags.syn == 1 && tcp.flags.ack == 0", 10),
        ("strange-names.pcap", "dns.flags.response == 0 && ip.src == 198.18.10.199 && dns.qry.type == 16", 80),
        ("strange-names.pcap", "dns.qry.type != 16", 0),
        ("open-letters.pcap", "ftp.response.code == 230", 2),
        ("stuck-upload.pcap", "icmp", 0),
    ];
    for (file, filter, n) in counts {
        let out = std::process::Command::new("tshark")
            .args(["-n", "-r"])
            .arg(folder().join(file))
            .args(["-Y", filter])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&out.stdout).lines().count(), n, "{file}: {filter}");
    }
}
