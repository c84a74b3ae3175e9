//! Hex dumps: lines of an offset and bytes, as `tcpdump -x`, `-xx`, `-X`, `od -Ax -tx1`, xxd and Wireshark print them. An
//! offset of zero begins a packet; a line before it may have its time.

use super::clock::Clock;
use super::{MOST_PACKET_BYTES, PcapWriter, byte};
use crate::read::capture;

/// Bytes that are printed in a line.
const LINE_BYTES: usize = 16;
/// Some leave a wider gap in the middle.
const HALF_BYTES: usize = 8;
/// A dump begins in one of so many lines.
const N_LINES: usize = 4;
const ETHERNET: u16 = 1;
const RAW_IP: u16 = 101;

/// State between lines.
#[derive(Default)]
pub struct HexDump {
    clock: Clock,
    /// The time that was printed before the packet.
    time_ns: Option<i64>,
    link_type: Option<u16>,
    data: Vec<u8>,
    /// What Wireshark put together of several packets is printed behind the last of them; it is no packet.
    is_reassembled: bool,
    /// It is the dump of a whole file: so many bytes of it were given.
    file_bytes: Option<usize>,
}

/// Offset and bytes of a line.
struct Line {
    offset: usize,
    bytes: [u8; LINE_BYTES],
    n: usize,
}

/// True if a packet begins in one of the first lines.
pub fn looks_like(front: &[u8]) -> bool {
    front
        .split(|byte| *byte == b'\n')
        .take(N_LINES)
        .any(|line| read(line).is_some_and(|line| line.offset == 0 && line.n >= HALF_BYTES))
}

impl HexDump {
    /// Takes a line without its end.
    pub fn line(&mut self, line: &[u8], pcap: &mut PcapWriter, plain: &mut Vec<u8>) {
        let Some(Line { offset, bytes, n }) = read(line) else {
            if line.ends_with(b" bytes):") {
                self.is_reassembled = !line.starts_with(b"Frame (");
            } else if line.is_empty() {
                self.is_reassembled = false;
            }
            if let Some(time_ns) = self.clock.read(line) {
                self.end(pcap, plain);
                self.time_ns = Some(time_ns);
            }
            return;
        };
        let bytes = bytes.get(..n).unwrap_or(&[]);
        if self.is_reassembled {
            return;
        }
        if let Some(file_bytes) = &mut self.file_bytes {
            if offset == *file_bytes {
                *file_bytes += n;
                plain.extend_from_slice(bytes);
            }
            return;
        }
        if offset == 0 {
            self.end(pcap, plain);
            if self.link_type.is_none() && capture::kind(bytes).is_some() {
                self.file_bytes = Some(n);
                plain.extend_from_slice(bytes);
                return;
            }
        }
        if offset == self.data.len() && offset < MOST_PACKET_BYTES {
            self.data.extend_from_slice(bytes);
        }
    }

    /// The packet is complete.
    pub fn end(&mut self, pcap: &mut PcapWriter, plain: &mut Vec<u8>) {
        if self.data.is_empty() {
            return;
        }
        let time_ns = self.time_ns.take().unwrap_or_else(|| self.clock.next());
        let link_type = *self.link_type.get_or_insert_with(|| link_type(&self.data));
        pcap.packet(time_ns, link_type, &self.data, plain);
        self.data.clear();
    }

    /// True if there were times without a day, or no times.
    pub fn has_undated(&self) -> bool {
        self.clock.has_undated()
    }
}

/// Ethernet, unless the packet begins with an IP header: `tcpdump -x` leaves the link's header out.
fn link_type(packet: &[u8]) -> u16 {
    let is_ethernet = matches!(packet.get(12..14), Some([8, 0 | 6] | [0x86, 0xdd] | [0x81, 0]));
    let [first, _, high, low, _, _, next, _, _, protocol, ..] = packet else { return ETHERNET };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let is_v4 =
        matches!(first, 0x45..=0x4f) && length >= 20 && matches!(protocol, 1 | 2 | 6 | 17 | 41 | 47 | 50 | 89 | 132);
    let is_v6 = first >> 4 == 6 && matches!(next, 0 | 6 | 17 | 43 | 44 | 50 | 58 | 132);
    if !is_ethernet && (is_v4 || is_v6) { RAW_IP } else { ETHERNET }
}

fn read(line: &[u8]) -> Option<Line> {
    let line = line.trim_ascii_start();
    let line = line.strip_prefix(b"0x").unwrap_or(line);
    let n_digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    if !(3..=8).contains(&n_digits) {
        return None;
    }
    let (digits, rest) = line.split_at(n_digits);
    let offset = usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    let mut rest = rest.strip_prefix(b":").unwrap_or(rest);
    let mut line = Line { offset, bytes: [0; LINE_BYTES], n: 0 };
    while line.n < LINE_BYTES {
        let n_spaces = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let is_gap = line.n > 0 && n_spaces > if line.n == HALF_BYTES { 2 } else { 1 };
        let word = rest.get(n_spaces..)?;
        let end = word.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(word.len());
        let (word, behind) = word.split_at(end);
        let is_word = matches!(word.len(), 2 | 4) && behind.first().is_none_or(u8::is_ascii_whitespace);
        if n_spaces == 0 || is_gap || !is_word {
            break;
        }
        for digits in word.chunks(2) {
            if let (Some(slot), Some(byte)) = (line.bytes.get_mut(line.n), byte(digits)) {
                *slot = byte;
                line.n += 1;
            }
        }
        rest = behind;
    }
    // The last line of od is the offset behind the last byte.
    let is_end = rest.trim_ascii().is_empty();
    (line.n > 0 || is_end).then_some(line)
}
