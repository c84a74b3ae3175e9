//! Packets, bytes and times agree with capinfos over the shared captures; skips where these are absent.

use crate::needs;
use packetloupe::model::analysis::Issue;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;

/// Files on which we differ from capinfos: in what, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[
    ("malformed/tcpdump__atm-heapoverflow.pcap", "bytes", "capinfos takes the four-byte SunATM header off the length"),
    ("malformed/ndpi__fuzz-2021-06-07-c6c72a0a56.pcap", "times", "capinfos prints part of a second as negative"),
    ("malformed/tcpdump__bgp_vpn_rt-oobr.pcap", "times", "capinfos takes 0 seconds for no time at all"),
    ("malformed/tcpdump__olsr-oobr-2.pcap", "times", "capinfos takes 0 seconds for no time at all"),
    ("malformed/tcpdump__pim_header_asan-2.pcap", "times", "capinfos gives the times in file order here"),
    ("malformed/tcpdump__rx_serviceid_oobr.pcap", "times", "capinfos prints part of a second as negative"),
    (
        "malformed/tcpdump__timestamp_invalid_micro.pcap",
        "times",
        "a microsecond field above a million is carried by us",
    ),
];

/// Seconds as text to the microsecond, both sides cut alike.
fn same_time(ours: Option<i64>, theirs: &str) -> bool {
    match (ours, theirs.parse::<f64>()) {
        (None, Err(_)) => true,
        (Some(ns), Ok(theirs)) => (ns as f64 / 1e9 - theirs).abs() < 2e-6,
        _ => false,
    }
}

fn theirs_lack_times(first: &str, issues: &[Issue]) -> bool {
    first == "n/a" && issues.iter().any(|issue| issue.id == "no-timestamp")
}

#[test]
fn totals_equal_those_of_capinfos() {
    let Some(shared) = needs::require(&["captures/COUNTS.csv"], &[]) else { return };
    let captures = shared.join("captures");
    let table = std::fs::read_to_string(captures.join("COUNTS.csv")).unwrap();
    let mut wrong = Vec::new();
    let mut n_compared = 0;
    for line in table.lines().skip(1) {
        let mut fields = line.rsplitn(6, ',');
        let mut next = || fields.next().unwrap_or_default();
        let (verdict, last, first, bytes, packets, file) = (next(), next(), next(), next(), next(), next());
        let Ok(data) = std::fs::read(captures.join(file)) else {
            wrong.push(format!("{file}: not there"));
            continue;
        };
        n_compared += 1;
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, file, data.len() as u64));
        let read = pipeline.feed(&data).and_then(|()| pipeline.end());
        let analysis = pipeline.partial(&settings);
        let summary = analysis.summary;
        // capinfos gives no times at all once one packet has none.
        let is_untimed = theirs_lack_times(first, &analysis.issues);
        if verdict == "refused" {
            continue;
        }
        let is_excused = |what| DIFFERENT.iter().any(|(name, about, _)| *name == file && *about == what);
        let fits_counts =
            summary.packets.to_string() == packets && (summary.bytes.to_string() == bytes || is_excused("bytes"));
        let fits_times = same_time(summary.first_ns, first) && same_time(summary.last_ns, last);
        if !fits_counts || !(fits_times || is_untimed || is_excused("times")) {
            wrong.push(format!("{file} ({verdict}): {summary:?}, capinfos {packets} {bytes} {first} {last} {read:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {n_compared} differ:\n{}", wrong.len(), wrong.join("\n"));
}
