//! The report as a whole: a snapshot, and hostile text.

use super::{html, report};
use crate::export::report::{Audience, ReportFormat, ReportOptions, ReportSection, write};
use crate::model::analysis::{
    DetectorRun, Expected, HostRow, Issue, IssueSeverity, PortRow, ProtocolCount, Setting, SizeBin,
};
use crate::model::finding::series::Level;
use crate::model::finding::{Category, Evidence, Finding, Severity};
use crate::model::format::time::SECOND;
use crate::model::rows::{Column, Layout, RoleReason, TableFacts};
use crate::model::{Addr, Analysis, Annotation, Endpoint, Incident, Rule, Series, Verdict};

const START: i64 = 1_795_254_000 * SECOND;

fn words(text: &str) -> String {
    text.to_owned()
}

fn finding(id: &str, severity: Severity, title: &str) -> Finding {
    Finding {
        id: words(id),
        detector: words("port_scan"),
        category: Category::Scan,
        title: words(title),
        severity,
        score: 0.92,
        confidence: 0.85,
        technique: Some(words("T1046")),
        technique_name: Some(words("Network Service Discovery")),
        start_ns: START + 12 * SECOND,
        end_ns: START + 44 * SECOND,
        sources: vec![Endpoint::Ip(Addr::v4([10, 0, 0, 99]))],
        targets: vec![Endpoint::Ip(Addr::v4([10, 0, 0, 5]))],
        ports: vec![21, 22, 80, 443],
        protocol: words("TCP"),
        names: vec![],
        series: None,
        evidence: vec![
            Evidence { name: words("Ports tried"), value: 1012.0, unit: words("ports"), typical: words("1 to 8") },
            Evidence { name: words("Share that failed"), value: 0.978, unit: String::new(), typical: words("0.02") },
        ],
        explanation: words("One host tried many ports of another within seconds, and almost all attempts failed."),
        benign_causes: vec![words("An inventory or monitoring tool."), words("A security test that was agreed on.")],
        advice: vec![words("Ask who runs 10.0.0.99."), words("Look at the ports that answered.")],
        display_filter: words("ip.src == 10.0.0.99 && tcp.flags.syn == 1"),
        n_flows: 1012,
        n_packets: 2050,
        flow_serials: vec![3],
        packet_indices: vec![],
        repeats: None,
        same_traffic: Vec::new(),
        is_supposed: false,
    }
}

fn sample() -> Analysis {
    let mut analysis = Analysis { seed: 42, ..Analysis::default() };
    analysis.file.name = words("office-2026-11-21.pcapng");
    analysis.file.bytes = 48_213_004;
    analysis.file.sha256 = Some("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned());
    analysis.file.format = words("pcapng, little-endian");
    analysis.file.link_types = vec![words("Ethernet")];
    let summary = &mut analysis.summary;
    (summary.packets, summary.bytes, summary.flows, summary.hosts) = (61_204, 46_002_118, 1_842, 37);
    (summary.first_ns, summary.last_ns) = (Some(START), Some(START + 600 * SECOND));
    let protocol = |name: &str, layer, bytes| ProtocolCount {
        name: words(name),
        layer,
        packets: bytes / 700,
        bytes,
        ..ProtocolCount::default()
    };
    summary.protocols = vec![
        protocol("Ethernet", 1, 46_002_118),
        protocol("IPv4", 2, 45_100_000),
        protocol("TCP", 3, 40_100_000),
        protocol("TLS", 4, 31_000_000),
        protocol("UDP", 3, 4_900_000),
        protocol("QUIC", 4, 4_100_000),
        protocol("DNS", 4, 420_000),
        protocol("ARP", 2, 12_000),
    ];
    let coverage = &mut analysis.coverage;
    (coverage.packets_read, coverage.packets_decoded, coverage.flows_kept) = (61_204, 61_190, 1_842);
    analysis.issues.push(Issue {
        id: words("packet-cut"),
        severity: IssueSeverity::Info,
        count: 14,
        first_packet: Some(204),
        first_offset: Some(88_120),
        text: words("Packets were truncated by the capture (snap length)."),
    });
    analysis.findings = vec![
        finding("port_scan-0a1b2c3d", Severity::High, "10.0.0.99 tried 1,012 ports of 10.0.0.5"),
        finding("port_scan-ffff0000", Severity::Low, "10.0.0.7 tried 30 ports of 10.0.0.8"),
    ];
    let run = |id: &str, n_findings, reason: Option<&str>| DetectorRun {
        id: words(id),
        n_findings,
        not_enough_data: reason.map(words),
        fault: None,
    };
    let mut third = finding("beacon-12340000", Severity::Low, "10.0.0.7 called 203.0.113.5 again and again");
    third.names = vec![words("updates.example.com")];
    let rule = Rule { detector: Some(words("beacon")), note: words("Updates of the printers"), ..Rule::default() };
    analysis.rules = vec![rule.clone()];
    analysis.expected = vec![Expected { finding: third, rule }];
    let seconds = (0..12).map(|i| (START / SECOND + i, 5 + (i * i * 7 % 11) as u64));
    let level = Some(Level { name: words("threshold"), value: 0.5 });
    analysis.findings[0].series = Series::rate("Ports tried a second", "ports/s", seconds, level);
    let annotation = Annotation { verdict: Some(Verdict::True), note: words("Asked the owner.\nNobody knows it.") };
    analysis.annotations.insert(words("port_scan-0a1b2c3d"), annotation);
    let annotation = Annotation { verdict: Some(Verdict::False), note: words("Seen with the vendor.") };
    analysis.annotations.insert(words("beacon-12340000"), annotation);
    analysis.incidents = vec![Incident {
        id: words("port_scan-0a1b2c3d"),
        sentence: words("10.0.0.99 scanned 10.0.0.5, then guessed passwords."),
        severity: Severity::High,
        start_ns: START,
        end_ns: START + 44 * SECOND,
        findings: vec![words("port_scan-0a1b2c3d"), words("port_scan-ffff0000")],
    }];
    analysis.runs = vec![
        run("port_scan", 2, None),
        run("arp_spoofing", 0, None),
        run("beacon", 0, Some("the capture lasts 10 min, and beacons are judged from an hour on.")),
    ];
    let timeline = &mut analysis.stats.timeline;
    (timeline.start_ns, timeline.bin_ns) = (START, 5 * SECOND);
    let wave = |size: f64, pace: f64| -> Vec<u64> {
        (0..120).map(|i| (size * (1.2 + (f64::from(i) * pace).sin() + f64::from(i * 7919 % 13) / 9.0)) as u64).collect()
    };
    timeline.bytes = [wave(150_000.0, 0.13), wave(30_000.0, 0.31), wave(900.0, 0.2), wave(80.0, 0.9), vec![0; 120]];
    timeline.packets = [wave(190.0, 0.13), wave(80.0, 0.31), wave(9.0, 0.2), wave(2.0, 0.9), vec![0; 120]];
    let host = |last, name: &str, bytes| HostRow {
        host: Addr::v4([10, 0, 0, last]),
        name: words(name),
        bytes_sent: bytes,
        bytes_received: bytes / 3,
        packets: 10,
        flows: 4,
    };
    analysis.stats.top_hosts = vec![
        host(5, "files.corp.example", 21_000_000),
        host(99, "", 9_000_000),
        host(7, "a-rather-long-host-name-of-a-printer.floor-3.building-b.corp.example", 800_000),
    ];
    let port = |port, app: &str, flows| PortRow {
        port,
        transport: words("TCP"),
        app: words(app),
        flows,
        packets: 1,
        bytes: 1,
    };
    analysis.stats.top_ports = vec![port(443, "TLS", 640), port(53, "DNS", 210), port(8080, "HTTP", 12)];
    let sizes = [0, 64, 128, 256, 512, 1024, 1519].windows(2).map(|w| (w[0], w[1] - 1)).collect::<Vec<_>>();
    let size = |((from, to), packets): (&(u32, u32), u64)| SizeBin { from: *from, to: *to, packets };
    analysis.stats.sizes = sizes.iter().zip([11, 21_000, 9_000, 3_000, 4_100, 24_093]).map(size).collect();
    analysis
}

/// The report with what changes from build to build, and what other snapshots show, left out.
fn steady(report: &str) -> String {
    let (before, after) = report.split_once("<style>").unwrap();
    let after = after.split_once("</style>").unwrap().1;
    let mut out = before.to_owned();
    for (place, part) in after.split("<svg").enumerate() {
        out.push_str(if place == 0 { part } else { part.split_once("</svg>").unwrap().1 });
    }
    out.replace(env!("PACKETLOUPE_BUILD"), "BUILD").replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn the_report_of_a_capture_with_findings() {
    let report = html(&sample());
    if let Ok(path) = std::env::var("PACKETLOUPE_SAVE_REPORT") {
        std::fs::write(path, &report).unwrap();
    }
    insta::assert_snapshot!(steady(&report));
}

#[test]
fn the_report_of_an_empty_capture_claims_nothing() {
    let report = html(&Analysis::default());
    assert!(report.contains("No findings. This does not prove"));
    assert!(!report.contains("<svg") && !report.contains("id=\"details\""));
}

#[test]
fn changes_are_marked_listed_and_linked() {
    let mut analysis = sample();
    // The timeline marks findings, these charts mark changes.
    let mut options = ReportOptions::default();
    options.sections.retain(|section| *section != ReportSection::Timeline);
    let html = |analysis: &Analysis| report(analysis, &options);
    assert!(!html(&analysis).contains("class=\"marked\""));
    analysis.findings[0].series.iter_mut().for_each(|series| series.changes = vec![(START, START + 10 * SECOND - 1)]);
    let report = html(&analysis);
    let line = "<li value=\"1\">09:40:00 to 09:40:10 UTC: <a href=\"#port_scan-0a1b2c3d\">";
    assert_eq!(report.matches(line).count(), 2, "beside bytes and beside packets");
    assert!(report.contains("One change is marked: 1 from 09:40:00 to 09:40:10."));
    assert!(
        report.contains("Far from the baseline: 09:40:00 to 09:40:10.") && report.contains("(far from the baseline)")
    );
}

/// The sample with one text in every place that a capture, a setting or a detector can fill.
fn filled_with(text: &str) -> Analysis {
    let mut analysis = sample();
    analysis.file.name = words(text);
    analysis.file.format = words(text);
    analysis.file.sha256 = Some(words(text));
    analysis.file.link_types = vec![words(text)];
    analysis.summary.protocols[1].name = words(text);
    analysis.stats.top_hosts[0].name = words(text);
    analysis.stats.top_ports[0].app = words(text);
    analysis.issues[0].id = words(text);
    analysis.issues[0].text = words(text);
    analysis.runs[1].id = words(text);
    analysis.runs[2].not_enough_data = Some(words(text));
    analysis.changed_settings.insert(words(text), Setting::Number(1.0));
    let chosen = Column { reason: RoleReason::Chosen, ..Column::named(&words(text)) };
    let layout = Layout { columns: vec![chosen], ..Layout::default() };
    analysis.table = Some(TableFacts { layout, ..TableFacts::default() });
    let one = &mut analysis.findings[0];
    for field in [&mut one.id, &mut one.detector, &mut one.title, &mut one.protocol, &mut one.explanation] {
        *field = words(text);
    }
    one.display_filter = words(text);
    one.names = vec![words(text)];
    if let Some(series) = &mut one.series {
        (series.name, series.unit) = (words(text), words(text));
        series.level = Some(Level { name: words(text), value: 1.0 });
        series.changes = vec![(START, START + SECOND)];
    }
    analysis.annotations = [(words(text), Annotation { verdict: None, note: words(text) })].into();
    analysis.incidents[0].sentence = words(text);
    analysis.incidents[0].findings = vec![words(text)];
    let rule = Rule { detector: Some(words(text)), name: Some(words(text)), note: words(text), ..Rule::default() };
    analysis.rules = vec![rule.clone()];
    analysis.expected[0].rule = rule;
    analysis.expected[0].finding.title = words(text);
    analysis.expected[0].finding.id = words(text);
    let one = &mut analysis.findings[0];
    (one.technique, one.technique_name) = (Some(words(text)), Some(words(text)));
    one.benign_causes = vec![words(text)];
    one.advice = vec![words(text)];
    one.evidence[0] = Evidence { name: words(text), value: 1.0, unit: words(text), typical: words(text) };
    analysis
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>=cmd()|&\u{202e}gpj.exe\u{0}";
    let (report, harmless) = (html(&filled_with(hostile)), html(&filled_with("harmless")));
    for sign in ['<', '>', '"', '\'', '\u{202e}', '\u{0}'] {
        assert_eq!(report.matches(sign).count(), harmless.matches(sign).count(), "{sign}");
    }
    assert!(report.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count() > 20);
}

#[test]
fn anchors_are_unique_and_every_link_inside_leads_somewhere() {
    let report = html(&sample());
    let values = |sign: &str| -> Vec<String> {
        report.split(sign).skip(1).filter_map(|rest| rest.split('"').next()).map(words).collect()
    };
    let mut ids = values(" id=\"");
    let n_ids = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n_ids);
    let links = values("href=\"#");
    assert!(links.len() > 8 && links.iter().all(|link| ids.contains(link)), "{links:?}");
    assert!(
        !report.contains("http://") || report.matches("http://").count() == report.matches("xmlns=\"http://").count()
    );
    assert!(!report.contains("https://") && !report.contains("<script") && !report.contains("<link"));
}

#[test]
fn links_lead_somewhere_whatever_is_chosen() {
    let analysis = sample();
    for audience in Audience::ALL {
        for left_out in ReportSection::ALL {
            let mut options = ReportOptions::of(audience);
            options.sections.retain(|section| section != left_out);
            let report = report(&analysis, &options);
            assert!(!report.contains(&format!("<section id=\"{}\"", left_out.id())), "{left_out:?}");
            let values = |sign: &str| -> Vec<String> {
                report.split(sign).skip(1).filter_map(|rest| rest.split('"').next()).map(words).collect()
            };
            let (ids, links) = (values(" id=\""), values("href=\"#"));
            let lost: Vec<&String> = links.iter().filter(|link| !ids.contains(link)).collect();
            assert!(lost.is_empty(), "{audience:?} without {left_out:?}: {lost:?}");
        }
    }
}

#[test]
fn the_first_page_has_summary_and_timeline_and_paper_its_numbers() {
    let report = html(&sample());
    let head = report.split_once("<main>").unwrap().0;
    assert!(head.contains("id=\"summary\"") && head.contains("id=\"timeline\"") && head.contains("class=\"marked\""));
    let style = include_str!("style.css");
    assert!(style.contains("counter(pages)") && style.contains(".first-page{break-after:page}"));
    assert!(report.contains("SHA-256 of the file: <code>9f86d0"));
    // What found nothing is one line.
    assert_eq!(report.matches("detector found nothing: <code>arp_spoofing</code>.").count(), 1);
}

#[test]
fn what_is_found_in_rows_without_times_has_none() {
    let mut analysis = sample();
    for finding in analysis.findings.iter_mut().chain(analysis.expected.iter_mut().map(|one| &mut one.finding)) {
        (finding.start_ns, finding.end_ns, finding.n_flows, finding.n_packets) = (0, 0, 0, 0);
    }
    for report in
        [ReportFormat::Html, ReportFormat::Markdown].map(|format| write(&analysis, &ReportOptions::default(), format))
    {
        for invented in ["1970-01-01", ">0 packets"] {
            let place = report.find(invented);
            assert_eq!(place.map(|place| report.get(place.saturating_sub(100)..place + 20)), None);
        }
    }
}

#[test]
fn a_class_gets_questions_and_finds_the_answers_at_the_end() {
    let report = report(&sample(), &ReportOptions::of(Audience::Teaching));
    let (before, answers) = report.split_once("<section id=\"answers\"").unwrap();
    assert!(
        before.contains("What harmless cause would look the same?")
            && !before.contains("An inventory or monitoring tool")
    );
    assert!(answers.contains("An inventory or monitoring tool"));
}

#[test]
fn a_list_that_is_full_says_that_others_may_be_missing() {
    let mut analysis = sample();
    assert!(!html(&analysis).contains("are listed"));
    analysis.findings[0].sources =
        (0..Finding::MOST_ADDRESSES as u8).map(|last| Endpoint::Ip(Addr::v4([10, 0, 9, last]))).collect();
    assert!(html(&analysis).contains("10.0.9.49 (no more than 50 are listed)"));
}
