//! The first records of a pcap to the variant that wrote them: makers changed the record's header, not always the magic
//! number.
//!
//! Source: Wireshark, `wiretap/libpcap.c` and `libpcap.h`, which name the programs.

use super::super::MOST_PACKET_BYTES;
use super::{HEADER_BYTES, MOST_WIRE_BYTES, Pcap, RECORD_BYTES, is_file_header};

/// So many records are looked at.
const N_RECORDS: usize = 3;

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

/// What a walk over the first records gave.
enum Walk {
    Fits,
    /// So many bytes would be needed to go on.
    Short(usize),
    Fails,
}

impl Pcap {
    /// The first of the variants under which the first records make sense, or else the first; or how many bytes of
    /// records it takes to say.
    pub(super) fn choose(&self, variants: &[Variant], records: &[u8], is_last: bool) -> Result<Variant, usize> {
        let first = variants.first().copied().unwrap_or(Variant::Standard);
        if variants.len() <= 1 {
            return Ok(first);
        }
        for variant in variants {
            match self.walk(*variant, records, is_last) {
                Walk::Fits => return Ok(*variant),
                Walk::Short(need) if !is_last => return Err(need),
                Walk::Short(_) | Walk::Fails => {}
            }
        }
        Ok(first)
    }

    fn walk(&self, variant: Variant, records: &[u8], is_last: bool) -> Walk {
        let head = variant.head_bytes();
        let mut at = 0;
        for number in 0..N_RECORDS {
            let rest = records.get(at..).unwrap_or(&[]);
            if number > 0 && (is_file_header(rest) || is_last && rest.is_empty()) {
                return Walk::Fits;
            }
            if rest.len() < HEADER_BYTES && !is_last {
                return Walk::Short(at + HEADER_BYTES);
            }
            let Some(record) = self.record(rest) else { return Walk::Short(at + head) };
            // Longer ones there are only of links of which no maker made a variant.
            let is_odd = record.fraction >= self.units_per_second()
                || record.captured > MOST_PACKET_BYTES
                || record.wire > MOST_WIRE_BYTES
                || record.captured > record.wire;
            if is_odd {
                return Walk::Fails;
            }
            at += head + record.captured as usize;
            if records.len() < at {
                return Walk::Short(at);
            }
        }
        Walk::Fits
    }
}
