//! Connections whose handshake is not in the capture, and which begin with a packet of the server, to who is client in them:
//! who was it when the handshake was there.

use crate::pieces;
use packetloupe::model::Addr;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::settings::Settings;
use pieces::Piece;
use std::collections::{BTreeMap, BTreeSet};

/// Originator and responder of every TCP connection.
type Ends = ((Addr, u16), (Addr, u16));

fn connections(bytes: &[u8]) -> BTreeSet<Ends> {
    let settings = Settings::default();
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "capture", bytes.len() as u64));
    pipeline.feed(bytes).and_then(|()| pipeline.end()).unwrap();
    let flows = pipeline.flows().iter().filter(|(_, flow)| flow.is_tcp());
    flows.map(|(_, flow)| (flow.originator(), flow.responder())).collect()
}

/// Of each connection only what comes from the first payload of the server on.
fn from_first_answer(pieces: &[Piece]) -> Vec<u8> {
    let mut clients: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    let mut begun = BTreeSet::new();
    let mut left = Vec::new();
    for piece in pieces {
        let Piece::Packet(packet) = piece else {
            left.push(piece);
            continue;
        };
        let Some((sender, receiver, payload)) = pieces::tcp(packet) else { continue };
        let mut key = [sender.clone(), receiver];
        key.sort();
        let key = key.concat();
        let client = clients.entry(key.clone()).or_insert_with(|| sender.clone());
        if *client != sender && !payload.is_empty() {
            begun.insert(key.clone());
        }
        if begun.contains(&key) {
            left.push(piece);
        }
    }
    pieces::join(left)
}

#[test]
fn the_client_is_who_asks_whoever_comes_first() {
    for detector in
        ["remote_execution", "active_directory_attack", "beacon", "weak_tls", "directory_search", "web_attack"]
    {
        let path = format!("{}/tests/fixtures/captures/{detector}/attack.pcap", env!("CARGO_MANIFEST_DIR"));
        let pieces = pieces::of(&std::fs::read(path).unwrap());
        let whole = connections(&pieces::join(&pieces));
        let cut = connections(&from_first_answer(&pieces));
        assert!(!cut.is_empty(), "{detector}");
        let wrong: Vec<&Ends> = cut.difference(&whole).collect();
        assert!(wrong.is_empty(), "{detector}: {wrong:?} of {}", cut.len());
    }
}
