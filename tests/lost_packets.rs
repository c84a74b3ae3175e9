//! Every attack of `fixtures/captures` with one of its packets lost, as a mirror port loses them, to whether what was found
//! is still found. One packet is left out at a time: each of a small capture, packets at even distances of a large one.
//!
//! A finding survives where the same detector reports it with a source and a target that it had, and not below medium if it
//! was not below before. Not every finding can: where the act is a single packet, nothing is left of it once that is lost.
//! Such a packet is told by what it does, not by a list: the headers of the TCP packets of the capture and this one packet
//! whole give the finding, and the capture without it does not. These are counted apart.

use crate::needs;
use crate::pieces;
use packetloupe::detect::ALL;
use packetloupe::model::{Finding, Severity};
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use pieces::Piece;
use std::path::Path;
use std::sync::Mutex;

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/captures");
/// Packets of a capture that are left out at most, one at a time. PACKETLOUPE_LOST_PACKETS sets another number.
const MOST_LOST: usize = 60;
/// The share of findings that has to survive, of all captures together.
const LEAST_SHARE: f64 = 0.95;
/// Shared captures and the detector whose finding any lost packet has to leave.
const SHARED: [(&str, &str); 5] = [
    ("field/dcsync-complete.pcapng", "active_directory_attack"),
    ("field/printnightmare.pcap", "active_directory_attack"),
    ("field/smbexec.pcapng", "remote_execution"),
    ("field/dcom-mmc20.pcapng", "remote_execution"),
    ("attack/suri__smb2-04__20171220_smb_at_schedule.pcap", "remote_execution"),
];

/// A capture in pieces.
struct Capture {
    name: String,
    detector: &'static str,
    /// What stands before each packet, where it is no packet.
    pieces: Vec<Piece>,
    n_packets: usize,
}

/// What losing packets of a capture did; packets count from 1.
#[derive(Default)]
struct Survival {
    name: String,
    n_kept: usize,
    /// Packets whose loss took a finding with it that others show.
    taken_by: Vec<usize>,
    /// Packets that were all there was of a finding.
    only_evidence: Vec<usize>,
}

impl Capture {
    fn read(name: &str, path: &Path, detector: &'static str) -> Capture {
        let pieces = pieces::of(&std::fs::read(path).unwrap());
        let n_packets = pieces.iter().filter(|piece| matches!(piece, Piece::Packet(_))).count();
        Capture { name: name.to_owned(), detector, pieces, n_packets }
    }

    /// The file, of whose packets each (from 0) is as `change` makes it.
    fn bytes(&self, change: impl Fn(usize, &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
        let (mut bytes, mut place) = (Vec::new(), 0);
        for piece in &self.pieces {
            match piece {
                Piece::Other(other) => bytes.extend(other),
                Piece::Packet(packet) => {
                    bytes.extend(change(place, packet).unwrap_or_default());
                    place += 1;
                }
            }
        }
        bytes
    }

    fn without(&self, lost: usize) -> Vec<u8> {
        self.bytes(|place, packet| (place != lost).then(|| packet.to_vec()))
    }

    /// One packet whole, and of all others the headers if they are TCP.
    fn only(&self, whole: usize) -> Vec<u8> {
        self.bytes(|place, packet| if place == whole { Some(packet.to_vec()) } else { pieces::tcp_headers(packet) })
    }

    /// What its detector finds in these bytes.
    fn findings(&self, bytes: &[u8]) -> Vec<Finding> {
        let settings = Settings::default();
        let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "capture", bytes.len() as u64));
        pipeline.feed(bytes).and_then(|()| pipeline.end()).unwrap();
        let place = ALL.iter().position(|entry| entry.card.id == self.detector).unwrap();
        pipeline.finish(place, &settings).findings
    }

    /// Loses its packets, one at a time.
    fn lose(&self, most: usize) -> Survival {
        let all = self.findings(&self.bytes(|_, packet| Some(packet.to_vec())));
        assert!(!all.is_empty(), "{}: {} finds nothing in it", self.name, self.detector);
        let n = self.n_packets.min(most);
        let mut survival = Survival { name: self.name.clone(), ..Survival::default() };
        for lost in (0..n).map(|i| i * self.n_packets / n) {
            let left = self.findings(&self.without(lost));
            let gone = all.iter().filter(|one| !left.iter().any(|other| is_still(one, other)));
            let gone: Vec<&Finding> = gone.collect();
            survival.n_kept += all.len() - gone.len();
            if gone.is_empty() {
                continue;
            }
            let alone = self.findings(&self.only(lost));
            for one in gone {
                let is_only_evidence = alone.iter().any(|other| is_still(one, other));
                let places = if is_only_evidence { &mut survival.only_evidence } else { &mut survival.taken_by };
                places.push(lost + 1);
            }
        }
        survival
    }
}

impl Survival {
    fn share(&self) -> f64 {
        self.n_kept as f64 / (self.n_kept + self.taken_by.len()).max(1) as f64
    }

    fn line(&self) -> String {
        let Survival { name, n_kept, taken_by, only_evidence } = self;
        let n = n_kept + taken_by.len();
        let mut line = format!("{:.3} {n_kept}/{n} {name}", self.share());
        if !taken_by.is_empty() {
            line.push_str(&format!(", taken by packets {taken_by:?}"));
        }
        if !only_evidence.is_empty() {
            line.push_str(&format!(", only evidence in packets {only_evidence:?}"));
        }
        line
    }
}

/// True if this is the finding as it was: somebody who did it, somebody to whom, and whether it is medium or more.
fn is_still(before: &Finding, now: &Finding) -> bool {
    let shares = |before: &[_], now: &[_]| before.is_empty() || before.iter().any(|one| now.contains(one));
    shares(&before.sources, &now.sources)
        && shares(&before.targets, &now.targets)
        && now.severity >= before.severity.min(Severity::Medium)
}

/// Loses packets of all captures on two threads, and prints what came of it, the worst first.
fn lose(captures: Vec<Capture>, most: usize) -> Vec<Survival> {
    let (waiting, done) = (Mutex::new(captures), Mutex::new(Vec::new()));
    let work = || {
        while let Some(capture) = { waiting.lock().unwrap().pop() } {
            let survival = capture.lose(most);
            done.lock().unwrap().push(survival);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let mut all = done.into_inner().unwrap();
    all.sort_by(|a: &Survival, b| a.share().total_cmp(&b.share()).then_with(|| a.name.cmp(&b.name)));
    all.iter().for_each(|survival| println!("{}", survival.line()));
    all
}

#[test]
fn a_lost_packet_leaves_what_was_found() {
    let most = std::env::var("PACKETLOUPE_LOST_PACKETS").map_or(MOST_LOST, |n| n.parse().unwrap());
    let chosen = std::env::var("PACKETLOUPE_LOST_OF").unwrap_or_default();
    let ids = ALL.iter().map(|entry| entry.card.id).filter(|id| id.contains(&chosen));
    let read = |id| Capture::read(id, &Path::new(CAPTURES).join(id).join("attack.pcap"), id);
    let all = lose(ids.map(read).collect(), most);
    let n_kept: usize = all.iter().map(|survival| survival.n_kept).sum();
    let n_lost: usize = all.iter().map(|survival| survival.taken_by.len()).sum();
    let n_apart: usize = all.iter().map(|survival| survival.only_evidence.len()).sum();
    let share = n_kept as f64 / (n_kept + n_lost) as f64;
    println!("{share:.4}: {n_kept} findings survive, {n_lost} do not, {n_apart} had no other evidence");
    assert!(share >= LEAST_SHARE, "{share:.4} of findings survive, the least is {LEAST_SHARE}");
}

#[test]
fn any_lost_packet_of_calls_of_windows_functions_leaves_what_was_found() {
    let paths: Vec<String> = SHARED.iter().map(|(path, _)| format!("captures/{path}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let Some(shared) = needs::require(&paths, &[]) else { return };
    let captures = SHARED.iter().zip(&paths).map(|((name, id), path)| Capture::read(name, &shared.join(path), id));
    let all = lose(captures.collect(), usize::MAX);
    let lost: Vec<String> = all.iter().filter(|survival| !survival.taken_by.is_empty()).map(|one| one.line()).collect();
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
