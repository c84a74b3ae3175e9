//! Archives and text in other encodings, made here, to the records in them, whatever the slices.

use super::input::Input;
use super::table::Options;
use super::{Record, UnsupportedFile};
use crate::issue::IssueLog;
use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use std::io::Write;

const TABLE: &str = "source,target,bytes\n1.1.1.1,2.2.2.2,7\n1.1.1.1,2.2.2.2,9\n";

/// A pcap of packets at these seconds.
fn pcap(seconds: &[u32]) -> Vec<u8> {
    let mut out = [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1].map(u32::to_le_bytes).concat();
    for seconds in seconds {
        out.extend([*seconds, 0, 60, 60].map(u32::to_le_bytes).concat());
        out.extend([0x45; 60]);
    }
    out
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        block[148..156].fill(b' ');
        block[156] = b'0';
        block[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend(block);
        out.extend(*content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// Deflated; with the sizes behind the members as they are written to pipes, or locked.
fn zip(members: &[(&str, &[u8])], flags: u16) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        let sizes = [crc.sum(), packed.len() as u32, content.len() as u32].map(u32::to_le_bytes).concat();
        out.extend(b"PK\x03\x04\x14\0");
        out.extend(flags.to_le_bytes());
        out.extend([8, 0, 0, 0, 0, 0]);
        out.extend(if flags & 8 == 0 { sizes.clone() } else { vec![0; 12] });
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0, 0]);
        out.extend(name.as_bytes());
        out.extend(packed);
        if flags & 8 != 0 {
            out.extend(b"PK\x07\x08");
            out.extend(sizes);
        }
    }
    out.extend(b"PK\x01\x02 directory");
    out
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// Seconds of packets, rows, ids of issues and the format.
type Outcome = (Vec<i64>, usize, Vec<String>, String);

fn read_in(bytes: &[u8], size: usize) -> Result<Outcome, UnsupportedFile> {
    let mut input = Input::new(0, Some(Options::default()), super::unpack::UnpackQuota::of(1));
    let (mut issues, mut kept) = (IssueLog::default(), Vec::new());
    let (mut seconds, mut offsets, mut n_rows) = (Vec::new(), Vec::new(), 0);
    let mut sink = |record: Record<'_>| match record {
        Record::Packet(packet) => {
            seconds.push(packet.time_ns / 1_000_000_000);
            offsets.push((packet.offset as usize, packet.data.to_vec()));
        }
        Record::Row(_) => n_rows += 1,
        Record::Layout(_) => {}
    };
    for mut slice in bytes.chunks(size) {
        while !slice.is_empty() {
            let n = input.step(slice, &mut issues, &mut |plain| kept.extend_from_slice(plain), &mut sink)?;
            slice = &slice[n..];
        }
    }
    input.end(&mut issues, &mut |plain| kept.extend_from_slice(plain), &mut sink)?;
    // What is unpacked is kept so that packets can be read from it again.
    for (offset, data) in offsets {
        assert_eq!(kept.get(offset..offset + data.len()), Some(data.as_slice()));
    }
    let report = input.report();
    assert!(report.is_packed);
    Ok((seconds, n_rows, issues.issues().into_iter().map(|issue| issue.id).collect(), report.format))
}

/// The same in slices of several sizes.
fn read(bytes: &[u8]) -> Result<Outcome, UnsupportedFile> {
    let whole = read_in(bytes, bytes.len());
    for size in [1, 13, 700] {
        assert_eq!(read_in(bytes, size), whole, "slices of {size}");
    }
    whole
}

#[test]
fn the_only_capture_of_an_archive_is_opened_whatever_stands_beside_it() {
    let capture = pcap(&[1, 2, 3]);
    let packed = gzip(&capture);
    let readme = ("README.md", &b"# Hello\na,b\n1,2\n3,4\n"[..]);
    for member in [("dir/a.pcap", capture.as_slice()), ("dir/a.pcap.gz", packed.as_slice())] {
        let members = [("empty", &b""[..]), ("._a.pcap", b"rest"), readme, member];
        for archive in [tar(&members), zip(&members, 0), zip(&members, 8), gzip(&tar(&members))] {
            let (seconds, _, issues, format) = read(&archive).unwrap();
            assert_eq!(seconds, [1, 2, 3]);
            assert_eq!(issues, ["members-skipped"]);
            assert!(format.contains("(a.pcap") && format.ends_with("pcap, little-endian, microseconds"), "{format}");
        }
    }
}

#[test]
fn captures_of_an_archive_are_read_one_behind_the_other() {
    let (a, b) = (pcap(&[1, 2]), pcap(&[5, 6, 7]));
    for archive in [tar(&[("a", &a), ("b", &b)]), zip(&[("a", &a), ("b", &b)], 8)] {
        let (seconds, _, issues, format) = read(&archive).unwrap();
        assert_eq!(seconds, [1, 2, 5, 6, 7]);
        assert_eq!(issues, ["captures-joined"]);
        assert!(format.contains("(a and 1 more)"), "{format}");
    }
    // A member that breaks off costs only itself.
    let archive = tar(&[("a", &a[..a.len() - 9]), ("b", &b)]);
    let (seconds, _, issues, _) = read(&archive).unwrap();
    assert_eq!((seconds.as_slice(), issues.join(" ").as_str()), (&[1, 5, 6, 7][..], "file-cut captures-joined"));
}

#[test]
fn tables_with_the_same_columns_are_joined_and_others_left() {
    let other = b"a,b\n1,2\n3,4\n5,6\n";
    let members = [("mon.csv", TABLE.as_bytes()), ("x.csv", other), ("tue.csv", TABLE.as_bytes())];
    let (_, n_rows, issues, _) = read(&zip(&members[..1], 0)).unwrap();
    assert_eq!((n_rows, issues.len()), (2, 0));
    let twice = [members[0], members[2]];
    let (_, n_rows, issues, _) = read(&zip(&twice, 0)).unwrap();
    assert_eq!((n_rows, issues.join(" ").as_str()), (4, "tables-joined header-repeated"));
    let (_, n_rows, issues, _) = read(&tar(&members[..2])).unwrap();
    assert_eq!((n_rows, issues.join(" ").as_str()), (2, "members-skipped"));
}

#[test]
fn archives_without_anything_to_read_say_what_they_hold() {
    let refusal = |archive: Vec<u8>| read(&archive).unwrap_err().0;
    let none = refusal(zip(&[("a.pdf", b"%PDF-1.4"), ("b.txt", b"Dear all")], 0));
    assert!(none.contains("no capture and no table: a.pdf, b.txt") && none.contains("PDF"), "{none}");
    let locked = refusal(zip(&[("a.pcap", b"secret")], 1));
    assert!(locked.contains("protected by a password (a.pcap)"), "{locked}");
    let office = refusal(zip(&[("[Content_Types].xml", b"<a/>"), ("xl/workbook.xml", b"<a/>")], 0));
    assert!(office.contains("CSV"), "{office}");
    let long = "a".repeat(60_000);
    for (flags, ending) in [(0, ".pdf"), (1, ".pcap"), (1, "/b.pcap")] {
        let name = format!("{long}{ending}");
        let sentence = refusal(zip(&[(name.as_str(), b"%PDF-1.4"), (name.as_str(), b"%PDF-1.4")], flags));
        assert!(sentence.len() < 600 && sentence.contains(&long[..60]), "{sentence}");
    }
    let locked_last = [zip(&[("a.pcap", b"x")], 0), zip(&[("b.pcap", b"x")], 1)];
    let mut both = locked_last[0][..locked_last[0].len() - 14].to_vec();
    both[8] = 99;
    both.extend(&locked_last[1]);
    let locked = refusal(both);
    assert!(locked.contains("protected by a password (b.pcap)"), "{locked}");
}

#[test]
fn cut_archives_give_what_was_there() {
    let capture = pcap(&[1; 400]);
    for (archive, issue) in [(tar(&[("a", &capture)]), "unpack-cut"), (zip(&[("a", &capture)], 0), "unpack-cut")] {
        let (seconds, _, issues, _) = read_in(&archive[..archive.len() / 2], 100).unwrap();
        assert!(!seconds.is_empty() && seconds.len() < 400);
        assert_eq!(issues, [issue]);
    }
}

#[test]
fn tables_in_utf_16_are_read() {
    let text = TABLE.repeat(40);
    for mark in ["", "\u{feff}"] {
        let bytes: Vec<u8> = format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for packed in [bytes.clone(), gzip(&bytes)] {
            let (_, n_rows, _, format) = read(&packed).unwrap();
            assert_eq!(n_rows, 80);
            assert!(format.contains("UTF-16, Table"), "{format}");
        }
    }
}
