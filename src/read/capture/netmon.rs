//! Reads packets from captures of Microsoft Network Monitor 1 and 2.
//!
//! Source: Microsoft's "Network Monitor capture file format", as Wireshark's `wiretap/netmon.c` reads it. The table of frames
//! follows the frames, which are read in file order.

use super::{Opened, RawPacket, Step, most_packet_bytes};
use crate::issue::{IssueKind, IssueLog};
use crate::model::format::time::{FURTHEST_NS, days_from_civil};

/// The first frame stands behind so many bytes, whatever the header's length.
const HEADER_BYTES: usize = 128;
/// Numbers from this on are LINKTYPE_ numbers.
const PCAP_LINKS: u16 = 0xe000;
/// Numbers from this on are no packets: events, names of networks, filters.
const NO_PACKETS: u16 = 0xf000;
/// Ticks of 100 ns between 1601 and 1970.
const TICKS_TO_1970: u64 = 116_444_736_000_000_000;

/// What the file header says.
pub struct Netmon {
    major: u8,
    minor: u8,
    link_type: u16,
    /// When capturing began, ns since 1970, by the clock on the wall; clamped to [`FURTHEST_NS`].
    start_ns: i64,
    /// Offset in its capture at which frames end: there the table of frames begins.
    end: u64,
    /// Where the capture stands in the file.
    start: Option<u64>,
}

/// True if the bytes begin as such a file does.
pub fn has_magic(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RTSS") || bytes.starts_with(b"GMBU")
}

impl Netmon {
    /// Reads the file header.
    pub fn open(bytes: &[u8]) -> Opened<Netmon> {
        let Some(header) = bytes.get(..HEADER_BYTES) else { return Opened::Need(HEADER_BYTES) };
        let half = |at: usize| u16_at(header, at).unwrap_or(0);
        let [minor, major] = half(4).to_le_bytes();
        let network = half(6);
        let days = days_from_civil(half(8).into(), half(10).into(), half(14).into());
        let minutes = (days * 24 + i64::from(half(16))) * 60 + i64::from(half(18));
        let millis = (minutes * 60 + i64::from(half(20))) * 1000 + i64::from(half(22));
        let netmon = Netmon {
            major,
            minor,
            link_type: link_type(network),
            start_ns: clamped(millis.saturating_mul(1_000_000)),
            end: u32_at(header, 24).map_or(u64::MAX, u64::from),
            start: None,
        };
        Opened::As(netmon, HEADER_BYTES)
    }

    /// True at this offset of the file if no frames come any more: the table of frames stands here.
    #[inline]
    pub fn is_past_frames(&mut self, at: u64) -> bool {
        let start = *self.start.get_or_insert(at.saturating_sub(HEADER_BYTES as u64));
        at - start >= self.end
    }

    /// Reads one frame at the front of `bytes`, which stands at offset `at` of the file.
    pub fn step(&self, bytes: &[u8], at: u64, issues: &mut IssueLog, sink: &mut impl FnMut(RawPacket<'_>)) -> Step {
        let head = if self.major >= 2 { 16 } else { 8 };
        let Some(header) = bytes.get(..head) else { return Step::Need(head) };
        let (wire_bytes, captured) = if self.major >= 2 {
            (u32_at(header, 8).unwrap_or(0), u32_at(header, 12).unwrap_or(0))
        } else {
            (u16_at(header, 4).unwrap_or(0).into(), u16_at(header, 6).unwrap_or(0).into())
        };
        if captured > most_packet_bytes(self.link_type) {
            return Step::Corrupt;
        }
        let behind = head + captured as usize;
        let end = behind + self.trailer_bytes();
        let Some(frame) = bytes.get(..end) else { return Step::Need(end) };
        let data = frame.get(head..behind).unwrap_or(&[]);
        let trailer = frame.get(behind..).unwrap_or(&[]);
        let network = u16_at(trailer, 0);
        if network.is_some_and(|network| network >= NO_PACKETS) {
            issues.add(IssueKind::BlockOther, None, Some(at));
            return Step::Used(end);
        }
        sink(RawPacket {
            time_ns: self.time_ns(header, trailer),
            is_timed: true,
            wire_bytes,
            link_type: network.map_or(self.link_type, link_type),
            file: 0,
            interface: 0,
            offset: at + head as u64,
            data,
        });
        Step::Used(end)
    }

    /// Bytes behind a frame: its network (from 2.1 on), process (2.2), UTC time and time zone (2.3).
    fn trailer_bytes(&self) -> usize {
        match (self.major, self.minor) {
            (2, 0) | (..=1, _) => 0,
            (2, 1) => 2,
            (2, 2) => 6,
            _ => 15,
        }
    }

    /// Nanoseconds since 1970, clamped to [`FURTHEST_NS`].
    fn time_ns(&self, header: &[u8], trailer: &[u8]) -> i64 {
        if let Some(ticks) = u64_at(trailer, 6).and_then(|ticks| ticks.checked_sub(TICKS_TO_1970)) {
            return clamped(i64::try_from(ticks).unwrap_or(i64::MAX).saturating_mul(100));
        }
        let since_ns = if self.major >= 2 {
            i64::try_from(u64_at(header, 0).unwrap_or(0)).unwrap_or(i64::MAX).saturating_mul(1000)
        } else {
            i64::from(u32_at(header, 0).unwrap_or(0)) * 1_000_000
        };
        clamped(self.start_ns.saturating_add(since_ns))
    }

    /// In words.
    pub fn describe(&self) -> String {
        let clock = if self.trailer_bytes() == 15 { "" } else { ", local time" };
        format!("Microsoft Network Monitor {}.{}{clock}", self.major, self.minor)
    }
}

/// The LINKTYPE_ number of a network; one that stands for none where there is none.
fn link_type(network: u16) -> u16 {
    match network {
        // Some captures of tunnels give none and are Ethernet.
        0 | 1 => 1,
        2 => 6,
        3 => 10,
        7..=9 => 101,
        PCAP_LINKS..NO_PACKETS => network - PCAP_LINKS,
        _ => u16::MAX,
    }
}

fn clamped(ns: i64) -> i64 {
    ns.clamp(-FURTHEST_NS, FURTHEST_NS)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
}
