//! Broken captures end in a result with issues or in a clear refusal: quickly, in little memory, without a panic. Over
//! the shared captures; skips where these are absent.

use crate::needs;
use flate2::Compression;
use flate2::write::GzEncoder;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const MOST_TIME: Duration = Duration::from_secs(5);
const MOST_KIB: u64 = 256 * 1024;
/// Prefixes that are tried of one file.
const MOST_PREFIXES: usize = 150;

/// Reads, judges, and says what is wrong with how that went.
fn complaint(name: &str, bytes: &[u8]) -> Option<String> {
    let began = Instant::now();
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, name, bytes.len() as u64));
    let refusal = pipeline.feed(bytes).and_then(|()| pipeline.end()).err();
    let analysis = pipeline.evaluate(&settings);
    let took = began.elapsed();
    if took > MOST_TIME {
        return Some(format!("{name}, {} bytes, took {took:?}", bytes.len()));
    }
    match refusal {
        Some(refusal) if !refusal.to_string().ends_with('.') => Some(format!("{name} is refused with {refusal:?}")),
        Some(_) => None,
        None => {
            let coverage = analysis.coverage;
            let is_damaged = coverage.bytes_skipped > 0 || coverage.packets_decoded < coverage.packets_read;
            let is_silent = is_damaged && analysis.issues.is_empty();
            is_silent.then(|| format!("{name}, {} bytes, is damaged and says nothing", bytes.len()))
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The most memory that this process ever held; none where the system does not tell.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
#[allow(clippy::unwrap_used)]
fn broken_captures_and_prefixes_of_good_ones_end_well() {
    let folders = ["captures/malformed", "captures/formats", "captures/lab"];
    let Some(shared) = needs::require(&folders, &[]) else { return };
    let [broken, formats, lab] = folders.map(|folder| files(&shared.join(folder)));
    let mut wrong = Vec::new();
    for path in &broken {
        wrong.extend(complaint(&name(path), &fs::read(path).unwrap()));
    }
    let mut n_prefixes = 0;
    for path in formats.iter().chain(lab.iter().step_by(6)) {
        let whole = fs::read(path).unwrap();
        let gzip = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&whole).unwrap();
            encoder.finish().unwrap()
        };
        // The front of a file is where formats differ; of a long one that is enough.
        for bytes in [whole.as_slice(), &gzip()] {
            let front = bytes.get(..bytes.len().min(30_000)).unwrap();
            for end in (0..=front.len()).step_by(front.len().div_ceil(MOST_PREFIXES).max(1)) {
                wrong.extend(complaint(&name(path), front.get(..end).unwrap()));
                n_prefixes += 1;
            }
        }
    }
    println!("{} broken captures, {n_prefixes} prefixes", broken.len());
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    match peak_kib() {
        Some(kib) => assert!(kib <= MOST_KIB, "{kib} KiB at most"),
        None => needs::leave_out("this system does not say how much memory was held"),
    }
}

/// Rows of the greatest length that are one word, or pairs without end.
#[test]
fn long_lines_end_well() {
    let pairs = "a=1 ".repeat(40_000);
    let colons = "a:b ".repeat(40_000);
    let word = "a=1,a=2;".repeat(40_000);
    let quoted = "\"a b\" ".repeat(40_000);
    let head = "May  1 10:00:00 fw CEF:0|V|P|1|100|traffic|3|";
    let mut wrong = Vec::new();
    for body in [&pairs, &colons, &word, &quoted] {
        for head in [head, "May  1 10:00:00 fw LEEF:1.0|V|P|9|allow|", "May  1 10:00:00 fw kernel: ", ""] {
            let line = format!("{head}src=10.0.0.1 dst=10.0.0.2 spt=1000 dpt=80 act=allow {body}\n");
            wrong.extend(complaint(&format!("{head}…{}", &body[..8]), line.repeat(2).as_bytes()));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every number of every kind of table replaced by one that no counter, clock or address can be.
#[test]
#[allow(clippy::unwrap_used)]
fn tables_of_absurd_numbers_end_well() {
    const ABSURD: &[&str] = &[
        "18446744073709551615",
        "9223372036854775807",
        "-9223372036854775808",
        "1e308",
        "-1e308",
        "1e-320",
        "-0.0",
        "-1",
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tables");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for absurd in ABSURD {
            let bytes = with_numbers(&text, absurd);
            wrong.extend(complaint(&name(&path), bytes.as_bytes()));
            // Twice the rows: sums run over too.
            wrong.extend(complaint(&name(&path), [bytes.as_str(), &bytes].concat().as_bytes()));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Both directions of a flow may have absurd counts while everything else is in order.
#[test]
fn absurd_counts_of_both_directions_end_well() {
    let head = "#separator \\x09\n#path\tconn\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t\
        orig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\tresp_pkts\n";
    for count in ["4294967295", "2147483648", "99999999999999"] {
        let row =
            format!("928.9\t10.0.2.112\t49168\t195.113.214.219\t80\ttcp\t9\t9\tRSTR\tShADadR\t{count}\t{count}\n");
        assert_eq!(complaint("conn.log", [head, &row].concat().as_bytes()), None);
    }
}

/// A pcap of one packet.
fn pcap(link_type: u8, packet: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, link_type, 0, 0, 0];
    let length = (packet.len() as u32).to_le_bytes();
    bytes.extend([[0; 4], [0; 4], length, length].concat());
    bytes.extend(packet);
    bytes
}

/// An extension header of IPv6 that is cut, behind one that is whole: etherparse's own iterator reads past the end.
#[test]
fn cut_extension_headers_end_well() {
    let head = [&[0x60, 0, 0, 0, 0, 32, 0, 64][..], &[0xfd; 32]].concat();
    for follows in [0, 43, 44, 51, 60] {
        for cut in [&[][..], &[6], &[6, 255], &[6, 2, 0, 0, 0, 0, 0, 0]] {
            let packet = [head.as_slice(), &[follows, 0, 0, 0, 0, 0, 0, 0], cut].concat();
            assert_eq!(complaint("cut.pcap", &pcap(229, &packet)), None, "{follows} {cut:?}");
        }
    }
}

/// Each row brings a name of its own: columns are not added without end, and what has many is not slow.
#[test]
fn json_of_ever_new_names_ends_well() {
    let rows: String = (0..20_000).map(|n| format!("{{\"a\": 1, \"name{n}\": {n}}}\n")).collect();
    assert_eq!(complaint("names.json", rows.as_bytes()), None);
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "names.json", rows.len() as u64));
    assert!(pipeline.feed(rows.as_bytes()).and_then(|()| pipeline.end()).is_ok());
    let analysis = pipeline.evaluate(&settings);
    let n_columns = analysis.table.map_or(0, |table| table.layout.columns.len());
    assert!((1000..4000).contains(&n_columns), "{n_columns}");
    assert!(analysis.issues.iter().any(|issue| issue.id == "columns-left-out"));
}

/// The text with this in place of every number that stands alone in a cell.
fn with_numbers(text: &str, absurd: &str) -> String {
    let is_edge = |c: char| matches!(c, ',' | ';' | '\t' | '\n' | '|' | ':' | '}' | ' ' | '"');
    let cells = text.split_inclusive(is_edge).map(|cell| {
        let end = cell.trim_end_matches(is_edge).len();
        let (number, edge) = cell.split_at(end);
        if number.parse::<f64>().is_ok() { format!("{absurd}{edge}") } else { cell.to_owned() }
    });
    cells.collect()
}
