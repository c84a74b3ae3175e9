//! Packets printed as text to the bytes of a pcap: K12 text, and hex dumps as tcpdump, od and Wireshark print them.

mod clock;
mod hex_dump;
mod k12;

use super::{STEP_BYTES, UnpackError};
use hex_dump::HexDump;
use k12::K12;

/// A longer line is no packet's.
const MOST_LINE_BYTES: usize = 1 << 20;
/// Longer packets are not printed.
const MOST_PACKET_BYTES: usize = 1 << 18;

enum Format {
    K12(K12),
    HexDump(HexDump),
}

/// State between steps.
pub struct Printed {
    format: Format,
    /// The front of a line whose rest has not come yet.
    line: Vec<u8>,
    pcap: PcapWriter,
}

/// Writes packets as a pcap of nanoseconds.
#[derive(Default)]
struct PcapWriter {
    has_header: bool,
}

impl Printed {
    /// For text that begins so; none if it is of no such form.
    pub fn of(front: &[u8]) -> Option<Printed> {
        let format = if k12::looks_like(front) {
            Format::K12(K12::default())
        } else if hex_dump::looks_like(front) {
            Format::HexDump(HexDump::default())
        } else {
            return None;
        };
        Some(Printed { format, line: Vec::new(), pcap: PcapWriter::default() })
    }

    /// See [`super::Unpacker::step`].
    pub fn step(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<usize, UnpackError> {
        let mut rest = bytes.get(..bytes.len().min(STEP_BYTES)).unwrap_or(&[]);
        let n = rest.len();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, behind) = rest.split_at(end);
            if self.line.is_empty() {
                self.format.line(line, &mut self.pcap, plain);
            } else {
                let mut whole = std::mem::take(&mut self.line);
                whole.extend_from_slice(line);
                self.format.line(&whole, &mut self.pcap, plain);
            }
            rest = behind.get(1..).unwrap_or(&[]);
        }
        self.line.extend_from_slice(rest);
        if self.line.len() > MOST_LINE_BYTES { Err(UnpackError::Damaged) } else { Ok(n) }
    }

    /// See [`super::Unpacker::end`].
    pub fn end(&mut self, plain: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.line);
        self.format.line(&line, &mut self.pcap, plain);
        self.format.end(&mut self.pcap, plain);
    }

    /// In words.
    pub fn describe(&self) -> &'static str {
        match self.format {
            Format::K12(_) => "K12 text",
            Format::HexDump(_) => "hex dump",
        }
    }

    /// True if times were printed without their day.
    pub fn has_undated(&self) -> bool {
        match &self.format {
            Format::K12(_) => true,
            Format::HexDump(dump) => dump.has_undated(),
        }
    }
}

impl Format {
    fn line(&mut self, line: &[u8], pcap: &mut PcapWriter, plain: &mut Vec<u8>) {
        let line = line.trim_ascii_end();
        match self {
            Format::K12(k12) => k12.line(line, pcap, plain),
            Format::HexDump(dump) => dump.line(line, pcap, plain),
        }
    }

    fn end(&mut self, pcap: &mut PcapWriter, plain: &mut Vec<u8>) {
        if let Format::HexDump(dump) = self {
            dump.end(pcap, plain);
        }
    }
}

impl PcapWriter {
    /// Adds a packet; the first one's link type is that of all.
    fn packet(&mut self, time_ns: i64, link_type: u16, data: &[u8], plain: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.has_header, true) {
            let header = [0xa1b2_3c4d, 0x0004_0002, 0, 0, MOST_PACKET_BYTES as u32, link_type.into()];
            plain.extend(header.iter().flat_map(|word: &u32| word.to_le_bytes()));
        }
        let seconds = u32::try_from(time_ns.div_euclid(1_000_000_000)).unwrap_or(0);
        let nanos = u32::try_from(time_ns.rem_euclid(1_000_000_000)).unwrap_or(0);
        let length = u32::try_from(data.len()).unwrap_or(0);
        plain.extend([seconds, nanos, length, length].iter().flat_map(|word| word.to_le_bytes()));
        plain.extend_from_slice(data);
    }
}

/// Two hex digits to a byte.
fn byte(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds, nanoseconds and bytes of every packet, with the text in slices of a size.
    fn packets(text: &str, size: usize) -> (u8, Vec<(u32, u32, Vec<u8>)>) {
        let mut printed = Printed::of(text.as_bytes()).unwrap();
        let mut plain = Vec::new();
        for mut slice in text.as_bytes().chunks(size) {
            while !slice.is_empty() {
                let n = printed.step(slice, &mut plain).unwrap();
                slice = &slice[n..];
            }
        }
        printed.end(&mut plain);
        let mut packets = Vec::new();
        let mut rest = &plain[24..];
        while !rest.is_empty() {
            let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
            let end = 16 + word(8) as usize;
            packets.push((word(0), word(4), rest[16..end].to_vec()));
            rest = &rest[end..];
        }
        (plain[20], packets)
    }

    fn check(text: &str, link_type: u8, expected: &[(u32, u32, &[u8])]) {
        for size in [1, 9, 10_000] {
            let (link, packets) = packets(text, size);
            let packets: Vec<_> = packets.iter().map(|(s, ns, data)| (*s, *ns, data.as_slice())).collect();
            assert_eq!((link, packets.as_slice()), (link_type, expected), "slices of {size}");
        }
    }

    #[test]
    fn k12_text_is_read() {
        let text = "+---------+---------------+----------+\r\n23:59:59,499,326   ETHER\r\n|0   |01|00|5e|\r\n\r\n\
            +---------+---------------+----------+\r\n00:00:01,000,001   ETHER\r\n|0   |aB|\r\n";
        check(text, 1, &[(86_399, 499_326_000, &[1, 0, 0x5e]), (86_401, 1000, &[0xab])]);
    }

    #[test]
    fn hex_dumps_of_tcpdump_are_read_with_and_without_link_header() {
        let x = "2021-05-04 15:04:00.000001 IP 10.0.0.1.5 > 10.0.0.2.53: UDP, length 3\n\
            \t0x0000:  4500 001f 0001 0000 4011 0000 0a00 0001  E.......@.......\n\
            \t0x0010:  0a00 0002 0005 0035 000b 0000 6465 61    .......5....dea\n";
        let ip = [
            0x45, 0, 0, 0x1f, 0, 1, 0, 0, 0x40, 0x11, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 5, 0, 0x35, 0, 11, 0, 0, 0x64,
            0x65, 0x61,
        ];
        check(x, 101, &[(1_620_140_640, 1000, &ip)]);
        let xx = "1620140640.5 ARP\n\t0x0000:  ffff ffff ffff 0200 0000 0001 0806 0001\n\t0x0010:  08\n";
        let arp = [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8];
        check(xx, 1, &[(1_620_140_640, 500_000_000, &arp)]);
    }

    #[test]
    fn dumps_of_od_and_wireshark_are_read() {
        let od = "000000 00 0e b6 00 00 02 00 0e b6 00 00 01 08 00 45 00\n000010 00 28\n000012\n\
            000000 01 02\n000002\n";
        let first = [0, 0x0e, 0xb6, 0, 0, 2, 0, 0x0e, 0xb6, 0, 0, 1, 8, 0, 0x45, 0, 0, 0x28];
        check(od, 1, &[(0, 0, &first), (0, 1000, &[1, 2])]);
        let wireshark = "0000   00 0e b6 00 00 02 00 0e  b6 00 00 01 08 00 45 00   ..........ab cd.\n\
            0010   00 28                                             .(\n";
        check(wireshark, 1, &[(0, 0, &first)]);
    }

    #[test]
    fn other_texts_are_not_taken_for_dumps() {
        for text in ["a,b,c\n000,1,2\n", "0000\n0001\n", "10:00:00.1 IP a > b: Flags [S]\n", "ts 1 2\n0 12 34\n", ""] {
            assert!(Printed::of(text.as_bytes()).is_none(), "{text}");
        }
    }
}
