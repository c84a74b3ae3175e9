//! Public captures of attacks to the detectors that catch them, or the reason why none does; benign ones stay quiet.
//! Skips where the captures are absent.

use crate::needs;
use packetloupe::model::analysis::Analysis;
use packetloupe::model::finding::{Category, Finding, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What becomes of a capture.
enum Expected {
    /// At least medium, by any of these detectors.
    Caught(&'static [&'static str]),
    /// Told below medium by any of these: one weak sign, or for information.
    Told(&'static [&'static str]),
    /// Not caught, and why not.
    Not(&'static str),
}
use Expected::{Caught, Not, Told};

/// Captures of the folder `attack`, by the start of their names.
const EXPECTED: &[(&str, Expected)] = &[
    ("chris__activeosfingerprinting", Caught(&["crafted_packets"])),
    ("chris__dns_axfr", Caught(&["zone_transfer"])),
    ("chris__http_dvwa_directorytraversal", Caught(&["web_attack"])),
    ("chris__http_dvwa_sqlinjection_passwords", Caught(&["web_attack"])),
    ("chris__synscan", Caught(&["port_scan"])),
    ("ndpi__WebattackRCE", Caught(&["web_attack"])),
    ("ndpi__dns-tunnel-iodine", Caught(&["dns_tunnel"])),
    ("ndpi__monero", Not("peers of the Monero network exchange blocks: no miner asks a pool for work here")),
    ("ndpi__shell", Caught(&["remote_shell"])),
    ("ndpi__sql_injection", Caught(&["web_attack"])),
    ("ndpi__synscan", Caught(&["port_scan"])),
    (
        "ndpi__tls_malicious_sha1",
        Not("an ordinary session with a web mail provider: only a list of bad certificates tells it"),
    ),
    ("ndpi__xss", Caught(&["web_attack"])),
    ("slips__test-cc__test-cc-capture-1", Caught(&["beacon"])),
    // A control server for less than ten minutes: too short to be sure.
    ("slips__test-cc__test-cc-capture-2", Told(&["beacon"])),
    ("slips__test12-icmp-portscan", Caught(&["host_scan"])),
    ("slips__test7-malicious", Caught(&["host_scan"])),
    ("slips__test8-malicious", Caught(&["arp_sweep"])),
    ("suri__bug-3286-02-linux-evasion", Caught(&["premature_close"])),
    ("suri__bug-3286-03-windows-evasion", Caught(&["premature_close"])),
    ("suri__bug-5713-01__TLSv1-Extracted-MaliciousC2", Told(&["weak_tls"])),
    ("suri__dcerpc__zerologon", Caught(&["active_directory_attack"])),
    ("suri__dhcp-request-flood", Caught(&["dhcp_starvation"])),
    ("suri__firewall__tcp-session-syn-flood", Caught(&["syn_flood"])),
    ("suri__ftp__ftp-bounce", Caught(&["ftp_bounce"])),
    ("suri__ipv6-evasion__ipv6-covert-dstopts", Caught(&["ipv6_abuse"])),
    ("suri__ipv6-evasion__ipv6-dos-with-ext-headers-5", Caught(&["icmp_flood"])),
    ("suri__ipv6-evasion__ipv6-dos-with-ext-headers-6", Caught(&["fragment_abuse"])),
    ("suri__issue-3341-tcphdr-01__urgent11", Caught(&["crafted_packets"])),
    (
        "suri__krb5-kerberoasting",
        Not("one ticket, and the client offers AES first: that it comes back in RC4 is the account's setting"),
    ),
    ("suri__security-8510__defrag-af-confusion", Caught(&["udp_flood", "fragment_abuse"])),
    ("suri__smb2-04__20171220_smb_at_schedule", Caught(&["remote_execution"])),
    ("suri__smb2-06__20171220_smb_net_user", Caught(&["active_directory_attack"])),
    (
        "suri__tcp-rst-unacked-stream-10",
        Not("one ordinary request for a web page and its answer: only a list of bad servers tells it"),
    ),
    ("suri__tcp-rst-unacked-stream-12", Told(&["non_standard_port"])),
    ("zeek__dhcp__dhcp_flood", Caught(&["dhcp_starvation"])),
    ("zeek__ftp__bruteforce", Caught(&["ftp_brute_force", "login_brute_force"])),
    ("zeek__http__cooper-grill-dvwa", Caught(&["web_attack"])),
    ("zeek__nmap-vsn", Caught(&["arp_sweep"])),
    ("zeek__ntp__ntpmode67", Caught(&["amplification"])),
    ("zeek__quic__merlinc2", Not("one QUIC connection of a few seconds, encrypted from its first packet on")),
    ("zeek__rfb__vnc-scanner", Not("one connection with one refused login: a typing mistake looks the same")),
    ("zeek__rpc-portmap-sadmind", Caught(&["host_scan"])),
    (
        "zeek__smb__SMBGhost",
        Not("one negotiation that offers compression, as every Windows since 2019 does, and no exploit"),
    ),
    ("zeek__tls__heartbleed-encrypted-success", Caught(&["known_exploit"])),
    ("zeek__tls__heartbleed-encrypted", Told(&["known_exploit"])),
    ("zeek__tls__heartbleed.", Caught(&["known_exploit"])),
];

/// Captures that are harmless as a whole, in which a detector rightly names what is done: a DNP3 application is stopped, a
/// program is loaded into a controller.
const TRUE_ACTS: &[(&str, &str)] = &[("ndpi__dnp3", "industrial_control"), ("ndpi__s7comm", "industrial_control")];

/// Share of benign captures that may have a finding of medium severity or more.
const MOST_LOUD_BENIGN: f64 = 0.05;

fn folder(name: &str) -> Option<PathBuf> {
    let name = format!("captures/{name}");
    Some(needs::require(&[&name], &[])?.join(name))
}

/// The captures of a folder in order, and what is found in them; files that are none are left out.
fn analyses(folder: &Path) -> Vec<(String, Analysis)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), analyse(path)?))).collect()
}

fn analyse(path: &Path) -> Option<Analysis> {
    let data = std::fs::read(path).ok()?;
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&Settings::default(), "capture", data.len() as u64));
    for bytes in data.chunks(1 << 20) {
        if pipeline.feed(bytes).is_err() {
            return None;
        }
    }
    let _ = pipeline.end();
    Some(pipeline.evaluate(&Settings::default()))
}

fn names(findings: &[&Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.detector.clone()).collect()
}

#[test]
fn each_attack_is_caught_or_the_table_says_why_not() {
    let Some(folder) = folder("attack") else { return };
    let mut wrong = Vec::new();
    let mut met = BTreeSet::new();
    for (file, analysis) in analyses(&folder) {
        let Some((start, expected)) = EXPECTED.iter().find(|(start, _)| file.starts_with(start)) else {
            wrong.push(format!("{file}: not in the table"));
            continue;
        };
        met.insert(*start);
        // Outliers of the statistical models are hints, not verdicts, and a slow network is no attack.
        let is_verdict =
            |finding: &&Finding| !matches!(finding.category, Category::Statistical | Category::Performance);
        let told: Vec<&Finding> = analysis.findings.iter().filter(is_verdict).collect();
        let loud: Vec<&Finding> = told.iter().copied().filter(|finding| finding.severity >= Severity::Medium).collect();
        let is_by = |findings: &[&Finding], detectors: &[&str]| {
            findings.iter().any(|finding| detectors.contains(&finding.detector.as_str()))
        };
        match expected {
            Caught(detectors) if !is_by(&loud, detectors) => {
                wrong.push(format!("{file}: {detectors:?} expected, {:?} found", names(&told)));
            }
            Told(detectors) if !is_by(&told, detectors) => {
                wrong.push(format!("{file}: {detectors:?} expected, {:?} found", names(&told)));
            }
            Told(_) if !loud.is_empty() => wrong.push(format!("{file}: caught by now, by {:?}", names(&loud))),
            Not(why) if !told.is_empty() => wrong.push(format!("{file}: told by {:?}, not: {why}", names(&told))),
            _ => {}
        }
    }
    wrong.extend(
        EXPECTED.iter().filter(|(start, _)| !met.contains(start)).map(|(start, _)| format!("{start}: no such file")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn benign_captures_hardly_ever_raise_an_alarm() {
    let Some(folder) = folder("benign") else { return };
    let analyses = analyses(&folder);
    assert!(analyses.len() > 20);
    let loud: Vec<String> = analyses
        .iter()
        .filter_map(|(file, analysis)| {
            let is_true = |detector: &str| TRUE_ACTS.iter().any(|(name, id)| file.contains(name) && *id == detector);
            let is_loud = |finding: &&Finding| finding.severity >= Severity::Medium && !is_true(&finding.detector);
            let first = analysis.findings.iter().find(is_loud)?;
            Some(format!("{file}: {}", first.title))
        })
        .collect();
    assert!(loud.len() as f64 <= MOST_LOUD_BENIGN * analyses.len() as f64, "{}", loud.join("\n"));
}
