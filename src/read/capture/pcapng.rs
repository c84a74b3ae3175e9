//! pcapng: sections and interfaces, each with its own byte order, link type, time resolution and offset.
//!
//! Source: draft-ietf-opsawg-pcapng. Blocks are framed here, so that a damaged block costs only itself.

use super::{Found, Interfaces, RawPacket, Step, capture_at, most_packet_bytes};
use crate::issue::{IssueKind, IssueLog};
use crate::model::comment::{About, Comment};
use crate::model::format::time;
use crate::model::interface::CaptureInterface;
use pcap_parser::pcapng::{Block, InterfaceDescriptionBlock, OptionCode, PcapNGOption, parse_block_be, parse_block_le};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const ENHANCED_PACKET: u32 = 6;
const OLD_PACKET: u32 = 2;
/// Shortest block: type, length, length again.
const FRAME_BYTES: usize = 12;
/// So many bytes show what begins at a place: the fixed part of a packet block, or the file header of a pcap.
const MOST_START_BYTES: usize = 28;
/// Longest block that is believed, as in Wireshark's reader.
const MOST_BLOCK_BYTES: u32 = 16 << 20;

/// A longer block is not looked for behind damage.
const MOST_SOUGHT_BYTES: usize = 1 << 20;

/// Most interfaces of a section that are kept; a packet of one behind them is one of an interface that is not known.
const MOST_INTERFACES: usize = 1 << 16;
/// Most characters of the name of an interface that are kept.
const MOST_NAME_CHARS: usize = 100;
/// Most comments of a file that are kept.
const MOST_COMMENTS: usize = 1000;
/// Most characters of a comment that are kept.
const MOST_COMMENT_CHARS: usize = 2000;

#[derive(Clone, Copy)]
struct Interface {
    link_type: u16,
    snap_bytes: u32,
    units_per_second: u64,
    offset_seconds: i64,
    /// Its number among all interfaces of the file.
    number: u16,
}

/// State between blocks.
#[derive(Default)]
pub struct Pcapng {
    is_big_endian: bool,
    interfaces: Vec<Interface>,
    n_sections: u32,
    n_interfaces: u32,
    n_packets: u64,
    last_time_ns: i64,
    /// Comments of sections, interfaces and packets.
    pub comments: Vec<Comment>,
    /// Comments of captures before it in the file.
    n_comments_before: usize,
    /// Bytes of blocks that could not be understood.
    pub bytes_damaged: u64,
}

impl Pcapng {
    /// For a capture before which so many packets and comments stand in the file.
    pub fn after((n_packets, n_comments_before): (u64, usize)) -> Pcapng {
        Pcapng { n_packets, n_comments_before, ..Pcapng::default() }
    }

    /// Reads one block at the front of `bytes`, which stands at offset `at` of the file. Interfaces get their numbers of
    /// `numbers`.
    pub fn step(
        &mut self,
        bytes: &[u8],
        at: u64,
        numbers: &mut Interfaces,
        issues: &mut IssueLog,
        sink: &mut impl FnMut(RawPacket<'_>),
    ) -> Step {
        let Some([kind, length, magic]) = words(bytes) else { return Step::Need(FRAME_BYTES) };
        if u32::from_le_bytes(kind) == SECTION_HEADER {
            // The byte order of a section stands behind its length.
            match magic {
                [0x1a, 0x2b, 0x3c, 0x4d] => self.is_big_endian = true,
                [0x4d, 0x3c, 0x2b, 0x1a] => self.is_big_endian = false,
                _ => return Step::Corrupt,
            }
        }
        let (kind, length) = (self.word(kind), self.word(length));
        if length < FRAME_BYTES as u32 || length > MOST_BLOCK_BYTES || length % 4 != 0 {
            return Step::Corrupt;
        }
        let Some(block) = bytes.get(..length as usize) else { return Step::Need(length as usize) };
        if self.n_sections == 0 && kind != SECTION_HEADER {
            return Step::Corrupt;
        }
        self.block(block, (kind, at), numbers, issues, sink);
        Step::Used(length as usize)
    }

    /// Looks for the next block behind damage; see [`super::Capture::find`]. A block is believed if its length stands at
    /// both its ends, and its kind is one that captures have.
    pub(super) fn find(&self, bytes: &[u8], is_last: bool) -> Found {
        for at in 0..bytes.len() {
            let rest = bytes.get(at..).unwrap_or(&[]);
            if rest.len() < MOST_START_BYTES && !is_last {
                return Found::need(at, MOST_START_BYTES);
            }
            if capture_at(rest).is_some() {
                return Found::At(at);
            }
            let Some([kind, length, _]) = words(rest) else { continue };
            let (kind, length) = (self.word(kind), self.word(length) as usize);
            let is_block =
                matches!(kind, 1..=6 | 10) && length % 4 == 0 && (FRAME_BYTES..=MOST_SOUGHT_BYTES).contains(&length);
            if !is_block || kind == ENHANCED_PACKET && !self.is_packet(rest, length) {
                continue;
            }
            match rest.get(length - 4..length).and_then(|raw| raw.first_chunk()) {
                Some(again) if self.word(*again) as usize == length => return Found::At(at),
                None if !is_last => return Found::need(at, length),
                _ => {}
            }
        }
        Found::NotBefore(bytes.len())
    }

    /// True if the front of an enhanced packet block names an interface that there is and a length that fits in.
    fn is_packet(&self, block: &[u8], length: usize) -> bool {
        let (words, _) = block.as_chunks::<4>();
        let [_, _, interface, _, _, captured, ..] = words else { return false };
        (self.word(*interface) as usize) < self.interfaces.len() && self.word(*captured) as usize + 32 <= length
    }

    fn block(
        &mut self,
        bytes: &[u8],
        (kind, at): (u32, u64),
        numbers: &mut Interfaces,
        issues: &mut IssueLog,
        sink: &mut impl FnMut(RawPacket<'_>),
    ) {
        let parsed = if self.is_big_endian { parse_block_be(bytes) } else { parse_block_le(bytes) };
        match parsed {
            Ok((_, Block::SectionHeader(block))) => {
                self.interfaces.clear();
                numbers.begin_section();
                self.n_sections += 1;
                self.comment(About::Section, &block.options, issues, at);
            }
            Ok((_, Block::InterfaceDescription(block))) => {
                self.comment(About::Interface(self.interfaces.len() as u32), &block.options, issues, at);
                self.interface(&block, numbers);
            }
            Ok((_, Block::EnhancedPacket(block))) => {
                let units = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
                let interface = self.interface_of(block.if_id, issues, at);
                self.packet(
                    interface,
                    Some(units),
                    block.caplen,
                    block.origlen,
                    block.data,
                    (at + 28, at),
                    issues,
                    sink,
                );
                if !block.options.is_empty() {
                    let about = About::Packet { number: self.n_packets, offset: at + 28 };
                    self.comment(about, &block.options, issues, at);
                }
            }
            Ok((_, Block::SimplePacket(block))) => {
                let interface = self.interface_of(0, issues, at);
                let room = if interface.snap_bytes == 0 { u32::MAX } else { interface.snap_bytes };
                let captured = block.origlen.min(room).min(block.data.len() as u32);
                self.packet(interface, None, captured, block.origlen, block.data, (at + 12, at), issues, sink);
            }
            Ok((_, Block::Unknown(block))) if kind == OLD_PACKET => self.old_packet(block.data, at, issues, sink),
            Ok((_, Block::Unknown(_))) => issues.add(IssueKind::BlockUnknown, None, Some(at)),
            Ok(_) => issues.add(IssueKind::BlockOther, None, Some(at)),
            Err(_) => self.damaged(bytes.len(), at, issues),
        }
    }

    fn damaged(&mut self, length: usize, at: u64, issues: &mut IssueLog) {
        self.bytes_damaged += length as u64;
        issues.add(IssueKind::BlockDamaged, None, Some(at));
    }

    /// The obsolete packet block: interface (16 bits), drops (16), time (2 x 32), captured, wire, data.
    fn old_packet(&mut self, data: &[u8], at: u64, issues: &mut IssueLog, sink: &mut impl FnMut(RawPacket<'_>)) {
        let (head, rest) = data.split_at(data.len().min(20));
        let (fields, _) = head.as_chunks::<4>();
        let [place, high, low, captured, wire] = *fields else {
            return self.damaged(data.len() + FRAME_BYTES, at, issues);
        };
        let [a, b, ..] = place;
        let id = if self.is_big_endian { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) };
        let units = u64::from(self.word(high)) << 32 | u64::from(self.word(low));
        let interface = self.interface_of(u32::from(id), issues, at);
        self.packet(interface, Some(units), self.word(captured), self.word(wire), rest, (at + 28, at), issues, sink);
    }

    #[allow(clippy::too_many_arguments)] // one call per packet block kind; a struct would only rename them
    fn packet(
        &mut self,
        interface: Interface,
        units: Option<u64>,
        captured: u32,
        wire_bytes: u32,
        data: &[u8],
        (offset, block_offset): (u64, u64),
        issues: &mut IssueLog,
        sink: &mut impl FnMut(RawPacket<'_>),
    ) {
        let Some(data) = data.get(..captured as usize).filter(|_| captured <= most_packet_bytes(interface.link_type))
        else {
            return self.damaged(data.len(), block_offset, issues);
        };
        let time_ns = match units {
            Some(units) => interface.time_ns(units),
            None => {
                issues.add(IssueKind::NoTimestamp, None, Some(block_offset));
                self.last_time_ns
            }
        };
        self.last_time_ns = time_ns;
        self.n_packets += 1;
        let is_timed = units.is_some();
        let Interface { link_type, number, .. } = interface;
        sink(RawPacket { time_ns, is_timed, wire_bytes, link_type, file: 0, interface: number, offset, data });
    }

    fn comment(&mut self, about: About, options: &[PcapNGOption<'_>], issues: &mut IssueLog, at: u64) {
        for option in options.iter().filter(|option| option.code == OptionCode::Comment) {
            if self.n_comments_before + self.comments.len() >= MOST_COMMENTS {
                issues.add(IssueKind::CommentsFull, None, Some(at));
                continue;
            }
            let value = option.value.get(..usize::from(option.len)).unwrap_or(&option.value);
            let text = String::from_utf8_lossy(value).chars().take(MOST_COMMENT_CHARS).collect();
            self.comments.push(Comment { file: 0, about, text });
        }
    }

    fn interface(&mut self, block: &InterfaceDescriptionBlock<'_>, numbers: &mut Interfaces) {
        // Read from the raw option: its byte order is the section's.
        let offset = block.options.iter().find(|option| option.code == OptionCode::IfTsoffset);
        let offset_seconds = offset
            .and_then(|option| <[u8; 8]>::try_from(option.value.get(..8)?).ok())
            .map_or(0, |raw| if self.is_big_endian { i64::from_be_bytes(raw) } else { i64::from_le_bytes(raw) });
        self.n_interfaces += 1;
        if self.interfaces.len() >= MOST_INTERFACES {
            return;
        }
        let link_type = block.linktype.0 as u16;
        let number = numbers.describe(name(block), link_type);
        self.interfaces.push(Interface {
            link_type,
            snap_bytes: block.snaplen,
            units_per_second: units_per_second(block).unwrap_or(1_000_000),
            offset_seconds,
            number,
        });
    }

    fn interface_of(&self, id: u32, issues: &mut IssueLog, at: u64) -> Interface {
        self.interfaces.get(id as usize).copied().unwrap_or_else(|| {
            issues.add(IssueKind::InterfaceUnknown, None, Some(at));
            let number = CaptureInterface::UNDESCRIBED;
            Interface { link_type: 1, snap_bytes: 0, units_per_second: 1_000_000, offset_seconds: 0, number }
        })
    }

    /// True once a section has begun.
    pub fn has_section(&self) -> bool {
        self.n_sections > 0
    }

    fn word(&self, raw: [u8; 4]) -> u32 {
        if self.is_big_endian { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) }
    }

    /// In words.
    pub fn describe(&self) -> String {
        let order = if self.is_big_endian { "big" } else { "little" };
        let plural = |n: u32| if n == 1 { "" } else { "s" };
        format!(
            "pcapng, {order}-endian, {} section{}, {} interface{}",
            self.n_sections,
            plural(self.n_sections),
            self.n_interfaces,
            plural(self.n_interfaces)
        )
    }
}

/// A power of ten, or of two if the first bit says so (if_tsresol); none where the interface does not say.
fn units_per_second(block: &InterfaceDescriptionBlock<'_>) -> Option<u64> {
    let option = block.options.iter().find(|option| option.code == OptionCode::IfTsresol)?;
    let code = *option.value.first().filter(|_| option.len > 0)?;
    let power = u32::from(code & 0x7f);
    if code & 0x80 != 0 { 1_u64.checked_shl(power) } else { 10_u64.checked_pow(power) }
}

impl Interface {
    /// Nanoseconds since 1970, clamped to [`time::FURTHEST_NS`].
    fn time_ns(&self, units: u64) -> i64 {
        let ns = match self.units_per_second {
            1_000_000 if units < 1 << 53 => units as i64 * 1000,
            1_000_000_000 if units < 1 << 62 => units as i64,
            per_second => {
                let ns = u128::from(units) * 1_000_000_000 / u128::from(per_second);
                i64::try_from(ns).unwrap_or(i64::MAX)
            }
        };
        ns.saturating_add(self.offset_seconds.saturating_mul(1_000_000_000))
            .clamp(-time::FURTHEST_NS, time::FURTHEST_NS)
    }
}

/// Its name or, without one, what it is described as.
fn name(block: &InterfaceDescriptionBlock<'_>) -> String {
    let given = [block.if_name(), block.if_description()].into_iter().flatten().flatten();
    let name = given.map(str::trim).find(|name| !name.is_empty());
    name.unwrap_or_default().chars().take(MOST_NAME_CHARS).collect()
}

/// True if the bytes begin as a section does, in either byte order.
#[inline]
pub fn has_magic(bytes: &[u8]) -> bool {
    bytes.first_chunk() == Some(&SECTION_HEADER.to_be_bytes())
}

/// True if a section header stands here that can be believed, also where none is expected.
pub fn is_section_header(bytes: &[u8]) -> bool {
    has_magic(bytes) && matches!(bytes.get(8..12), Some([0x1a, 0x2b, 0x3c, 0x4d] | [0x4d, 0x3c, 0x2b, 0x1a]))
}

fn words(bytes: &[u8]) -> Option<[[u8; 4]; 3]> {
    let front: &[u8; FRAME_BYTES] = bytes.first_chunk()?;
    let (words, _) = front.as_chunks::<4>();
    words.try_into().ok()
}
