//! Invariants of the line over arbitrary bytes: any slicing gives the same result, no bytes make it panic, and what
//! could be read of a cut or damaged file is kept.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use packetloupe::model::Analysis;
use packetloupe::pipeline::Pipeline;
use packetloupe::query;
use packetloupe::read::Refusal;
use packetloupe::settings::Settings;
use proptest::prelude::*;

/// Feeds `bytes` in slices of the given sizes, in turn.
fn analyse(bytes: &[u8], sizes: &[usize]) -> Result<Analysis, Refusal> {
    let settings = Settings::default();
    Ok(read(bytes, sizes, &settings)?.judge(&settings))
}

/// The flow table of `bytes` with all that can be asked for.
fn flow_table(bytes: &[u8], sizes: &[usize]) -> Vec<u8> {
    let settings = with(&[("flow.cic_compatible", 1.0), ("flow.more_columns", 1.0)]);
    let mut out = Vec::new();
    if let Ok(mut pipeline) = read(bytes, sizes, &settings) {
        let analysis = pipeline.judge(&settings);
        query::write_flows(&mut out, &pipeline, &analysis).unwrap();
    }
    out
}

fn with(given: &[(&str, f64)]) -> Settings {
    let given = given.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect();
    let known: Vec<_> = packetloupe::pipeline::descriptors().into_iter().copied().collect();
    let (settings, ignored) = Settings::from_map(&given, &known);
    assert!(ignored.is_empty());
    settings
}

fn read(bytes: &[u8], sizes: &[usize], settings: &Settings) -> Result<Pipeline, Refusal> {
    let mut pipeline = Pipeline::new(settings, "a.pcap", bytes.len() as u64);
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (slice, after) = rest.split_at((*size).clamp(1, rest.len()));
        pipeline.feed(slice)?;
        rest = after;
    }
    pipeline.end()?;
    Ok(pipeline)
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/static/samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A classic pcap of these packets: time in microseconds, captured bytes, bytes on the wire beyond those.
fn pcap(packets: &[(u32, Vec<u8>, u16)], is_big_endian: bool) -> Vec<u8> {
    let word = |n: u32| if is_big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let half = |n: u16| if is_big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut out = word(0xa1b2_c3d4).to_vec();
    out.extend([half(2), half(4)].concat());
    out.extend([word(0), word(0), word(65_535), word(1)].concat());
    for (time, data, more) in packets {
        let wire = data.len() as u32 + u32::from(*more);
        out.extend([word(time / 1_000_000), word(time % 1_000_000), word(data.len() as u32), word(wire)].concat());
        out.extend(data);
    }
    out
}

/// Frames that begin like IPv4, IPv6, ARP or VLAN frames and go on at random.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let heads = prop_oneof![
        Just(vec![0x08, 0x00, 0x45]),
        Just(vec![0x86, 0xdd, 0x60]),
        Just(vec![0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 0x06, 0x04]),
        Just(vec![0x81, 0x00, 0x00, 0x07, 0x08, 0x00, 0x45]),
        Just(vec![]),
    ];
    (heads, prop::collection::vec(any::<u8>(), 0..90), prop_oneof![Just(6u8), Just(17), Just(1), Just(58), any::<u8>()])
        .prop_map(|(head, mut tail, protocol)| {
            if let Some(slot) = tail.get_mut(8) {
                *slot = protocol;
            }
            [vec![2; 12], head, tail].concat()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_slicing_gives_the_same_result(
        packets in prop::collection::vec((any::<u32>(), frame(), any::<u16>()), 0..40),
        is_big_endian in any::<bool>(),
        cut in 0usize..60,
        sizes in prop::collection::vec(1usize..300, 1..6),
    ) {
        let mut bytes = pcap(&packets, is_big_endian);
        bytes.truncate(bytes.len() - cut.min(bytes.len() - 24));
        prop_assert_eq!(analyse(&bytes, &sizes), analyse(&bytes, &[usize::MAX]));
        prop_assert_eq!(flow_table(&bytes, &sizes), flow_table(&bytes, &[usize::MAX]));
    }

    #[test]
    fn a_damaged_sample_never_panics_and_slices_alike(
        name in prop_oneof![Just("portscan_syn.pcap"), Just("c2_https.pcapng")],
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        sizes in prop::collection::vec(1usize..20_000, 1..4),
    ) {
        let mut bytes = sample(name);
        bytes.truncate(60_000);
        for (place, byte) in &wounds {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        prop_assert_eq!(analyse(&bytes, &sizes), analyse(&bytes, &[usize::MAX]));
        prop_assert_eq!(flow_table(&bytes, &sizes), flow_table(&bytes, &[usize::MAX]));
    }

    #[test]
    fn arbitrary_bytes_end_in_a_result_or_a_sentence(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Err(refusal) = analyse(&bytes, &[7]) {
            prop_assert!(refusal.to_string().ends_with('.'));
        }
    }
}

#[test]
fn every_prefix_of_a_capture_gives_its_packets_and_says_where_it_was_cut() {
    for name in ["benign_web.pcap", "c2_https.pcapng"] {
        let whole = sample(name);
        let mut before = 0;
        for end in (24..4000).step_by(7) {
            let Ok(analysis) = analyse(&whole[..end], &[usize::MAX]) else { continue };
            assert!(analysis.summary.packets >= before);
            before = analysis.summary.packets;
            let is_cut = analysis.issues.iter().any(|issue| issue.id == "file-cut");
            assert_eq!(is_cut, analysis.coverage.bytes_skipped > 0, "{name} at {end}");
        }
        assert!(before > 5);
    }
}

#[test]
fn the_same_bytes_give_the_same_findings_twice() {
    for name in ["portscan_syn.pcap", "arp_spoof.pcap", "c2_https.pcapng", "benign_web.pcap"] {
        let bytes = sample(name);
        assert_eq!(analyse(&bytes, &[4096]), analyse(&bytes, &[1 << 20]), "{name}");
    }
}

#[test]
fn a_full_flow_table_says_what_it_gave_up_and_loses_no_packet() {
    let packets: Vec<_> = (0..30_000u32)
        .map(|i| {
            let [_, a, b, c] = i.to_be_bytes();
            let ip = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, a, b, c, 192, 0, 2, 1];
            (i * 100, [vec![2; 12], vec![8, 0], ip.to_vec(), vec![0x30, 0x39, 0x13, 0x88, 0, 8, 0, 0]].concat(), 0)
        })
        .collect();
    let bytes = pcap(&packets, false);
    let settings = with(&[("flow.most", 8192.0), ("flow.cic_compatible", 1.0), ("flow.more_columns", 1.0)]);
    let mut pipeline = Pipeline::new(&settings, "many.pcap", bytes.len() as u64);
    pipeline.feed(&bytes).unwrap();
    pipeline.stop();
    pipeline.end().unwrap();
    let analysis = pipeline.judge(&settings);
    assert_eq!(analysis.summary.packets, 30_000);
    assert_eq!(analysis.summary.flows, 30_000);
    assert!(analysis.coverage.flows_kept <= 8192);
    assert_eq!(analysis.coverage.flows_kept + analysis.coverage.flows_summarised, 30_000);
    for id in ["flows-summarised", "cic-summarised", "cic-single-packet"] {
        assert!(analysis.issues.iter().any(|issue| issue.id == id), "{id}");
    }
    assert!(
        pipeline.flows().iter().all(|(serial, _)| pipeline
            .asked()
            .unwrap()
            .more
            .as_ref()
            .unwrap()
            .get(serial)
            .is_some())
    );
}
