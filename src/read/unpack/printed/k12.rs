//! K12 text, as Tektronix's rf5 tools and `editcap -F k12text` write it: a line with the time and the kind of link, a line of
//! bytes.
//!
//! Source: Wireshark, `wiretap/k12text.l`.

use super::clock::Clock;
use super::{MOST_PACKET_BYTES, PcapWriter, byte};

/// Stands before every packet.
const RULE: &[u8] = b"+---------+---------------+----------+";
/// LINKTYPE_ETHERNET, LINKTYPE_MTP2, and one for users that stands for all others.
const ETHERNET: u16 = 1;
const MTP2: u16 = 140;
const OTHER: u16 = 147;

/// State between lines.
#[derive(Default)]
pub struct K12 {
    clock: Clock,
    /// Time and link type of the packet whose bytes come next.
    head: Option<(i64, u16)>,
    data: Vec<u8>,
}

/// True if text begins as K12 text does.
pub fn looks_like(front: &[u8]) -> bool {
    front.trim_ascii_start().starts_with(RULE)
}

impl K12 {
    /// Takes a line without its end.
    pub fn line(&mut self, line: &[u8], pcap: &mut PcapWriter, plain: &mut Vec<u8>) {
        if line.first() == Some(&b'|') {
            let Some((time_ns, link_type)) = self.head.take() else { return };
            self.data.clear();
            // The first cell says in which direction it went.
            let cells = line.split(|byte| *byte == b'|').skip(2);
            self.data.extend(cells.map_while(byte).take(MOST_PACKET_BYTES));
            pcap.packet(time_ns, link_type, &self.data, plain);
        } else if let Some(head) = self.head(line) {
            self.head = Some(head);
        }
    }

    /// `21:21:13,499,326   ETHER`.
    fn head(&mut self, line: &[u8]) -> Option<(i64, u16)> {
        let text = std::str::from_utf8(line.get(..line.len().min(60))?).ok()?;
        let (time, link) = text.trim_start().split_once(' ')?;
        let numbers: Vec<i64> = time.split([':', ',']).map_while(|part| part.parse().ok()).collect();
        let [hours, minutes, seconds, millis, micros] = *numbers.as_slice() else { return None };
        let is_time = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..61).contains(&seconds);
        if !is_time || !(0..1000).contains(&millis) || !(0..1000).contains(&micros) {
            return None;
        }
        let of_day_us = (((hours * 60 + minutes) * 60 + seconds) * 1000 + millis) * 1000 + micros;
        let link_type = match link.trim() {
            "ETHER" => ETHERNET,
            "MTP-L2" => MTP2,
            _ => OTHER,
        };
        Some((self.clock.undated(of_day_us * 1000), link_type))
    }
}
