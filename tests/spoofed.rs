//! Captures in which nobody comes twice: millions of forged sources, devices, names and networks. Reading them ends, stays
//! within stated memory, finds the flood, says what was folded or not judged, and costs no more a packet at the end than at
//! the start.
//!
//! Each capture is made as it is read and runs in a process of its own, so that its peak of memory is its own. That is this
//! program again with `--capture NAME FRAMES`: therefore it has a `main` and is no collection of `#[test]` functions.
//! `cargo test --test spoofed [-- PART OF A NAME]` runs it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod crafted;

use crafted::{Taken, capture, peak_bytes, traffic};
use std::panic::catch_unwind;
use std::process::{Command, ExitCode};

/// In front of the name of a capture and its number of frames: analyse it and print what it took.
const CAPTURE: &str = "--capture";

/// What is checked, by name.
const TESTS: [(&str, fn()); 3] = [
    ("ten_million_forged_sources_of_requests_are_one_flood", ten_million_forged_sources_of_requests_are_one_flood),
    ("two_million_forged_sources_of_datagrams_are_folded", two_million_forged_sources_of_datagrams_are_folded),
    (
        "devices_names_networks_and_sessions_without_end_are_bounded",
        devices_names_networks_and_sessions_without_end_are_bounded,
    ),
];

/// What is kept at most whatever the number of packets: 1.5 million flows at 512 bytes (`flow.most`), their places, ends and
/// hosts; half a million first contacts, a million names, four million facts, and the tallies of all detectors.
const KEPT_BYTES: u64 = 1400 << 20;
/// What each packet adds: its 27 bytes of the index.
const PACKET_BYTES: u64 = 27;

/// What a process of its own told.
struct Told {
    packets: u64,
    peak_bytes: Option<u64>,
    /// Time of the last tenth of the packets to that of the first.
    slows: f64,
    issues: Vec<String>,
    findings: Vec<String>,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name, n] = args.as_slice()
        && flag == CAPTURE
    {
        print_capture(name, n.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    // Of the options of a collection of tests, only the filter and the list are understood.
    let filter = args.iter().find(|arg| !arg.starts_with('-')).map_or("", String::as_str);
    let chosen = TESTS.iter().filter(|(name, _)| name.contains(filter));
    if args.iter().any(|arg| arg == "--list") {
        chosen.for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let (mut n_passed, mut n_failed) = (0, 0);
    for (name, test) in chosen {
        let is_passed = catch_unwind(test).is_ok();
        println!("test {name} ... {}", if is_passed { "ok" } else { "FAILED" });
        *(if is_passed { &mut n_passed } else { &mut n_failed }) += 1;
    }
    let verdict = if n_failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {verdict}. {n_passed} passed; {n_failed} failed");
    if n_failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn ten_million_forged_sources_of_requests_are_one_flood() {
    let told = run("syn-spoofed", 10);
    assert_eq!(told.findings.first().map(String::as_str), Some("syn_flood"), "{:?}", told.findings);
    assert_eq!(told.findings.iter().filter(|detector| *detector == "syn_flood").count(), 1);
    for issue in ["flows-summarised", "detector-full"] {
        assert!(told.issues.iter().any(|id| id == issue), "{issue} is not said: {:?}", told.issues);
    }
}

fn two_million_forged_sources_of_datagrams_are_folded() {
    let told = run("udp-spoofed", 2);
    assert!(told.issues.iter().any(|id| id == "flows-summarised"), "{:?}", told.issues);
}

fn devices_names_networks_and_sessions_without_end_are_bounded() {
    for name in
        ["arp-macs", "frames-macs", "names-one-domain", "names-domains", "names-clients", "wifi-beacons", "tls-talks"]
    {
        run(name, 2);
    }
}

/// Runs one capture of so many times the frames that a benchmark begins with, and checks what holds for all.
fn run(name: &str, times: u64) -> Told {
    let traffic = traffic::ALL.iter().find(|traffic| traffic.name == name).unwrap();
    let n = times * traffic.n;
    let out = Command::new(std::env::current_exe().unwrap()).args([CAPTURE, name, &n.to_string()]).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{name}: {text} {}", String::from_utf8_lossy(&out.stderr));
    let words = |key: &str| -> Vec<String> {
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap().split_whitespace().map(str::to_owned).collect()
    };
    let number = |key: &str| -> f64 { words(key)[0].parse().unwrap() };
    let peak_bytes = Some(number("peak:") as u64).filter(|bytes| *bytes > 0);
    let told = Told {
        packets: number("packets:") as u64,
        peak_bytes,
        slows: number("slows:"),
        issues: words("issues:"),
        findings: words("findings:"),
    };
    println!(
        "{name}, aimed at {}: {n} packets, {:.1} s, peak {:.0} MiB, the last tenth takes {:.1} times the first; {:?}; {:?}",
        traffic.aims_at,
        number("seconds:"),
        peak_bytes.map_or(f64::NAN, |bytes| bytes as f64 / f64::from(1 << 20)),
        told.slows,
        told.issues,
        told.findings
    );
    assert_eq!(told.packets, n, "{name}");
    match told.peak_bytes {
        Some(most) => assert!(most < KEPT_BYTES + n * PACKET_BYTES, "{name}: {most} bytes of memory"),
        None => println!("{name}: this system does not say how much memory was used; that is not checked"),
    }
    // Tables that outgrow the processor's caches, and flows that make room, cost some. If each packet took time in
    // proportion to those before, it would be nineteen times.
    assert!(told.slows < 9.0, "{name}: the last packets take {:.1} times as long as the first", told.slows);
    told
}

/// Analyses a capture and prints what it took, for [`run`] to read.
fn print_capture(name: &str, n: u64) {
    let traffic = traffic::ALL.iter().find(|traffic| traffic.name == name).unwrap();
    let Taken { reading, evaluating, tenths, analysis } = capture(traffic, n);
    let words = |all: Vec<&str>| all.join(" ");
    println!("\nseconds: {}", (reading + evaluating).as_secs_f64());
    println!("packets: {}", analysis.summary.packets);
    println!("peak: {}", peak_bytes().unwrap_or(0));
    println!("slows: {}", tenths[9].as_secs_f64() / tenths[0].as_secs_f64().max(1e-9));
    println!("issues: {}", words(analysis.issues.iter().map(|issue| issue.id.as_str()).collect()));
    println!("findings: {}", words(analysis.findings.iter().map(|finding| finding.detector.as_str()).collect()));
}
