//! Flow tables of the fixtures with columns taken away: what is not known accuses nobody, and what is known still tells.

use packetloupe::export::TableExport;
use packetloupe::model::Analysis;
use packetloupe::model::Endpoint;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::query;
use packetloupe::settings::Settings;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Detectors that judge by what became of connections.
const JUDGES: &[&str] = &["port_scan", "host_scan", "lateral_movement"];
/// Headings that begin or end so are taken away together.
const FLAGS: &[&str] = &["Flag Count", "PSH Flags", "URG Flags"];
const SIZES: &[&str] =
    &["Packet Length", "Packet Size", "Segment Size", "Header Length", "Subflow", "Seg Size", "Act Data"];
const PACKETS: &[&str] = &["Total Fwd Packet", "Total Bwd packets", "Packets/s", "Down/Up", "Subflow", "Act Data"];
const BYTES: &[&str] =
    &["Total Length", "Bytes/s", "Packet Length", "Packet Size", "Segment Size", "Subflow", "Header Length"];
const ANSWERS: &[&str] = &["Bwd", "Packet Length", "Flow", "Down/Up", "Average", "Flag Count"];
const TIMES: &[&str] = &["Duration", "IAT", "/s", "Active", "Idle", "Bulk"];

/// Columns that a table may lack.
const LACKS: &[(&str, &[&[&str]])] = &[
    ("flags", &[FLAGS]),
    ("flags and sizes", &[FLAGS, SIZES]),
    ("flags and times", &[FLAGS, TIMES]),
    ("flags and packets", &[FLAGS, PACKETS]),
    ("flags, packets and bytes", &[FLAGS, PACKETS, BYTES, SIZES]),
    ("answers", &[ANSWERS]),
    ("answers and flags", &[ANSWERS, FLAGS]),
    ("flags and the protocol", &[FLAGS, &["Protocol", "Flow ID"]]),
    ("ports", &[&["Port", "Flow ID"]]),
];

fn read(name: &str, bytes: &[u8], settings: &Settings) -> (Pipeline, Analysis) {
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(settings, name, bytes.len() as u64));
    pipeline.feed(bytes).unwrap();
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(settings);
    (pipeline, analysis)
}

/// Who is accused by which of the judges.
fn accused(analysis: &Analysis) -> BTreeSet<(String, Vec<Endpoint>)> {
    let judged = analysis.findings.iter().filter(|finding| JUDGES.contains(&finding.detector.as_str()));
    judged.map(|finding| (finding.detector.clone(), finding.sources.clone())).collect()
}

/// A table by its cells; none of a flow table has a comma in quotes.
struct Table(Vec<Vec<String>>);

impl Table {
    fn of(csv: &[u8]) -> Table {
        let text = std::str::from_utf8(csv).unwrap();
        Table(text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect())
    }

    fn place(&self, heading: &str) -> usize {
        self.0[0].iter().position(|other| other == heading).unwrap()
    }

    fn without(&self, lacks: &[&[&str]]) -> String {
        let is_kept = |heading: &String| !lacks.iter().flat_map(|some| *some).any(|part| heading.contains(part));
        let kept: Vec<usize> = (0..self.0[0].len()).filter(|place| is_kept(&self.0[0][*place])).collect();
        let line = |row: &Vec<String>| kept.iter().map(|place| row[*place].as_str()).collect::<Vec<_>>().join(",");
        self.0.iter().map(|row| line(row) + "\n").collect()
    }

    /// Each direction in a row of its own, as cloud flow logs have them; `is_shuffled`: all answers come first.
    fn one_way(&self, is_shuffled: bool) -> String {
        let places = |headings: [&str; 8]| headings.map(|heading| self.place(heading));
        let ends = ["Src IP", "Src Port", "Dst IP", "Dst Port", "Protocol", "Timestamp"];
        let [source, source_port, target, target_port, protocol, start] = ends.map(|heading| self.place(heading));
        let [_, _, sent, returned, sent_bytes, returned_bytes, ..] = places([
            "Src IP",
            "Dst IP",
            "Total Fwd Packet",
            "Total Bwd packets",
            "Total Length of Fwd Packet",
            "Total Length of Bwd Packet",
            "Protocol",
            "Timestamp",
        ]);
        let mut halves: Vec<(bool, String)> = Vec::new();
        for row in &self.0[1..] {
            let half = |from: usize, from_port: usize, to: usize, to_port: usize, packets: usize, bytes: usize| {
                let n: u64 = row[packets].parse().unwrap();
                let size = row[bytes].parse::<u64>().unwrap() + 54 * n;
                let ends = [from, from_port, to, to_port, protocol, start].map(|place| row[place].as_str()).join(",");
                (n > 0).then(|| format!("{ends},{n},{size}\n"))
            };
            halves.extend(half(source, source_port, target, target_port, sent, sent_bytes).map(|half| (true, half)));
            let answer = half(target, target_port, source, source_port, returned, returned_bytes);
            halves.extend(answer.map(|half| (false, half)));
        }
        if is_shuffled {
            halves.sort_by_key(|(is_question, _)| *is_question);
        }
        let rows: String = halves.into_iter().map(|(_, half)| half).collect();
        format!("srcaddr,srcport,dstaddr,dstport,protocol,start,packets,bytes\n{rows}")
    }
}

/// The captures of all detectors, attacks and benign ones.
fn captures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/captures");
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut captures: Vec<PathBuf> =
        folders.flat_map(|path| [path.join("attack.pcap"), path.join("benign.pcap")]).collect();
    captures.retain(|path| path.is_file());
    captures.sort();
    captures
}

#[test]
fn a_column_less_accuses_nobody_more() {
    let settings = Settings::default();
    let captures = captures();
    assert!(captures.len() > 100, "the fixtures are there");
    let mut n_tables = 0;
    for path in captures {
        let (pipeline, analysis) = read("a.pcap", &std::fs::read(&path).unwrap(), &settings);
        let mut csv = Vec::new();
        query::write(&mut csv, TableExport::Flows, &pipeline, &analysis).unwrap();
        let table = Table::of(&csv);
        if table.0.len() < 2 {
            continue;
        }
        let mut known = accused(&analysis);
        known.extend(accused(&read("a.csv", &csv, &settings).1));
        let lacking = LACKS.iter().map(|(name, lacks)| (*name, table.without(lacks)));
        let one_way = [("one direction a row", table.one_way(false)), ("answers first", table.one_way(true))];
        for (name, text) in lacking.chain(one_way) {
            let now = accused(&read("a.csv", text.as_bytes(), &settings).1);
            assert!(now.is_subset(&known), "{} without {name}: {now:?}", path.display());
            n_tables += 1;
        }
    }
    assert!(n_tables > 500, "{n_tables} tables");
}

#[test]
fn what_is_left_still_tells_of_a_scan() {
    let settings = Settings::default();
    for id in JUDGES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/captures/{id}/attack.pcap"));
        let (pipeline, analysis) = read("a.pcap", &std::fs::read(path).unwrap(), &settings);
        let mut csv = Vec::new();
        query::write(&mut csv, TableExport::Flows, &pipeline, &analysis).unwrap();
        let table = Table::of(&csv);
        for (name, lacks) in &LACKS[..3] {
            let (_, analysis) = read("a.csv", table.without(lacks).as_bytes(), &settings);
            let found = analysis.findings.iter().find(|finding| finding.detector == *id);
            let title = &found.unwrap_or_else(|| panic!("no {id} without {name}")).title;
            assert!(!title.contains("SYN"), "flags were not seen: {title}");
        }
    }
}

#[test]
fn ends_of_older_connections_accuse_nobody() {
    let rows = |fin: u8, syn: u8, rst: u8, ack: u8| -> String {
        let row = |i: u32| {
            let (port, host) = (40_000 + i, 10 + i);
            format!("10.0.0.9,{port},10.0.0.{host},445,6,2024-05-01 10:00:{i:02},900,1,1,0,0,{fin},{syn},{rst},{ack}\n")
        };
        (0..40).map(row).collect()
    };
    let heading = "Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Total Bwd packets,\
                   Total Length of Fwd Packet,Total Length of Bwd Packet,\
                   FIN Flag Count,SYN Flag Count,RST Flag Count,ACK Flag Count\n";
    let found = |rows: String| accused(&read("a.csv", format!("{heading}{rows}").as_bytes(), &Settings::default()).1);
    assert!(!found(rows(0, 1, 1, 1)).is_empty(), "requests that were refused");
    let rests = found(rows(2, 0, 0, 2));
    assert!(rests.is_empty(), "{rests:?}");
}

#[test]
fn a_table_of_unknown_outcomes_says_why_nothing_was_judged() {
    let rows: String = (0..300)
        .map(|i| {
            format!("2024-05-01 10:00:{:02},10.0.0.9,{},10.0.0.{},445,tcp,12,900\n", i % 60, 40_000 + i, 10 + i % 200)
        })
        .collect();
    let text = format!("time,src_ip,src_port,dst_ip,dst_port,protocol,packets,bytes\n{rows}");
    let (_, analysis) = read("a.csv", text.as_bytes(), &Settings::default());
    assert!(accused(&analysis).is_empty());
    for id in JUDGES {
        let run = analysis.runs.iter().find(|run| run.id == *id).unwrap();
        assert!(run.not_enough_data.as_ref().is_some_and(|why| why.contains("0 of 300")), "{run:?}");
    }
}
