//! Frames to everybody that go round are a storm, busy announcements are not.

use super::*;
use crate::detect::support::testing::{arp, finish, inside, udp};
use crate::settings::Settings;

fn found(packets: &[Packet]) -> Vec<Finding> {
    finish(&ENTRY, &[], packets, &Settings::default()).findings
}

/// A minute of questions, two a second of different devices; and from half a minute on so many copies of each, 2 ms apart.
fn questions(n_copies: u64) -> Vec<Packet> {
    let mut packets = Vec::new();
    for i in 0..120_u64 {
        let second = i as f64 / 2.0;
        let n = if (60..70).contains(&i) { n_copies } else { 1 };
        for copy in 0..n {
            let (mac, at) = ((i % 7) as u8, second + copy as f64 * 0.002);
            packets.push(arp(packets.len() as u64, at, 1, mac, inside(mac + 1), inside(200)));
        }
    }
    packets
}

#[test]
fn the_same_frames_of_several_devices_are_a_loop() {
    let looped = found(&questions(60));
    assert_eq!(looped.len(), 1);
    assert!(looped[0].title.starts_with("Loop in the network"), "{}", looped[0].title);
    assert_eq!(looped[0].packet_indices.len() as u64, looped[0].n_packets);
    assert!(found(&questions(3)).is_empty(), "a mirror port");
}

#[test]
fn many_different_frames_are_a_storm_of_the_loudest_and_a_steady_stream_is_usual() {
    let stream = |seconds: std::ops::Range<u64>| -> Vec<Packet> {
        let frame = |i: u64| Packet {
            macs: Some(([2, 0, 0, 0, 0, 9], [1, 0, 0x5e, 1, 1, 1])),
            ..udp(i, i as f64 / 500.0, 9, (inside(9), 5004), (inside(200), 5004))
        };
        (seconds.start * 500..seconds.end * 500).map(frame).collect()
    };
    let storm: Vec<Packet> = questions(1).into_iter().chain(stream(60..70)).collect();
    let told = found(&storm);
    assert!(told[0].title.contains("02:00:00:00:00:09"), "{}", told[0].title);
    // The five busiest seconds of the storm, whatever came before.
    assert!(
        told[0].packet_indices.len() >= 2500 && told[0].packet_indices.iter().filter(|i| **i < 30_000).count() < 20
    );
    assert!(found(&stream(0..660)).is_empty());
}
