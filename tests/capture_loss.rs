//! Captures of which packets were left out on purpose, to how much is said to be missing.

use crate::needs;
use crate::pieces;
use packetloupe::model::Analysis;
use packetloupe::model::interface::CaptureLoss;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use pieces::Piece;
use std::process::Command;

fn read(fixture: &str) -> Vec<Piece> {
    let path = format!("{}/tests/fixtures/captures/{fixture}.pcap", env!("CARGO_MANIFEST_DIR"));
    pieces::of(&std::fs::read(path).unwrap())
}

fn analyse(bytes: &[u8]) -> Analysis {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "capture", bytes.len() as u64));
    pipeline.feed(bytes).and_then(|()| pipeline.end()).unwrap();
    pipeline.evaluate(&settings)
}

fn loss(bytes: &[u8]) -> CaptureLoss {
    analyse(bytes).coverage.loss()
}

fn issue<'a>(analysis: &'a Analysis, id: &str) -> Option<&'a str> {
    analysis.issues.iter().find(|issue| issue.id == id).map(|issue| issue.text.as_str())
}

/// Every `n`th packet is left out; the file, and the TCP payload bytes that were left out.
fn without_every(pieces: &[Piece], n: usize) -> (Vec<u8>, usize) {
    let (mut left, mut place, mut n_bytes) = (Vec::new(), 0, 0);
    for piece in pieces {
        if let Piece::Packet(packet) = piece {
            place += 1;
            if place % n == 0 {
                n_bytes += pieces::tcp(packet).map_or(0, |(_, _, payload)| payload.len());
                continue;
            }
        }
        left.push(piece);
    }
    (pieces::join(left), n_bytes)
}

#[test]
fn bytes_that_were_left_out_are_missing_and_others_are_not() {
    for fixture in ["active_directory_attack/attack", "beacon/attack", "weak_tls/attack", "web_attack/attack"] {
        let pieces = read(fixture);
        let whole = analyse(&pieces::join(&pieces));
        assert_eq!((whole.coverage.loss().missing_bytes, issue(&whole, "bytes-lost")), (0, None), "{fixture}");
        for n in [7, 13, 29] {
            let (bytes, n_left_out) = without_every(&pieces, n);
            let analysis = analyse(&bytes);
            let loss = analysis.coverage.loss();
            // Requests and ends count one each; the edges of a connection may be gone with what was left out.
            let difference = loss.missing_bytes.abs_diff(n_left_out as u64);
            println!("{fixture} without every {n}th: {n_left_out} bytes left out, {loss:?}");
            assert!(difference * 10 <= n_left_out as u64 + 100, "{fixture}, {n}: {n_left_out} against {loss:?}");
            if loss.gaps > 0 {
                assert!(issue(&analysis, "bytes-lost").unwrap().contains("of the TCP bytes that were acknowledged"));
            }
        }
    }
}

#[test]
fn one_direction_alone_is_told_and_its_loss_is_not_known() {
    let pieces = read("beacon/attack");
    let server = pieces.iter().find_map(|piece| match piece {
        Piece::Packet(packet) => pieces::tcp(packet).filter(|(_, _, payload)| payload.starts_with(b"HTTP/")),
        Piece::Other(_) => None,
    });
    let (server, _, _) = server.unwrap();
    for is_server_left in [true, false] {
        let is_kept = |piece: &&Piece| match piece {
            Piece::Packet(packet) => {
                pieces::tcp(packet).is_none_or(|(sender, _, _)| (sender[..4] == server[..4]) == is_server_left)
            }
            Piece::Other(_) => true,
        };
        let analysis = analyse(&pieces::join(pieces.iter().filter(is_kept)));
        let loss = analysis.coverage.loss();
        assert_eq!((loss.share(), loss.connections), (None, 0), "{loss:?}");
        assert!(loss.one_sided > 10, "{loss:?}");
        assert!(issue(&analysis, "streams-one-sided").unwrap().contains("100 % of"));
        assert_eq!(issue(&analysis, "bytes-lost"), None);
    }
}

/// Wireshark marks each gap where it shows, unless the acknowledgment has shown it before.
#[test]
fn gaps_are_where_tshark_sees_them() {
    let Some(_) = needs::require(&[], &["tshark"]) else { return };
    for (fixture, n) in [("active_directory_attack/attack", 13), ("beacon/attack", 29), ("weak_tls/attack", 13)] {
        let (bytes, _) = without_every(&read(fixture), n);
        let path = std::env::temp_dir().join(format!("packetloupe-loss-{}-{n}.pcap", std::process::id()));
        std::fs::write(&path, &bytes).unwrap();
        let count = |filter: &str| {
            let output = Command::new("tshark").arg("-r").arg(&path).args(["-Y", filter]).output().unwrap();
            output.stdout.iter().filter(|byte| **byte == b'\n').count() as u64
        };
        let (at_sender, at_either) =
            (count("tcp.analysis.lost_segment"), count("tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment"));
        std::fs::remove_file(&path).unwrap();
        let loss = loss(&bytes);
        println!("{fixture}: {loss:?}, tshark {at_sender} to {at_either}");
        let gaps = loss.gaps + loss.gaps_unknown;
        assert!((at_sender..=at_either).contains(&gaps), "{fixture}: {loss:?}, tshark {at_sender} to {at_either}");
    }
}
