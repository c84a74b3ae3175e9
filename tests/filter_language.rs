//! The filter language over captures: the display filter of every finding selects the packets that it means, and filters
//! of fields that Wireshark has too select the packets that tshark selects. Without tshark the second is not run.

use crate::needs;
use packetloupe::filter;
use packetloupe::model::Analysis;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::query::{Source, passing_flows, passing_packets};
use packetloupe::settings::Settings;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Bytes(Vec<u8>);

impl Source for Bytes {
    fn read_at(&mut self, _: u8, offset: u64, length: usize) -> Option<Vec<u8>> {
        self.0.get(offset as usize..offset as usize + length).map(<[u8]>::to_vec)
    }
}

struct Opened {
    path: PathBuf,
    pipeline: Pipeline,
    analysis: Analysis,
    source: Bytes,
}

impl Opened {
    fn new(path: PathBuf) -> Opened {
        let bytes = std::fs::read(&path).unwrap();
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "capture", bytes.len() as u64));
        pipeline.feed(&bytes).and_then(|()| pipeline.end()).unwrap();
        let analysis = pipeline.evaluate(&settings);
        Opened { path, pipeline, analysis, source: Bytes(bytes) }
    }

    fn packets(&mut self, text: &str) -> Result<BTreeSet<u32>, String> {
        let passing = passing_packets(&self.pipeline, &self.analysis, &mut self.source, text);
        passing.map(|places| places.into_iter().collect()).map_err(|error| error.to_string())
    }

    fn flows(&mut self, text: &str) -> Result<BTreeSet<u32>, String> {
        let passing = passing_flows(&self.pipeline, &self.analysis, &mut self.source, text);
        passing.map(|serials| serials.into_iter().collect()).map_err(|error| error.to_string())
    }

    fn tshark(&self, text: &str) -> Option<BTreeSet<u32>> {
        let mut command = Command::new("tshark");
        command.arg("-r").arg(&self.path).args(["-Y", text, "-T", "fields", "-e", "frame.number"]);
        let output = command.output().ok().filter(|output| output.status.success())?;
        let lines = String::from_utf8(output.stdout).ok()?;
        Some(lines.lines().filter_map(|line| line.trim().parse::<u32>().ok()).map(|number| number - 1).collect())
    }
}

fn captures(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            captures(&path, found);
        } else if path.extension().is_some_and(|end| end == "pcap" || end == "pcapng") {
            found.push(path);
        }
    }
}

fn own_captures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    captures(&root.join("tests/fixtures/captures"), &mut paths);
    captures(&root.join("static/samples"), &mut paths);
    paths
}

#[test]
fn filters_of_findings_select_what_they_mean() {
    let mut wrong = Vec::new();
    let mut n_filters = 0;
    for path in own_captures() {
        let mut opened = Opened::new(path);
        for finding in opened.analysis.findings.clone() {
            let text = &finding.display_filter;
            if text.is_empty() {
                continue;
            }
            n_filters += 1;
            let place = opened.path.display().to_string();
            let say = |what: String| format!("{place}: {}: {text}: {what}", finding.id);
            let packets = match opened.packets(text) {
                Ok(packets) => packets,
                Err(error) => {
                    wrong.push(format!("{}: {text}: {error}", opened.path.display()));
                    continue;
                }
            };
            let missing = finding.packet_indices.iter().filter(|index| !packets.contains(&(**index as u32))).count();
            if packets.is_empty() || missing * 20 > finding.packet_indices.len() {
                wrong.push(say(format!("{} packets, {missing} that are meant are missing", packets.len())));
            }
            let flows = opened.flows(text).unwrap();
            let of_no_packet = finding.flow_serials.iter().filter(|serial| !flows.contains(serial)).count();
            if of_no_packet * 20 > finding.flow_serials.len() {
                wrong.push(format!(
                    "{}: {}: {text}: {of_no_packet} of {} flows that are meant are missing",
                    opened.path.display(),
                    finding.id,
                    finding.flow_serials.len()
                ));
            }
        }
    }
    assert!(n_filters >= 100, "only {n_filters} filters were tried");
    assert!(wrong.is_empty(), "{} of {n_filters}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn filters_of_findings_select_the_packets_of_tshark() {
    if needs::require(&[], &["tshark"]).is_none() {
        return;
    }
    let mut wrong = Vec::new();
    for path in own_captures() {
        let mut opened = Opened::new(path);
        let texts: BTreeSet<String> =
            opened.analysis.findings.iter().map(|finding| finding.display_filter.clone()).collect();
        for text in texts.iter().filter(|text| !text.is_empty()) {
            compare(&mut opened, text, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Filters of fields that Wireshark has too.
const COMMON: &[&str] = &[
    "frame.number in {1..20} || frame.len > 1000",
    "frame.time_relative > 1 && frame.time_delta < 0.01",
    "eth.addr == ff:ff:ff:ff:ff:ff",
    "eth.dst.ig == 1",
    "eth",
    "vlan or sll or gre or vxlan",
    "vlan.id > 0",
    "ip.addr == 10.0.0.0/8",
    "ip.addr != 10.0.0.0/8",
    "!(ip.addr == 10.0.0.0/8)",
    "ip.src == 198.18.0.0/15 && tcp.dstport == 80",
    "ip.ttl < 64",
    "ip.proto in {1, 17}",
    "ip.flags.df == 0",
    "ipv6",
    "ipv6.addr == fe80::/10",
    "icmp.type == 8",
    "icmpv6.type == 135",
    "arp.opcode == 1",
    "tcp.port in {22, 80, 443}",
    "tcp.port not in {22, 80, 443}",
    "tcp.port != 443",
    "tcp.flags.syn == 1 && tcp.flags.ack == 0",
    "tcp.flags.syn",
    "tcp.flags & 0x04",
    "tcp.flags == 0x012",
    "tcp.len > 0",
    "tcp.window_size_value < 1000 and not tcp.flags.reset == 1",
    "udp.port == 53 or udp.srcport > 60000",
    "udp.length > 200",
    "!arp && !icmp",
    "dns",
    "dns.flags.response == 1",
    "dns.flags.rcode == 3",
    "dns.qry.type == 1",
    "dns.qry.name contains \"e\"",
    "dns.qry.name matches \"^[a-z]+[.].*(com|org|example)$\"",
    "http.request",
    "http.request.method == \"GET\"",
    "http.response.code >= 400",
    "tls.handshake.type == 1",
    "frame contains \"HTTP/1.1\"",
    "ip.addr == 10.0.0.0/8 && (tcp || udp) && !(tcp.port == 443)",
];

#[test]
fn common_fields_select_the_packets_of_tshark() {
    if needs::require(&[], &["tshark"]).is_none() {
        return;
    }
    let mut wrong = Vec::new();
    // tshark starts anew for each of them, so the filters take turns.
    for (turn, path) in own_captures().into_iter().step_by(9).enumerate() {
        let mut opened = Opened::new(path);
        for text in COMMON.iter().skip(turn % 2).step_by(2) {
            compare(&mut opened, text, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Where tshark selects others, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    // Connection requests of COTP below S7comm belong to S7comm here.
    ("industrial_control", "s7comm"),
    // tshark does not analyse a segment, or read a handshake, that the capture cut off.
    ("receiver_stalled", "zero_window"),
    // tshark gives a stream up in which a segment comes again in other pieces.
    ("tcp_overlap", "http"),
    ("vpn_tor_proxy", "wg || openvpn"),
];

fn compare(opened: &mut Opened, text: &str, wrong: &mut Vec<String>) {
    let path = opened.path.display().to_string();
    if DIFFERENCES.iter().any(|(capture, part)| path.contains(capture) && text.contains(part)) {
        return;
    }
    let Some(theirs) = opened.tshark(text) else {
        wrong.push(format!("tshark refuses {text}"));
        return;
    };
    match opened.packets(text) {
        Ok(ours) if ours == theirs => {}
        Ok(ours) => wrong.push(format!(
            "{}: {text}: {} ours, {} theirs; only ours {:?}, only theirs {:?}",
            opened.path.display(),
            ours.len(),
            theirs.len(),
            ours.difference(&theirs).map(|at| at + 1).take(4).collect::<Vec<_>>(),
            theirs.difference(&ours).map(|at| at + 1).take(4).collect::<Vec<_>>()
        )),
        Err(error) => wrong.push(format!("{text}: {error}")),
    }
}

/// What filters are made of.
const PIECES: &[&str] = &[
    "tcp",
    "dns",
    "ip.addr",
    "tcp.port",
    "==",
    "!=",
    ">=",
    "in",
    "{80, 443}",
    "{1..100}",
    "contains",
    "\"a\"",
    "(",
    ")",
    "!",
    "not",
    "and",
    "||",
    "xor",
    "10.0.0.0/8",
    "443",
    "0x12",
    "&",
    "tcp.flags",
    "frame.len",
    "-udp",
    "10.71",
    "finding",
    "severity",
    "high",
    "tcp.analysis.flags",
    "dns.qry.name",
    "matches",
    "\"^a.*\"",
    "score",
    "frame.time_relative",
    "1.5",
];

proptest! {
    #[test]
    fn any_text_is_understood_or_refused_at_a_place_in_it(text in "\\PC{0,60}", caret in 0_usize..70) {
        for found in filter::complete(&text, caret) {
            prop_assert!(text.get(found.start..found.end).is_some());
        }
        let columns = ["Flow Duration".to_owned()];
        for error in [filter::compile(&text).err(), filter::compile_for_rows(&text, &columns).err()].into_iter().flatten() {
            prop_assert!(text.get(error.at as usize..(error.at + error.length) as usize).is_some(), "{error:?}");
        }
    }
}

#[test]
fn a_filter_and_its_opposite_part_the_packets() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/captures/zone_transfer/attack.pcap");
    let opened = std::cell::RefCell::new(Opened::new(path));
    let n_packets = opened.borrow().pipeline.index().len() as usize;
    let n_understood = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 1..7);
    let parted = runner.run(&pieces, |pieces| {
        let text = pieces.join(" ");
        let mut opened = opened.borrow_mut();
        let Ok(passing) = opened.packets(&text) else { return Ok(()) };
        n_understood.set(n_understood.get() + 1);
        let others = opened.packets(&format!("!({text})")).map_err(TestCaseError::fail)?;
        prop_assert!(passing.is_disjoint(&others), "{}", text);
        prop_assert_eq!(passing.len() + others.len(), n_packets, "{}", text);
        // What flows say agrees with their packets.
        let flows = opened.flows(&text).map_err(TestCaseError::fail)?;
        prop_assert!(flows.len() <= opened.pipeline.flows().len());
        Ok(())
    });
    assert!(parted.is_ok(), "{parted:?}");
    assert!(n_understood.get() > 20, "only {} were understood", n_understood.get());
}
