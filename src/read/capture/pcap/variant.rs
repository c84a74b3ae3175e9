//! Recognises from the first records of a pcap which variant wrote it: vendors changed the record header, not always
//! the magic number.
//!
//! Source: Wireshark, `wiretap/libpcap.c` and `libpcap.h`, which name the programs.

use super::super::MOST_PACKET_BYTES;
use super::look::Look;
use super::{MOST_WIRE_BYTES, Pcap, RECORD_BYTES, RecordHeader};

/// What is behind the four fields of a record's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Variant {
    /// Nothing.
    Standard,
    /// Interface, protocol and type, under the plain magic number: Red Hat 6.1.
    RedHat,
    /// Four bytes of Nokia's own.
    Nokia,
    /// Interface, protocol and type: Kuznetzov's.
    Modified,
    /// The same and the numbers of two processors: SuSE 6.3.
    Suse,
    /// Nothing, but the file header has a length more.
    Ixia,
    /// Nothing, but link types are interface types, and times are in nanoseconds.
    Aix,
}

pub(super) const STANDARD: &[Variant] = &[Variant::Standard, Variant::RedHat, Variant::Nokia];
pub(super) const NANOSECONDS: &[Variant] = &[Variant::Standard];
pub(super) const MODIFIED: &[Variant] = &[Variant::Modified, Variant::Suse];
pub(super) const IXIA: &[Variant] = &[Variant::Ixia];

impl Variant {
    /// Bytes of a record's header.
    #[inline]
    pub fn head_bytes(self) -> usize {
        match self {
            Variant::Standard | Variant::Ixia | Variant::Aix => RECORD_BYTES,
            Variant::Nokia => 20,
            Variant::RedHat | Variant::Modified => 24,
            Variant::Suse => 28,
        }
    }

    /// In words, behind "pcap".
    pub fn describe(self) -> &'static str {
        match self {
            Variant::Standard => "",
            Variant::RedHat => " (Red Hat 6.1)",
            Variant::Nokia => " (Nokia)",
            Variant::Modified => " (modified)",
            Variant::Suse => " (SuSE 6.3)",
            Variant::Ixia => " (IXIA)",
            Variant::Aix => " (AIX)",
        }
    }
}

/// The link type of a file of AIX: its version is 2.2 and it names interfaces by RFC 1573.
pub(super) fn aix_link_type(version: (u16, u16), network: u32) -> Option<u16> {
    match (version, network) {
        ((2, 2), 6) => Some(1),
        ((2, 2), 9) => Some(6),
        ((2, 2), 15) => Some(10),
        ((2, 2), 24) => Some(0),
        _ => None,
    }
}

impl Pcap {
    /// The first of the variants under which the first records make sense, or else the first; or how many bytes of
    /// records it takes to say.
    pub(super) fn choose(&self, variants: &[Variant], records: &[u8], is_last: bool) -> Result<Variant, usize> {
        let first = variants.first().copied().unwrap_or(Variant::Standard);
        if variants.len() <= 1 {
            return Ok(first);
        }
        // Longer ones there are only of links of which no maker made a variant.
        let fits = |record: &RecordHeader| {
            record.fraction < self.units_per_second()
                && record.captured <= MOST_PACKET_BYTES
                && (record.captured..=MOST_WIRE_BYTES).contains(&record.wire)
        };
        for variant in variants {
            match self.look(variant.head_bytes(), records, is_last, fits) {
                Look::Yes => return Ok(*variant),
                Look::Need(need) => return Err(need),
                Look::No => {}
            }
        }
        Ok(first)
    }
}
