//! Captures to expected findings: each attack of the shared captures by the detector that is meant for it, nothing loud
//! in benign ones, filters that select the packets meant. Skips where the captures or tshark are absent.

use crate::needs;
use packetloupe::model::analysis::Analysis;
use packetloupe::model::finding::{Category, Finding, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions, descriptors};
use packetloupe::settings::Settings;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Capture, and the detector that must report it at medium severity or more.
const EXPECTED: &[(&str, &str)] = &[
    ("attack/chris__synscan.pcapng", "port_scan"),
    ("attack/slips__test7-malicious.pcap", "host_scan"),
    ("attack/slips__test8-malicious.pcap", "arp_sweep"),
    ("attack/ndpi__dns-tunnel-iodine.pcap", "dns_tunnel"),
    ("attack/zeek__ftp__bruteforce.pcap", "ftp_brute_force"),
    ("lab/arp_spoof.pcap", "arp_spoofing"),
    ("lab/brute_ftp.pcap", "login_brute_force"),
    ("lab/brute_http_basic.pcap", "login_brute_force"),
    ("lab/brute_ssh.pcap", "login_brute_force"),
    ("lab/c2_http.pcap", "beacon"),
    ("lab/c2_https.pcapng", "beacon"),
    ("lab/dga_nxdomain.pcapng", "dga"),
    ("lab/dns_tunnel_fast.pcap", "dns_tunnel"),
    ("lab/dns_tunnel_slow.pcap", "dns_tunnel"),
    ("lab/exfil_dns.pcap", "dns_tunnel"),
    ("lab/exfil_https.pcapng", "bulk_exfiltration"),
    ("lab/exfil_icmp.pcap", "icmp_tunnel"),
    ("lab/flood_http.pcap", "connection_flood"),
    ("lab/flood_icmp.pcap", "icmp_flood"),
    ("lab/flood_syn.pcap", "syn_flood"),
    ("lab/flood_udp.pcap", "udp_flood"),
    ("lab/frag_attack.pcap", "fragment_abuse"),
    ("lab/garp_storm.pcap", "arp_storm"),
    ("lab/host_sweep.pcap", "arp_sweep"),
    ("lab/icmp_redirect.pcap", "icmp_redirect"),
    ("lab/lateral_445.pcap", "lateral_movement"),
    ("lab/llmnr_poison.pcapng", "llmnr_poisoning"),
    ("lab/long_connection.pcap", "remote_shell"),
    ("lab/mac_flood.pcap", "mac_flood"),
    ("lab/portscan_slow.pcap", "port_scan"),
    ("lab/portscan_syn.pcap", "port_scan"),
    ("lab/portscan_udp.pcapng", "port_scan"),
    ("lab/ra_spoof.pcap", "rogue_router"),
    ("lab/rogue_dhcp.pcap", "rogue_dhcp"),
    ("lab/rst_injection.pcap", "forged_reset"),
    ("lab/scan_version.pcap", "port_scan"),
    ("lab/scan_xmas_null_fin.pcap", "port_scan"),
    ("lab/slowloris.pcap", "slow_http"),
];

/// Captures that are harmless as a whole, in which a detector rightly names what is done: a DNP3 application is stopped, a
/// program is loaded into a controller.
const TRUE_ACTS: &[(&str, &str)] = &[("ndpi__dnp3", "industrial_control"), ("ndpi__s7comm", "industrial_control")];

/// False alarms that all benign captures together may raise.
const MOST_FALSE: usize = 1;

fn captures(programs: &[&str]) -> Option<PathBuf> {
    Some(needs::require(&["captures"], programs)?.join("captures"))
}

fn read(path: &Path, chunk: usize) -> Pipeline {
    let data = std::fs::read(path).unwrap();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&Settings::default(), "capture", data.len() as u64));
    for bytes in data.chunks(chunk) {
        if pipeline.feed(bytes).is_err() {
            return pipeline;
        }
    }
    let _ = pipeline.end();
    pipeline
}

fn analyse(path: &Path) -> Analysis {
    read(path, 1 << 20).evaluate(&Settings::default())
}

fn is_loud(finding: &Finding) -> bool {
    finding.severity >= Severity::Medium && finding.category != Category::Cleartext
}

#[test]
fn each_attack_is_reported_by_its_detector() {
    let Some(folder) = captures(&[]) else { return };
    let mut missed = Vec::new();
    for (file, detector) in EXPECTED {
        let findings = analyse(&folder.join(file)).findings;
        if !findings.iter().any(|finding| is_loud(finding) && finding.detector == *detector) {
            missed.push(format!("{file}: {detector}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn benign_captures_raise_hardly_an_alarm() {
    let Some(folder) = captures(&[]) else { return };
    let mut files: Vec<PathBuf> = ["benign", "lab"]
        .iter()
        .flat_map(|name| std::fs::read_dir(folder.join(name)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending.to_string_lossy().contains("cap")))
        .filter(|path| {
            !path.parent().is_some_and(|parent| parent.ends_with("lab"))
                || path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("benign"))
        })
        .collect();
    files.sort();
    assert!(files.len() > 20);
    let mut alarms = Vec::new();
    for file in files {
        let is_true = |detector: &str| {
            TRUE_ACTS.iter().any(|(name, id)| file.to_string_lossy().contains(name) && *id == detector)
        };
        let loud = analyse(&file).findings.into_iter().filter(is_loud).filter(|finding| !is_true(&finding.detector));
        alarms.extend(loud.map(|finding| format!("{}: {}", file.display(), finding.title)));
    }
    assert!(alarms.len() <= MOST_FALSE, "{}", alarms.join("\n"));
}

#[test]
fn filters_select_the_packets_meant() {
    let Some(folder) = captures(&["tshark"]) else { return };
    let mut wrong = Vec::new();
    for (file, detector) in EXPECTED {
        let path = folder.join(file);
        for finding in analyse(&path).findings.iter().filter(|finding| finding.detector == *detector) {
            let filter = &finding.display_filter;
            let output = Command::new("tshark").arg("-r").arg(&path).args(["-Y", filter]).output().unwrap();
            let n = output.stdout.iter().filter(|byte| **byte == b'\n').count() as f64;
            let meant = finding.n_packets as f64;
            // A filter may take in neighbours of the same two hosts: a tenth more, and a few.
            if !output.status.success() || n < meant * 0.98 || n > meant * 1.1 + 3.0 {
                wrong.push(format!("{file}: {n} of {meant} by {filter}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_file_gives_the_same_findings_whatever_the_slices() {
    let Some(folder) = captures(&[]) else { return };
    for file in ["lab/portscan_udp.pcapng", "lab/c2_http.pcap", "lab/arp_spoof.pcap", "lab/flood_syn.pcap"] {
        let whole = analyse(&folder.join(file)).findings;
        let pieces = read(&folder.join(file), 777).evaluate(&Settings::default()).findings;
        assert_eq!(whole, pieces, "{file}");
    }
}

#[test]
fn a_changed_threshold_needs_no_second_reading_and_can_be_taken_back() {
    let Some(folder) = captures(&[]) else { return };
    let mut pipeline = read(&folder.join("lab/portscan_slow.pcap"), 1 << 20);
    let before = pipeline.evaluate(&Settings::default()).findings;
    let mut strict = Settings::default();
    for descriptor in descriptors().into_iter().filter(|d| matches!(d.id, "port_scan.ports" | "port_scan.least")) {
        assert!(strict.set(descriptor, 1000.0));
    }
    let hidden = pipeline.evaluate(&strict).findings;
    assert!(before.iter().any(|finding| finding.detector == "port_scan"));
    assert!(!hidden.iter().any(|finding| finding.detector == "port_scan"));
    assert_eq!(before, pipeline.evaluate(&Settings::default()).findings);
}
