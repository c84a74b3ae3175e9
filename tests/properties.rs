//! Invariants of the line over arbitrary bytes: any slicing gives the same result, no bytes make it panic, and what
//! could be read of a cut or damaged file is kept.

use packetloupe::export::TableExport;
use packetloupe::model::Analysis;
use packetloupe::pipeline::{Pipeline, PipelineOptions};
use packetloupe::query;
use packetloupe::read::UnsupportedFile;
use packetloupe::settings::Settings;
use proptest::prelude::*;
use std::io::Write;

/// Feeds `bytes` in slices of the given sizes, in turn.
fn analyse(bytes: &[u8], sizes: &[usize]) -> Result<Analysis, UnsupportedFile> {
    let settings = Settings::default();
    Ok(read(bytes, sizes, &settings)?.evaluate(&settings))
}

/// The flow table of `bytes` with all that can be asked for.
fn flow_table(bytes: &[u8], sizes: &[usize]) -> Vec<u8> {
    let settings = with(&[("flow.cic_compatible", 1.0), ("flow.more_columns", 1.0)]);
    let mut out = Vec::new();
    if let Ok(mut pipeline) = read(bytes, sizes, &settings) {
        let analysis = pipeline.evaluate(&settings);
        query::write(&mut out, TableExport::Flows, &pipeline, &analysis).unwrap();
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

fn read(bytes: &[u8], sizes: &[usize], settings: &Settings) -> Result<Pipeline, UnsupportedFile> {
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(settings, "a.pcap", bytes.len() as u64));
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

/// The captures of the detectors' fixtures that are small enough to be read again and again.
fn fixtures() -> Vec<Vec<u8>> {
    let folder = format!("{}/tests/fixtures/captures", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|detector| std::fs::read_dir(detector.unwrap().path()).ok())
        .flat_map(|files| files.map(|file| file.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "pcap"))
        .collect();
    files.sort();
    files.into_iter().map(|path| std::fs::read(path).unwrap()).filter(|bytes| bytes.len() < 40_000).collect()
}

/// Sets the clock of a classic little-endian pcap to these seconds at these packets, for one packet or from there on.
#[allow(clippy::indexing_slicing)]
fn with_leaps(bytes: &mut [u8], leaps: &[(prop::sample::Index, u32, bool)]) {
    let mut places = Vec::new();
    let mut at = 24;
    while let Some(head) = bytes.get(at..at + 16) {
        places.push(at);
        at += 16 + u32::from_le_bytes(head[8..12].try_into().unwrap()) as usize;
    }
    for (packet, seconds, lasts) in leaps {
        let first = packet.index(places.len());
        let end = if *lasts { places.len() } else { first + 1 };
        let now = |place: usize| u32::from_le_bytes(bytes[place..place + 4].try_into().unwrap());
        let shift = seconds.wrapping_sub(now(places[first]));
        for place in &places[first..end] {
            let then = u32::from_le_bytes(bytes[*place..*place + 4].try_into().unwrap()).wrapping_add(shift);
            bytes[*place..*place + 4].copy_from_slice(&then.to_le_bytes());
        }
    }
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
    fn a_clock_that_leaps_never_panics(
        fixture in prop::sample::select(fixtures()),
        leaps in prop::collection::vec(
            (any::<prop::sample::Index>(), prop_oneof![Just(0), Just(u32::MAX), any::<u32>()], any::<bool>()),
            1..6,
        ),
    ) {
        let mut bytes = fixture;
        with_leaps(&mut bytes, &leaps);
        prop_assert!(analyse(&bytes, &[usize::MAX]).is_ok());
        flow_table(&bytes, &[usize::MAX]);
    }

    #[test]
    fn a_damaged_archive_never_panics_and_slices_alike(
        is_gzip in any::<bool>(),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        sizes in prop::collection::vec(1usize..20_000, 1..4),
    ) {
        let plain = &sample("portscan_syn.pcap")[..30_000];
        let mut bytes = if is_gzip { gzip(plain) } else { zstd(plain) };
        for (place, byte) in &wounds {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        prop_assert_eq!(analyse(&bytes, &sizes), analyse(&bytes, &[usize::MAX]));
    }

    #[test]
    fn frames_of_any_link_type_never_panic(
        link_type in prop_oneof![Just(1u32), Just(101), Just(105), Just(127), Just(192), Just(119), Just(9), Just(107), Just(239), Just(258), 0u32..300],
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..20),
    ) {
        let packets: Vec<_> = frames.into_iter().map(|frame| (0, frame, 0)).collect();
        let mut bytes = pcap(&packets, false);
        bytes[20..24].copy_from_slice(&link_type.to_le_bytes());
        let n = packets.len() as u64;
        prop_assert_eq!(analyse(&bytes, &[usize::MAX]).map(|read| read.summary.packets), Ok(n));
    }

    #[test]
    fn pieces_of_any_kind_never_panic_and_all_are_counted(
        pieces in prop::collection::vec((0u16..6, 0u16..0x3fff, 0usize..60, any::<u8>()), 0..60),
    ) {
        let frame = |(id, field, length, byte): &(u16, u16, usize, u8)| {
            let [f0, f1] = field.to_be_bytes();
            let ip = [0x45, 0, 0, 20 + *length as u8, 0, *id as u8, f0 & 0x20, f1 & 0x0f, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
            [vec![2; 12], vec![8, 0], ip.to_vec(), vec![*byte; *length]].concat()
        };
        let packets: Vec<_> = pieces.iter().map(|piece| (0, frame(piece), 0)).collect();
        let read = analyse(&pcap(&packets, false), &[100]).map(|read| read.summary.packets);
        prop_assert_eq!(read, Ok(packets.len() as u64));
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

#[allow(clippy::unwrap_used)]
#[test]
fn a_first_packet_before_1970_is_no_step_of_the_clock() {
    let block = |kind: u32, body: &[u8]| {
        let length = (body.len() as u32 + 12).to_le_bytes();
        [&kind.to_le_bytes(), &length, body, &length].concat()
    };
    // Times count from ten days before 1970.
    let offset = (-864_000_i64).to_le_bytes();
    let capture = |seconds: &[u32]| {
        let section = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
        let interface = [&[1, 0, 0, 0, 0xff, 0xff, 0, 0, 14, 0, 8, 0][..], &offset, &[0; 4]].concat();
        let packet = |second: &u32| {
            let fields = [0, 0, second * 1_000_000, 60, 60].map(u32::to_le_bytes).concat();
            block(6, &[fields, vec![0; 60]].concat())
        };
        let packets = seconds.iter().flat_map(packet).collect();
        [block(0x0a0d_0d0a, &section), block(1, &interface), packets].concat()
    };
    let has_step = |seconds: &[u32]| {
        let analysis = analyse(&capture(seconds), &[1 << 20]).unwrap();
        assert_eq!(analysis.summary.first_ns, Some(-864_000_000_000_000 + 1_000_000_000));
        analysis.issues.iter().any(|issue| issue.id == "clock-step")
    };
    assert!(!has_step(&[1, 2, 3]));
    assert!(has_step(&[4, 1, 3]));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn a_compressed_capture_gives_what_the_plain_one_does() {
    for name in ["portscan_syn.pcap", "c2_https.pcapng"] {
        let plain = sample(name);
        let known = analyse(&plain, &[usize::MAX]).unwrap();
        for packed in [gzip(&plain), zstd(&plain), [gzip(&plain[..5000]), gzip(&plain[5000..])].concat()] {
            for size in [977, 1 << 20] {
                let mut read = analyse(&packed, &[size]).unwrap();
                assert!(read.file.format.ends_with(&known.file.format) && read.file.format != known.file.format);
                read.file = known.file.clone();
                assert_eq!(read, known, "{name}");
            }
        }
        let packed = gzip(&plain);
        let cut = analyse(&packed[..packed.len() / 2], &[4096]).unwrap();
        assert!(cut.summary.packets > 20 && cut.issues.iter().any(|issue| issue.id == "unpack-cut"));
        assert!(cut.issues.iter().all(|issue| issue.id != "file-cut"));
    }
    let refusal = analyse(&gzip(b"Dear all, this is no capture."), &[4096]).unwrap_err();
    assert!(refusal.to_string().contains("gzip") && refusal.to_string().contains("plain text"), "{refusal}");
}

/// Two halves of a capture, every second packet in each.
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
fn halves(plain: &[u8]) -> [Vec<u8>; 2] {
    let mut halves = [plain[..24].to_vec(), plain[..24].to_vec()];
    let (mut at, mut turn) = (24, 0);
    while at < plain.len() {
        let length = u32::from_le_bytes(plain[at + 8..at + 12].try_into().unwrap()) as usize + 16;
        halves[turn].extend(&plain[at..at + length]);
        (at, turn) = (at + length, 1 - turn);
    }
    halves
}

#[test]
fn captures_opened_together_give_what_one_of_all_packets_does() {
    let plain = sample("portscan_syn.pcap");
    let known = analyse(&plain, &[usize::MAX]).unwrap();
    let [a, b] = halves(&plain);
    let files = [gzip(&a), b];
    for size in [1000, 1 << 20] {
        let settings = Settings::default();
        let names = vec!["a.pcap.gz".to_owned(), "b.pcap".to_owned()];
        let mut pipeline = Pipeline::new(PipelineOptions { names, ..PipelineOptions::of(&settings) });
        let mut rest: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        while let Some(wanted) = pipeline.wants() {
            let (slice, behind) = rest[wanted].split_at(size.min(rest[wanted].len()));
            rest[wanted] = behind;
            if slice.is_empty() { pipeline.end_file(&mut |_, _| ()) } else { pipeline.feed(slice) }.unwrap();
        }
        pipeline.end().unwrap();
        let read = pipeline.evaluate(&settings);
        assert_eq!(read.file.name, "a.pcap.gz and b.pcap");
        assert_eq!((&read.summary, &read.findings), (&known.summary, &known.findings));
        let packets: Vec<u8> = (0..4).filter_map(|place| Some(pipeline.index().get(place)?.location.file)).collect();
        assert_eq!(packets, [0, 1, 0, 1]);
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
    let mut pipeline = Pipeline::new(PipelineOptions::for_file(&settings, "many.pcap", bytes.len() as u64));
    pipeline.feed(&bytes).unwrap();
    pipeline.stop();
    pipeline.end().unwrap();
    let analysis = pipeline.evaluate(&settings);
    assert_eq!(analysis.summary.packets, 30_000);
    assert_eq!(analysis.summary.flows, 30_000);
    assert!(analysis.coverage.flows_kept <= 8192);
    assert_eq!(analysis.coverage.flows_kept + analysis.coverage.flows_summarised, 30_000);
    for id in ["flows-summarised", "cic-summarised", "cic-single-packet"] {
        assert!(analysis.issues.iter().any(|issue| issue.id == id), "{id}");
    }
    assert!(
        pipeline.flows().iter().all(|(serial, _)| pipeline
            .optional()
            .unwrap()
            .extended
            .as_ref()
            .unwrap()
            .get(serial)
            .is_some())
    );
}
