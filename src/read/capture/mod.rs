//! Reads the packets of a capture file (pcap, pcapng, snoop, Network Monitor, ERF), also of several captures in one
//! file, and continues after damage.
//!
//! `cat a.pcap b.pcap` joins two captures: wherever a record may begin, another file header may follow. If a record is
//! malformed, the reader searches for the next position from which records are plausible.

mod erf;
mod interfaces;
mod netmon;
mod pcap;
mod pcapng;
mod snoop;
#[cfg(test)]
mod tests;

use super::RawPacket;
use crate::issue::{IssueKind, IssueLog};
use crate::model::Comment;
use interfaces::Interfaces;
use netmon::Netmon;
use pcap::Pcap;
use pcapng::Pcapng;
use snoop::Snoop;

/// What one step of reading did with the unread bytes.
pub enum Progress {
    /// This many bytes at the front are consumed.
    Used(usize),
    /// This many bytes, counted from the front, are needed for the next step.
    Need(usize),
}

/// What reading one record gave.
enum Step {
    /// This many bytes at the front are consumed.
    Used(usize),
    /// This many bytes, counted from the front, are needed for the next step.
    Need(usize),
    /// The record at the front is malformed.
    Corrupt,
}

/// The result of opening a capture.
pub enum Opened<T> {
    /// Its reader, and how many bytes are consumed.
    As(T, usize),
    /// This many bytes are needed to open it.
    Need(usize),
}

impl<T> Opened<T> {
    fn map<U>(self, make: impl FnOnce(T) -> U) -> Opened<U> {
        match self {
            Opened::As(reader, used) => Opened::As(make(reader), used),
            Opened::Need(n) => Opened::Need(n),
        }
    }
}

/// The result of searching for the end of damage.
enum Found {
    /// A plausible record or file header begins at this offset.
    At(usize),
    /// None begins before this offset.
    NotBefore(usize),
    /// One may begin at the front; this many bytes are needed to decide.
    Need(usize),
}

impl Found {
    /// This many bytes from offset `at` are needed.
    fn need(at: usize, n: usize) -> Found {
        if at == 0 { Found::Need(n) } else { Found::NotBefore(at) }
    }
}

/// The capture formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureKind {
    /// Classic pcap, any variant.
    Pcap,
    /// pcapng.
    Pcapng,
    /// Solaris's snoop.
    Snoop,
    /// Microsoft Network Monitor.
    Netmon,
    /// Endace's extensible record format.
    Erf,
}

/// This many bytes at the front show the format.
pub const NEEDED_BYTES: usize = 12;
/// This many bytes show whether another capture begins instead of a record.
const HEADER_BYTES: usize = pcap::HEADER_BYTES;

/// Most formats of joined captures that are named.
const MOST_FORMATS: usize = 8;
/// Longer packets are treated as damage, as in Wireshark (WTAP_MAX_PACKET_SIZE_STANDARD).
const MOST_PACKET_BYTES: u32 = 262_144;
/// The same for D-Bus, USB and the like, whose messages are long.
const MOST_LONG_PACKET_BYTES: u32 = 128 << 20;

fn most_packet_bytes(link_type: u16) -> u32 {
    // LINKTYPE_ numbers of D-Bus, USB (Linux, Linux with padding, Darwin, USBPcap) and EBHSCR.
    if matches!(link_type, 231 | 189 | 220 | 249 | 266 | 279) { MOST_LONG_PACKET_BYTES } else { MOST_PACKET_BYTES }
}

/// The format by its magic number in the first [`NEEDED_BYTES`]; `None` if it is no capture, or a format without one.
pub fn kind(bytes: &[u8]) -> Option<CaptureKind> {
    if pcap::has_magic(bytes) {
        Some(CaptureKind::Pcap)
    } else if pcapng::has_magic(bytes) {
        Some(CaptureKind::Pcapng)
    } else if snoop::has_magic(bytes) {
        Some(CaptureKind::Snoop)
    } else if netmon::has_magic(bytes) {
        Some(CaptureKind::Netmon)
    } else {
        None
    }
}

/// The format of a capture without a magic number (ERF), by the records in `front`. `is_all` if `front` is the whole
/// file.
pub fn kind_by_records(front: &[u8], is_all: bool) -> Option<CaptureKind> {
    erf::looks_like(front, is_all).then_some(CaptureKind::Erf)
}

enum Capture {
    Pcap(Pcap),
    Pcapng(Box<Pcapng>),
    Snoop(Snoop),
    Netmon(Netmon),
    Erf,
}

impl Capture {
    /// Opens the capture that begins here; `n_before` are the packets and comments before it in the file.
    fn open(kind: CaptureKind, bytes: &[u8], n_before: (u64, usize), is_last: bool) -> Opened<Capture> {
        match kind {
            CaptureKind::Pcap => Pcap::open(bytes, is_last).map(Capture::Pcap),
            CaptureKind::Snoop => Snoop::open(bytes).map(Capture::Snoop),
            CaptureKind::Netmon => Netmon::open(bytes).map(Capture::Netmon),
            CaptureKind::Erf => Opened::As(Capture::Erf, 0),
            CaptureKind::Pcapng if bytes.len() < NEEDED_BYTES => Opened::Need(NEEDED_BYTES),
            CaptureKind::Pcapng => Opened::As(Capture::Pcapng(Box::new(Pcapng::after(n_before))), 0),
        }
    }

    /// Searches for the next offset from which records are plausible; the first byte is known not to be one.
    fn find(&self, bytes: &[u8], is_last: bool) -> Found {
        match self {
            Capture::Pcap(pcap) => pcap.find(bytes, is_last),
            Capture::Pcapng(pcapng) => pcapng.find(bytes, is_last),
            Capture::Snoop(_) | Capture::Netmon(_) | Capture::Erf => find_capture(bytes, is_last),
        }
    }

    fn describe(&self) -> String {
        match self {
            Capture::Pcap(pcap) => pcap.describe(),
            Capture::Pcapng(pcapng) => pcapng.describe(),
            Capture::Snoop(_) => "snoop".to_owned(),
            Capture::Netmon(netmon) => netmon.describe(),
            Capture::Erf => "Endace ERF".to_owned(),
        }
    }
}

/// Reads a capture file step by step; the caller keeps the unread bytes.
pub struct CaptureReader {
    current: Capture,
    /// Distinct formats of the captures before it, limited to the first [`MOST_FORMATS`].
    formats: Vec<String>,
    n_captures: u32,
    n_packets: u64,
    /// File offset where the current damage began, while the search for its end goes on.
    lost_at: Option<u64>,
    /// Comments of the captures before it.
    comments: Vec<Comment>,
    bytes_damaged: u64,
    /// The interfaces of all captures in the file.
    interfaces: Interfaces,
    /// The interface of the current capture, if its format describes none.
    interface: Option<u16>,
}

impl CaptureReader {
    /// Opens a file that begins with `bytes`. `is_last` if no bytes follow.
    pub fn open(kind: CaptureKind, bytes: &[u8], is_last: bool) -> Opened<CaptureReader> {
        Capture::open(kind, bytes, (0, 0), is_last).map(|current| {
            let mut reader = CaptureReader {
                current,
                formats: Vec::new(),
                n_captures: 1,
                n_packets: 0,
                lost_at: None,
                comments: Vec::new(),
                bytes_damaged: 0,
                interfaces: Interfaces::default(),
                interface: None,
            };
            reader.choose_interface();
            reader
        })
    }

    /// All packets of the current capture belong to one interface, unless its format describes interfaces.
    fn choose_interface(&mut self) {
        let is_described = matches!(self.current, Capture::Pcapng(_));
        self.interface = if is_described { None } else { Some(self.interfaces.plain()) };
    }

    /// Number of packets read so far.
    pub fn n_packets(&self) -> u64 {
        self.n_packets
    }

    /// Call at the end of the file: the offset of damage that reaches to the end, if any.
    pub fn end_damage(&mut self) -> Option<u64> {
        self.lost_at.take()
    }

    /// Reads one record at the front of `bytes`, which begin at offset `at` of the file, and passes its packet to
    /// `sink`. Damage is counted in `issues` and skipped. `is_last` if no bytes follow.
    #[inline]
    pub fn step(
        &mut self,
        bytes: &[u8],
        at: u64,
        is_last: bool,
        issues: &mut IssueLog,
        sink: &mut impl FnMut(RawPacket<'_>),
    ) -> Progress {
        if let Some(from) = self.lost_at {
            return self.find(bytes, from, is_last, issues);
        }
        if may_begin(bytes)
            && let Some(progress) = self.next_capture(bytes, at, is_last, issues)
        {
            return progress;
        }
        let (n_packets, interface) = (&mut self.n_packets, self.interface);
        let mut counted = |packet: RawPacket<'_>| {
            *n_packets += 1;
            sink(RawPacket { interface: interface.unwrap_or(packet.interface), ..packet });
        };
        let step = match &mut self.current {
            Capture::Pcap(pcap) => pcap.step(bytes, at, is_last, &mut counted),
            Capture::Pcapng(pcapng) => pcapng.step(bytes, at, &mut self.interfaces, issues, &mut counted),
            Capture::Snoop(snoop) => snoop.step(bytes, at, &mut counted),
            Capture::Netmon(netmon) => {
                if netmon.is_past_frames(at) {
                    past_frames(bytes, is_last)
                } else {
                    netmon.step(bytes, at, issues, &mut counted)
                }
            }
            Capture::Erf => erf::step(bytes, at, issues, &mut counted),
        };
        match step {
            Step::Corrupt => {
                // Skip the first byte of this record, so that the search does not find it again.
                self.lost_at = Some(at);
                self.bytes_damaged += 1;
                Progress::Used(1)
            }
            Step::Used(n) => Progress::Used(n),
            Step::Need(n) => Progress::Need(n),
        }
    }

    /// Continues after damage.
    fn find(&mut self, bytes: &[u8], from: u64, is_last: bool, issues: &mut IssueLog) -> Progress {
        match self.current.find(bytes, is_last) {
            Found::Need(n) => Progress::Need(n),
            Found::NotBefore(n) => {
                self.bytes_damaged += n as u64;
                Progress::Used(n)
            }
            Found::At(n) => {
                self.bytes_damaged += n as u64;
                self.lost_at = None;
                issues.add(IssueKind::FileResumed, Some(self.n_packets), Some(from));
                Progress::Used(n)
            }
        }
    }

    /// Opens the capture that begins here, if one does.
    #[cold]
    fn next_capture(&mut self, bytes: &[u8], at: u64, is_last: bool, issues: &mut IssueLog) -> Option<Progress> {
        let is_pcapng = matches!(self.current, Capture::Pcapng(_));
        if bytes.len() < HEADER_BYTES && !is_last {
            return Some(Progress::Need(HEADER_BYTES));
        }
        let kind = capture_at(bytes).filter(|kind| !(is_pcapng && *kind == CaptureKind::Pcapng))?;
        match self.join(kind, bytes, at, is_last, issues) {
            Progress::Need(_) if is_last => None,
            progress => Some(progress),
        }
    }

    /// Opens a capture of this format that begins here, after the current one.
    pub fn join(&mut self, kind: CaptureKind, bytes: &[u8], at: u64, is_last: bool, issues: &mut IssueLog) -> Progress {
        let n_before = (self.n_packets, self.comments().count());
        let (next, used) = match Capture::open(kind, bytes, n_before, is_last) {
            Opened::As(next, used) => (next, used),
            Opened::Need(n) => return Progress::Need(n),
        };
        // A pcapng capture that has not begun yet is this one.
        if !matches!(&self.current, Capture::Pcapng(pcapng) if !pcapng.has_section()) {
            issues.add(IssueKind::CapturesJoined, Some(self.n_packets), Some(at));
            self.n_captures += 1;
        }
        self.leave();
        self.current = next;
        self.choose_interface();
        Progress::Used(used)
    }

    /// Keeps formats, comments and damage of the capture that ends.
    fn leave(&mut self) {
        let format = self.current.describe();
        if self.formats.len() < MOST_FORMATS && !self.formats.contains(&format) {
            self.formats.push(format);
        }
        if let Capture::Pcapng(pcapng) = &mut self.current {
            self.comments.append(&mut pcapng.comments);
            self.bytes_damaged += std::mem::take(&mut pcapng.bytes_damaged);
        }
    }

    /// Number of bytes that could not be read.
    pub fn bytes_damaged(&self) -> u64 {
        let Capture::Pcapng(pcapng) = &self.current else { return self.bytes_damaged };
        self.bytes_damaged + pcapng.bytes_damaged
    }

    /// Names of the interfaces of all captures, indexed by the interface number of packets; empty for one without a
    /// name.
    pub fn interface_names(&self) -> impl Iterator<Item = &str> {
        self.interfaces.names()
    }

    /// Comments of sections, interfaces and packets.
    pub fn comments(&self) -> impl Iterator<Item = &Comment> {
        let current = match &self.current {
            Capture::Pcapng(pcapng) => pcapng.comments.as_slice(),
            _ => &[],
        };
        self.comments.iter().chain(current)
    }

    /// The formats in words, as shown to people.
    pub fn describe(&self) -> String {
        let current = self.current.describe();
        let mut formats: Vec<&str> = self.formats.iter().map(String::as_str).collect();
        if !formats.contains(&current.as_str()) && formats.len() < MOST_FORMATS {
            formats.push(&current);
        }
        let formats = formats.join(", then ");
        if self.n_captures > 1 { format!("{formats} ({} captures in one file)", self.n_captures) } else { formats }
    }
}

/// The format whose file header begins here, checked strictly enough to be used anywhere in a file.
fn capture_at(bytes: &[u8]) -> Option<CaptureKind> {
    if pcap::is_file_header(bytes) {
        Some(CaptureKind::Pcap)
    } else if pcapng::is_section_header(bytes) {
        Some(CaptureKind::Pcapng)
    } else {
        snoop::has_magic(bytes).then_some(CaptureKind::Snoop)
    }
}

/// Searches for the next file header.
fn find_capture(bytes: &[u8], is_last: bool) -> Found {
    for at in 0..bytes.len() {
        let rest = bytes.get(at..).unwrap_or(&[]);
        if rest.len() < HEADER_BYTES && !is_last {
            return Found::need(at, HEADER_BYTES);
        }
        if capture_at(rest).is_some() {
            return Found::At(at);
        }
    }
    Found::NotBefore(bytes.len())
}

/// Skips what follows the frames of a capture, up to the next file header.
fn past_frames(bytes: &[u8], is_last: bool) -> Step {
    match find_capture(bytes, is_last) {
        // A header that could not be opened.
        Found::At(0) => Step::Used(bytes.len().min(1)),
        Found::At(n) | Found::NotBefore(n) => Step::Used(n),
        Found::Need(n) => Step::Need(n),
    }
}

/// A quick check whether another capture may begin with these bytes; hardly any record passes it.
#[inline]
fn may_begin(bytes: &[u8]) -> bool {
    pcap::has_magic(bytes) || pcapng::has_magic(bytes) || snoop::has_magic(bytes)
}
