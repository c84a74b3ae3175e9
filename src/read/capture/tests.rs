//! Captures made here, whole, joined and damaged, to the packets that are read of them, whatever the slices.

use crate::issue::{IssueKind, IssueLog};
use crate::read::{Reader, Record};

/// A record of so many bytes, with `extra` bytes behind the four fields of its header.
fn record(number: u32, length: u32, extra: usize) -> Vec<u8> {
    let mut bytes = [1_700_000_000 + number, 1000 + number, length, length].map(u32::to_le_bytes).concat();
    bytes.extend(std::iter::repeat_n(0, extra));
    bytes.extend((0..length).map(|at| (number * 31 + at * 7) as u8 | 0x80));
    bytes
}

fn header(magic: u32, version: u32) -> Vec<u8> {
    [magic, version, 0, 0, 65_535, 1].map(u32::to_le_bytes).concat()
}

/// A pcap of so many packets.
fn pcap(magic: u32, extra: usize, n: u32) -> Vec<u8> {
    let records = (0..n).flat_map(|number| record(number, 40 + number * 13 % 90, extra));
    header(magic, 0x0004_0002).into_iter().chain(records).collect()
}

fn block(kind: u32, body: &[u8], word: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let length = word(body.len() as u32 + 12);
    [&word(kind), &length, body, &length].concat()
}

/// A pcapng section of so many packets.
fn section(word: fn(u32) -> [u8; 4], n: u32) -> Vec<u8> {
    let half = if word(1) == [1, 0, 0, 0] { [1, 0, 0, 0] } else { [0, 1, 0, 0] };
    let mut bytes = block(0x0a0d_0d0a, &[&word(0x1a2b_3c4d), &half[..], &[0xff; 8]].concat(), word);
    bytes.extend(block(1, &[&half[..], &word(65_535)].concat(), word));
    for number in 0..n {
        let time = u64::from(1_700_000_000 + number) * 1_000_000;
        let fields = [0, (time >> 32) as u32, time as u32, 60, 60].map(word).concat();
        bytes.extend(block(6, &[fields, vec![0x81; 60]].concat(), word));
    }
    bytes
}

/// A pcapng section with so many comments and interfaces, and a packet of the last interface.
fn commented(n_comments: usize, n_interfaces: u32) -> Vec<u8> {
    let comment = [&[1, 0, 4, 0][..], b"note"].concat();
    let fixed = [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat();
    let mut bytes = block(0x0a0d_0d0a, &[fixed, comment.repeat(n_comments), vec![0; 4]].concat(), u32::to_le_bytes);
    let interface = block(1, &[1, 0, 0, 0, 0, 0, 1, 0], u32::to_le_bytes);
    (0..n_interfaces).for_each(|_| bytes.extend(&interface));
    let fields = [n_interfaces - 1, 0x0006_0a24, 0x1810_4000, 60, 60].map(u32::to_le_bytes).concat();
    bytes.extend(block(6, &[fields, vec![0x81; 60]].concat(), u32::to_le_bytes));
    bytes
}

#[test]
fn the_resolution_of_an_interface_is_a_power_of_ten_or_of_two() {
    for (code, units_per_second) in [(0x8a, 1024), (0x94, 1 << 20), (3, 1000), (9, 1_000_000_000), (0, 1)] {
        let mut bytes = section(u32::to_le_bytes, 0);
        bytes.truncate(28);
        let option = [9, 0, 1, 0, code, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend(block(1, &[&[1, 0, 0, 0, 0, 0, 1, 0][..], &option].concat(), u32::to_le_bytes));
        let time = 1_700_000_000_u64 * units_per_second;
        let fields = [0, (time >> 32) as u32, time as u32, 60, 60].map(u32::to_le_bytes).concat();
        bytes.extend(block(6, &[fields, vec![0x81; 60]].concat(), u32::to_le_bytes));
        assert_eq!(read_in(&bytes, bytes.len()).seconds, [1_700_000_000], "{code:#x}");
    }
}

/// Packets with their times in seconds, the ids of issues, the format, and bytes skipped.
struct Outcome {
    seconds: Vec<i64>,
    issues: Vec<String>,
    format: String,
    skipped: u64,
}

fn read_in(bytes: &[u8], size: usize) -> Outcome {
    let mut reader = Reader::new(0, None);
    let mut issues = IssueLog::default();
    let mut seconds = Vec::new();
    let mut sink = |record: Record<'_>| {
        let Record::Packet(packet) = record else { return };
        assert_eq!(
            bytes.get(packet.offset as usize..).and_then(|rest| rest.get(..packet.data.len())),
            Some(packet.data)
        );
        seconds.push(packet.time_ns / 1_000_000_000);
    };
    for slice in bytes.chunks(size) {
        reader.feed(slice, &mut issues, &mut sink).unwrap();
    }
    reader.end(&mut issues, &mut sink).unwrap();
    let report = reader.report();
    let issues = issues.issues().into_iter().map(|issue| issue.id).collect();
    Outcome { seconds, issues, format: report.format, skipped: report.bytes_skipped }
}

/// The same in slices of several sizes.
fn read(bytes: &[u8]) -> Outcome {
    let whole = read_in(bytes, bytes.len().max(1));
    for size in [1, 7, 100] {
        let sliced = read_in(bytes, size);
        assert_eq!(sliced.seconds, whole.seconds, "slices of {size}");
        assert_eq!((&sliced.issues, &sliced.format, sliced.skipped), (&whole.issues, &whole.format, whole.skipped));
    }
    whole
}

#[test]
fn variants_of_pcap_are_recognised_by_their_first_records() {
    let variants = [
        (0xa1b2_c3d4, 0, "pcap, "),
        (0xa1b2_c3d4, 8, "pcap (Red Hat 6.1), "),
        (0xa1b2_c3d4, 4, "pcap (Nokia), "),
        (0xa1b2_cd34, 8, "pcap (modified), "),
        (0xa1b2_cd34, 12, "pcap (SuSE 6.3), "),
        (0xa1b2_3c4d, 0, "pcap, "),
    ];
    for (magic, extra, format) in variants {
        for n in [1, 2, 9] {
            let outcome = read(&pcap(magic, extra, n));
            assert_eq!(outcome.seconds.len(), n as usize, "{format}");
            assert!(outcome.format.starts_with(format), "{} is {format}", outcome.format);
            assert!(outcome.issues.is_empty());
        }
    }
    let mut ixia = pcap(0x1c00_01ab, 0, 3);
    ixia.splice(24..24, [9, 0, 0, 0]);
    assert_eq!(read(&ixia).seconds.len(), 3);
    assert_eq!(read(&pcap(0xa1b2_c3d4, 8, 0)).format, "pcap, little-endian, microseconds");
}

#[test]
fn old_versions_have_the_length_on_the_wire_first() {
    for (version, first, second) in [(0x0002_0002, 60, 20), (0x0003_0002, 60, 20), (0x0004_0002, 20, 60), (543, 60, 20)]
    {
        let record = [1_700_000_000, 5, first, second].map(u32::to_le_bytes).concat();
        let one = [record, vec![1; 20]].concat();
        let file = [header(0xa1b2_c3d4, version), one.clone(), one].concat();
        assert_eq!(read(&file).seconds.len(), 2, "{version:x}");
    }
}

#[test]
fn captures_joined_by_cat_are_all_read() {
    let parts = [
        pcap(0xa1b2_c3d4, 0, 4),
        pcap(0xa1b2_c3d4, 8, 4),
        section(u32::to_le_bytes, 3),
        section(u32::to_be_bytes, 2),
        pcap(0xa1b2_3c4d, 0, 1),
        pcap(0xa1b2_c3d4, 0, 0),
        pcap(0xa1b2_c3d4, 4, 5),
    ];
    let outcome = read(&parts.concat());
    assert_eq!(outcome.seconds.len(), 19);
    assert_eq!(outcome.issues, ["captures-joined"]);
    assert!(outcome.format.ends_with("(6 captures in one file)"), "{}", outcome.format);
    assert_eq!(outcome.skipped, 0);
}

#[test]
fn reading_goes_on_behind_damage() {
    for (file, n) in
        [(pcap(0xa1b2_c3d4, 0, 40), 40), (pcap(0xa1b2_cd34, 12, 40), 40), (section(u32::to_le_bytes, 40), 40)]
    {
        for place in (200..file.len() - 600).step_by(311) {
            // Bytes were written over, and bytes are missing.
            let mut over = file.clone();
            over.splice(place..place + 120, std::iter::repeat_n(0xff, 120));
            let missing = [&file[..place], &file[place + 77..]].concat();
            for damaged in [over, missing] {
                let outcome = read(&damaged);
                assert!(outcome.seconds.len() >= n - 7, "{} packets, byte {place}", outcome.seconds.len());
                assert_eq!(outcome.seconds.last(), Some(&(1_700_000_039)));
                // What was written over may all be inside of one packet.
                assert!(outcome.seconds.len() == n || !outcome.issues.is_empty());
            }
        }
    }
}

#[test]
fn damage_up_to_the_end_is_reported() {
    let mut damaged = pcap(0xa1b2_c3d4, 0, 5);
    damaged.extend([0xff; 4096]);
    let outcome = read(&damaged);
    assert_eq!((outcome.seconds.len(), outcome.skipped), (5, 4096));
    assert_eq!(outcome.issues, ["file-corrupt"]);
}

fn snoop(n: u32) -> Vec<u8> {
    let mut bytes = [&b"snoop\0\0\0"[..], &[0, 0, 0, 2, 0, 0, 0, 4]].concat();
    for number in 0..n {
        bytes.extend([62, 60, 24 + 64, 0, 1_700_000_000 + number, 5].map(u32::to_be_bytes).concat());
        bytes.extend([0x81; 64]);
    }
    bytes
}

fn netmon(major: u8, minor: u8, trailer: &[u8], n: u32) -> Vec<u8> {
    let mut frames = Vec::new();
    for number in 0..n {
        if major == 1 {
            frames.extend([&(number * 1000).to_le_bytes()[..], &[60, 0, 60, 0]].concat());
        } else {
            frames.extend([number * 1_000_000, 0, 60, 60].map(u32::to_le_bytes).concat());
        }
        frames.extend([&[0x81; 60], trailer].concat());
    }
    let mut header = if major == 1 { b"RTSS".to_vec() } else { b"GMBU".to_vec() };
    header.extend([minor, major, 1, 0]);
    // 2023-11-14 (a Tuesday) 22:13:20.
    header.extend([2023u16, 11, 2, 14, 22, 13, 20, 0].iter().flat_map(|part| part.to_le_bytes()));
    header.extend((128 + frames.len() as u32).to_le_bytes());
    header.resize(128, 0);
    [header, frames, vec![9; 4 * n as usize]].concat()
}

fn erf(n: u32) -> Vec<u8> {
    let record = |number: u32| {
        let seconds = (1_700_000_000 + number).to_le_bytes();
        let frame = [&[0, 0, 0, 0x80], &seconds[..], &[2, 4, 0, 16 + 2 + 60, 0, 0, 0, 64, 0, 0], &[0x81; 60]].concat();
        // Padding follows now and then.
        let padding = [&[0, 0, 0, 0], &seconds[..], &[48, 0, 0, 24, 0, 0, 0, 0], &[0; 8]].concat();
        if number % 3 == 1 { [frame, padding].concat() } else { frame }
    };
    (0..n).flat_map(record).collect()
}

#[test]
fn captures_of_other_programs_are_read() {
    let utc = [&[1, 0, 0, 0, 0, 0][..], &(133_444_736_000_000_000u64).to_le_bytes(), &[0]].concat();
    let captures = [
        (snoop(5), "snoop"),
        (netmon(1, 1, &[], 5), "Microsoft Network Monitor 1.1, local time"),
        (netmon(2, 0, &[], 5), "Microsoft Network Monitor 2.0, local time"),
        (netmon(2, 1, &[1, 0xe0], 5), "Microsoft Network Monitor 2.1, local time"),
        (erf(5), "Endace ERF"),
    ];
    for (file, format) in captures {
        let outcome = read(&file);
        assert_eq!(outcome.seconds, (0..5).map(|number| 1_700_000_000 + number).collect::<Vec<_>>(), "{format}");
        assert_eq!((outcome.format.as_str(), outcome.issues.len(), outcome.skipped), (format, 0, 0));
        // Another capture may follow.
        if !format.starts_with("Endace") {
            let joined = read(&[file, pcap(0xa1b2_c3d4, 0, 3)].concat());
            assert_eq!((joined.seconds.len(), joined.skipped), (8, 0), "{format}");
            assert_eq!(joined.issues, ["captures-joined"], "{format}");
        }
    }
    // Wireshark puts a record about the capture first, which has no time.
    let about = [&[0; 8][..], &[0x9b, 4, 0, 32, 0, 0, 0, 16], &[0; 16]].concat();
    let outcome = read(&[about, erf(3)].concat());
    assert_eq!((outcome.seconds.len(), outcome.format.as_str()), (3, "Endace ERF"));
    let outcome = read(&netmon(2, 3, &utc, 2));
    assert_eq!((outcome.seconds, outcome.format.as_str()), (vec![1_700_000_000; 2], "Microsoft Network Monitor 2.3"));
}

#[test]
fn times_of_network_monitor_that_no_clock_shows_are_clamped() {
    let furthest = crate::model::format::time::FURTHEST_NS / 1_000_000_000;
    for (year, seconds) in [(0u16, -furthest), (u16::MAX, furthest)] {
        let mut file = netmon(1, 1, &[], 1);
        file.splice(8..10, year.to_le_bytes());
        assert_eq!(read(&file).seconds, [seconds], "year {year}");
    }
    let mut late = netmon(2, 0, &[], 1);
    late.splice(128..136, u64::MAX.to_le_bytes());
    assert_eq!(read(&late).seconds, [furthest]);
    let ticks = [&[1, 0, 0, 0, 0, 0][..], &u64::MAX.to_le_bytes(), &[0]].concat();
    assert_eq!(read(&netmon(2, 3, &ticks, 1)).seconds, [furthest]);
}

#[test]
fn what_is_kept_of_a_file_does_not_grow_with_the_captures_joined_in_it() {
    let of = |n_captures: usize| {
        let capture = [commented(600, 1), pcap(0xa1b2_c3d4, 0, 1)].concat();
        let mut reader = Reader::new(0, None);
        let mut issues = IssueLog::default();
        reader.feed(&capture.repeat(n_captures), &mut issues, &mut |_| ()).unwrap();
        reader.end(&mut issues, &mut |_| ()).unwrap();
        (reader.report().comments.len(), issues.count(IssueKind::CommentsFull))
    };
    assert_eq!([of(1), of(2), of(4)], [(600, 0), (1000, 200), (1000, 1400)]);
    let each = |n: u32| [section(u32::to_le_bytes, 0).repeat(n as usize), pcap(0xa1b2_c3d4, 0, 1)].concat();
    let format = read_in(&(1..100).flat_map(each).collect::<Vec<_>>(), 1 << 16).format;
    assert!(format.len() < 600 && format.ends_with("(198 captures in one file)"), "{format}");
}

#[test]
fn interfaces_are_kept_up_to_a_cap() {
    assert_eq!(read_in(&commented(0, 1 << 16), 1 << 16).issues, Vec::<String>::new());
    assert_eq!(read_in(&commented(0, (1 << 16) + 1), 1 << 16).issues, ["interface-unknown"]);
}

/// A section with interfaces of these names, and a packet of each interface in `packets`.
fn named(names: &[&str], packets: &[u32]) -> Vec<u8> {
    let mut bytes = section(u32::to_le_bytes, 0);
    bytes.truncate(28);
    for name in names {
        let head = [&[1, 0, 0, 0][..], &65_535u32.to_le_bytes(), &[2, 0, name.len() as u8, 0]].concat();
        let padding = vec![0; (4 - name.len() % 4) % 4 + 4];
        bytes.extend(block(1, &[head, name.as_bytes().to_vec(), padding].concat(), u32::to_le_bytes));
    }
    for interface in packets {
        let fields = [*interface, 0x0006_0a24, 0x1810_4000, 60, 60].map(u32::to_le_bytes).concat();
        bytes.extend(block(6, &[fields, vec![0x81; 60]].concat(), u32::to_le_bytes));
    }
    bytes
}

/// The interfaces of the packets of a file, by their names in the report at its end.
fn interfaces(bytes: &[u8]) -> Vec<(u16, String)> {
    let (mut reader, mut issues, mut numbers) = (Reader::new(0, None), IssueLog::default(), Vec::new());
    let mut sink = |record: Record<'_>| {
        if let Record::Packet(packet) = record {
            numbers.push(packet.interface);
        }
    };
    reader.feed(bytes, &mut issues, &mut sink).unwrap();
    reader.end(&mut issues, &mut sink).unwrap();
    let names = reader.report().interfaces;
    numbers.into_iter().map(|number| (number, names.get(usize::from(number)).cloned().unwrap_or_default())).collect()
}

#[test]
fn packets_of_captures_joined_in_a_file_keep_the_interfaces_of_their_own_capture() {
    let (one, other) = (named(&["eth0", "eth1"], &[1, 0]), named(&["wlan0", "eth1"], &[0, 1]));
    let plain = pcap(0xa1b2_c3d4, 0, 1);
    let expected = |all: &[(u16, &str)]| all.iter().map(|(n, name)| (*n, (*name).to_owned())).collect::<Vec<_>>();
    let all = [(1, "eth1"), (0, "eth0"), (2, "wlan0"), (1, "eth1")];
    assert_eq!(interfaces(&[&one[..], &other].concat()), expected(&all));
    // As members of an archive or behind a capture of another format they are captures of their own.
    let joined = [&one[..], &plain, &other, &plain].concat();
    let all = [(1, "eth1"), (0, "eth0"), (2, ""), (3, "wlan0"), (1, "eth1"), (2, "")];
    assert_eq!(interfaces(&joined), expected(&all));
    assert_eq!(interfaces(&[&plain[..], &plain].concat()), expected(&[(0, ""), (0, "")]));
}

#[test]
fn a_packet_of_an_interface_that_is_not_described_is_not_the_first_ones() {
    let number = crate::model::interface::CaptureInterface::UNDESCRIBED;
    assert_eq!(interfaces(&named(&["eth0"], &[0, 7])), [(0, "eth0".to_owned()), (number, String::new())]);
}
