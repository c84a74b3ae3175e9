//! Streams are put in order, and gaps are lost once the other side has acknowledged them.

use super::*;

/// Lines that a side gave, `?` for lost bytes.
fn lines(segments: &[(u32, &str, u32)]) -> Vec<String> {
    let mut side = StreamSide::default();
    let mut lines = Vec::new();
    for (sequence, data, wire_bytes) in segments {
        side.push(*sequence, data.as_bytes(), *wire_bytes, &mut |data| match data {
            StreamData::Lost => {
                lines.push("?".to_owned());
                Consumed::Took(0)
            }
            StreamData::Bytes(bytes) => match bytes.iter().position(|byte| *byte == b'\n') {
                Some(at) if bytes.starts_with(b"skip") => {
                    lines.push("skip".to_owned());
                    Consumed::Skip(at as u64 + 11)
                }
                Some(at) => {
                    lines.push(String::from_utf8_lossy(&bytes[..at]).into_owned());
                    Consumed::Took(at + 1)
                }
                None => Consumed::Took(0),
            },
        });
    }
    lines
}

#[test]
fn segments_out_of_order_twice_and_over_the_end_of_numbers_are_put_in_order() {
    let start = u32::MAX - 2;
    let at = |n: u32| start.wrapping_add(n);
    let segments = [(at(0), "ab", 2), (at(4), "e\nf", 3), (at(2), "cd", 2), (at(0), "abcd", 4), (at(5), "\nfg\n", 4)];
    assert_eq!(lines(&segments), ["abcde", "fg"]);
}

#[test]
fn what_was_not_captured_is_lost_unless_it_is_skipped() {
    assert_eq!(lines(&[(0, "ab", 10), (10, "c\n", 2)]), ["?", "c"]);
    // "skip" and its line feed are five bytes, ten more are skipped: four of them were not captured.
    assert_eq!(lines(&[(0, "skip\n123456", 15), (15, "x\n", 2)]), ["skip", "x"]);
    assert_eq!(lines(&[(0, "skip\n", 5), (15, "x\n", 2)]), ["skip", "x"]);
}

#[test]
fn a_hole_is_given_up_once_the_other_side_has_received_what_was_in_it() {
    let (mut side, mut lines) = (StreamSide::default(), Vec::new());
    let mut read = |data: StreamData<'_>| match data {
        StreamData::Bytes(bytes) => {
            lines.push(String::from_utf8_lossy(bytes).into_owned());
            Consumed::Took(bytes.len())
        }
        StreamData::Lost => {
            lines.push("?".to_owned());
            Consumed::Took(0)
        }
    };
    let start = u32::MAX - 1;
    let at = |n: u32| start.wrapping_add(n);
    side.push(start, b"ab", 2, &mut read);
    side.push(at(4), b"ef", 2, &mut read);
    side.acknowledge(at(2));
    assert_eq!(side.n_bytes(), 2, "the sender may send it again");
    side.acknowledge(at(6));
    side.push(at(8), b"ij", 2, &mut read);
    side.push(at(6), b"gh", 2, &mut read);
    side.acknowledge(at(12));
    side.push(at(12), b"mn", 2, &mut read);
    assert_eq!(lines, ["ab", "?", "ef", "gh", "ij", "?", "mn"]);
    assert!(!side.is_waiting());
}

#[test]
fn what_waits_is_read_when_nothing_more_comes() {
    let (mut side, mut n_bytes, mut n_lost) = (StreamSide::default(), 0, 0);
    let mut read = |data: StreamData<'_>| match data {
        StreamData::Bytes(bytes) => {
            n_bytes += bytes.len();
            Consumed::Took(bytes.len())
        }
        StreamData::Lost => {
            n_lost += 1;
            Consumed::Took(0)
        }
    };
    for sequence in [0, 10, 30, 32] {
        side.push(sequence, b"ab", 2, &mut read);
    }
    side.end(&mut read);
    assert!(!side.is_waiting());
    assert_eq!((n_bytes, n_lost), (8, 2));
}

#[test]
fn a_hole_is_given_up_when_too_much_waits_behind_it() {
    let mut segments = vec![(0, "a", 1)];
    segments.extend((0..40).map(|i| (2 + i * 2, "b\n", 2)));
    let lines = lines(&segments);
    assert_eq!(lines.first().map(String::as_str), Some("?"));
    assert_eq!(lines.len(), 41);
}

/// Bytes that differ, segment by segment, where lines are read.
fn differing_bytes(segments: &[(u32, &str)]) -> Vec<usize> {
    let mut side = StreamSide::default();
    let mut read = |data: StreamData<'_>| match data {
        StreamData::Bytes(bytes) => Consumed::Took(bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1)),
        StreamData::Lost => Consumed::Took(0),
    };
    segments.iter().map(|(at, data)| side.push(*at, data.as_bytes(), data.len() as u32, &mut read)).collect()
}

#[test]
fn bytes_that_come_again_and_say_something_else_are_counted() {
    assert_eq!(differing_bytes(&[(0, "GET /a\n"), (0, "GET /b\n"), (0, "GET /a\nmore")]), [0, 1, 0]);
    // Cut differently, and over the edge of what is new.
    assert_eq!(differing_bytes(&[(10, "abcdef"), (10, "abc"), (12, "cdefgh"), (9, "xabX")]), [0, 0, 0, 1]);
    // While a hole is open, and when it is filled.
    assert_eq!(differing_bytes(&[(0, "ab"), (4, "ef"), (4, "eX"), (2, "cdYf")]), [0, 0, 1, 3]);
    assert_eq!(differing_bytes(&[(0, "ab"), (1, "X"), (1, "\0")]), [0, 0, 0], "what keeps alive");
    let long = "x".repeat(2000);
    assert_eq!(differing_bytes(&[(0, &long), (0, &long), (1990, "y")]), [0, 0, 0]);
    assert_eq!(differing_bytes(&[(u32::MAX, "abc"), (u32::MAX, "aXc")]), [0, 1]);
}

#[test]
fn a_reader_is_not_shown_the_same_again_and_again() {
    let mut side = StreamSide::default();
    let (mut n_shown, mut n_lost) = (0, 0);
    for i in 0..60_000 {
        side.push(i, b"x", 1, &mut |data| {
            match data {
                StreamData::Bytes(bytes) => n_shown += bytes.len(),
                StreamData::Lost => n_lost += 1,
            }
            Consumed::Took(0)
        });
    }
    assert!(n_lost > 0);
    assert!(n_shown < 60_000 * 1600, "{n_shown} bytes were shown");
}

#[test]
fn memory_is_bounded() {
    let mut side = StreamSide::default();
    let data = [b'x'; 1000];
    for i in 0..1000 {
        side.push(i * 1000, &data, 1000, &mut |data| match data {
            StreamData::Bytes(_) => Consumed::Took(0),
            StreamData::Lost => Consumed::Took(0),
        });
        assert!(side.n_bytes() <= MOST_PENDING_BYTES + MOST_LATER_BYTES + 1000);
    }
}
