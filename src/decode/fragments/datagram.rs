//! The fragments of one IP packet, until it is complete.

use crate::model::packet::Fragment;
use std::collections::BTreeMap;

/// What a piece costs beside its bytes, roughly.
const OVERHEAD_BYTES: usize = 96;
/// Bytes of the fixed IPv6 header (RFC 8200, section 3).
const V6_HEADER_BYTES: usize = 40;
/// Most stretches of a packet: 64 KiB in pieces of 48 bytes are 1,366, and every link takes larger ones (RFC 791,
/// section 3.2). What comes past it is crafted, and the packet stays unfinished.
const MOST_STRETCHES: usize = 2048;

/// An unfinished packet.
pub struct FragmentedDatagram {
    /// Time of the piece that came first.
    pub since_ns: i64,
    /// Pieces that came.
    pub n_fragments: u32,
    protocol: u8,
    /// Stretches of the whole by where they begin; none lies over another.
    stretches: BTreeMap<u32, Stretch>,
    /// Bytes of the whole, once the last piece has come.
    total: Option<u32>,
    /// Bytes of stretches before that end.
    n_covered: u32,
    /// The IP header of the piece at the front.
    header: Vec<u8>,
    ports: Option<(u16, u16)>,
    n_bytes: usize,
}

struct Stretch {
    /// Bytes on the wire; the capture may have cut some.
    length: u32,
    bytes: Vec<u8>,
}

impl FragmentedDatagram {
    /// Without pieces.
    pub fn new(since_ns: i64, protocol: u8) -> FragmentedDatagram {
        FragmentedDatagram {
            since_ns,
            n_fragments: 0,
            protocol,
            stretches: BTreeMap::new(),
            total: None,
            n_covered: 0,
            header: Vec::new(),
            ports: None,
            n_bytes: 0,
        }
    }

    /// Memory that it costs.
    pub fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    /// Adds a piece, whose IP header begins `net`, and completes the facts of the piece; true if it lies over others.
    pub fn add(&mut self, fragment: &mut Fragment, net: &[u8], payload: &[u8]) -> bool {
        self.n_fragments += 1;
        let (start, end) = (fragment.offset, fragment.offset + fragment.bytes);
        if start == 0 && self.header.is_empty() {
            self.header = header(net).to_vec();
            self.ports = ports(self.protocol, payload);
            self.n_bytes += self.header.len();
        }
        fragment.ports = self.ports;
        if !fragment.has_more {
            fragment.is_contradiction |= self.total.is_some_and(|total| total != end);
            if self.total.is_none() {
                self.total = Some(end);
                let before = |(from, stretch): (&u32, &Stretch)| length_before(end, *from, from + stretch.length);
                self.n_covered = self.stretches.iter().map(before).sum();
            }
        }
        if self.stretches.len() >= MOST_STRETCHES {
            return fragment.is_contradiction;
        }
        let mut gaps = Vec::new();
        let mut at = start;
        let first = self.stretches.range(..=start).next_back().map_or(start, |(first, _)| *first);
        for (begin, stretch) in self.stretches.range(first..end) {
            let stop = begin + stretch.length;
            if stop <= start {
                continue;
            }
            fragment.is_overlap = true;
            fragment.is_contradiction |= differ(*begin, &stretch.bytes, start, payload);
            if *begin > at {
                gaps.push((at, *begin));
            }
            at = at.max(stop);
        }
        if at < end {
            gaps.push((at, end));
        }
        for (from, to) in gaps {
            let behind = payload.get((from - start) as usize..).unwrap_or(&[]);
            let bytes = behind.get(..(to - from) as usize).unwrap_or(behind).to_vec();
            self.n_bytes += bytes.len() + OVERHEAD_BYTES;
            self.n_covered += length_before(self.total.unwrap_or(u32::MAX), from, to);
            self.stretches.insert(from, Stretch { length: to - from, bytes });
        }
        fragment.is_overlap || fragment.is_contradiction
    }

    /// The whole packet with its header, once all pieces are there. It ends where the capture cut a piece.
    pub fn whole(&self) -> Option<Vec<u8>> {
        let total = self.total.filter(|total| self.n_covered >= *total && !self.header.is_empty())?;
        let mut whole = whole_header(&self.header, total, self.protocol)?;
        let end = whole.len() + total as usize;
        for stretch in self.stretches.values() {
            whole.extend_from_slice(&stretch.bytes);
            if stretch.bytes.len() < stretch.length as usize {
                break;
            }
        }
        whole.truncate(end);
        Some(whole)
    }
}

/// Bytes from one place to another that lie before `end`.
fn length_before(end: u32, from: u32, to: u32) -> u32 {
    to.min(end).saturating_sub(from)
}

/// True if both have bytes for the same place, and not the same ones.
fn differ(begin: u32, kept: &[u8], start: u32, payload: &[u8]) -> bool {
    let from = begin.max(start);
    let a = kept.get((from - begin) as usize..).unwrap_or(&[]);
    let b = payload.get((from - start) as usize..).unwrap_or(&[]);
    a.iter().zip(b).any(|(a, b)| a != b)
}

/// IPv4 with options; IPv6 without extension headers.
fn header(net: &[u8]) -> &[u8] {
    let Some(first) = net.first() else { return &[] };
    let length = if first >> 4 == 4 { usize::from(first & 15) * 4 } else { V6_HEADER_BYTES };
    net.get(..length).unwrap_or(&[])
}

/// The header of the whole: its length, no fragmentation, and (IPv6) no extension headers.
fn whole_header(header: &[u8], total: u32, protocol: u8) -> Option<Vec<u8>> {
    let mut header = header.to_vec();
    let is_v4 = header.first()? >> 4 == 4;
    let length = if is_v4 { header.len() as u32 + total } else { total };
    let [high, low] = u16::try_from(length).ok()?.to_be_bytes();
    let (length_at, changes): (usize, &[(usize, u8)]) =
        if is_v4 { (2, &[(6, 0), (7, 0)]) } else { (4, &[(6, protocol)]) };
    for (at, byte) in [(length_at, high), (length_at + 1, low)].iter().chain(changes) {
        *header.get_mut(*at)? = *byte;
    }
    Some(header)
}

/// Ports, or twice the identifier of an ICMP echo: what a flow is told by.
fn ports(protocol: u8, payload: &[u8]) -> Option<(u16, u16)> {
    let [a, b, c, d, rest @ ..] = payload else { return None };
    match (protocol, a) {
        (6 | 17 | 132, _) => Some((u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]))),
        (1, 0 | 8) | (58, 128 | 129) => {
            let [i0, i1, ..] = rest else { return None };
            let identifier = u16::from_be_bytes([*i0, *i1]);
            Some((identifier, identifier))
        }
        _ => None,
    }
}
