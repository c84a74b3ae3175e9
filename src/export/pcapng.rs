//! Packets to a pcapng file: nanoseconds, an interface for each link type, a comment where there is something to be said.
//!
//! Source: draft-ietf-opsawg-pcapng.

use crate::export::{About, Export, Writer};
use crate::model::format::visible;
use std::io::{self, Write};

/// The packets.
pub const EXPORT: Export = Export {
    id: "pcapng",
    help: "Write the packets as pcapng, with a comment on those of findings; reads the input again; only headers with pseudonyms",
    media_type: "application/x-pcapng",
    is_at_top: false,
    about: |_| About::new("packets (pcapng)", "packets.pcapng"),
    writer: Writer::Packets,
};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
/// Options: end of them, comment, resolution of times of an interface, name of the program.
const END: u16 = 0;
const COMMENT: u16 = 1;
const RESOLUTION: u16 = 9;
const PROGRAM: u16 = 4;
/// Times are in units of ten to the power of minus this.
const NANOSECONDS: u8 = 9;
/// Longest option.
const MOST_OPTION_BYTES: usize = 0xfff0;

/// A packet to be written.
pub struct PacketOut<'a> {
    /// ns since 1970.
    pub time_ns: i64,
    /// LINKTYPE_ number.
    pub link_type: u16,
    /// Bytes on the wire.
    pub wire_bytes: u32,
    /// Captured bytes.
    pub data: &'a [u8],
    /// What is said of it; empty for nothing.
    pub comment: &'a str,
}

/// Writes a file.
pub struct PcapngWriter<'a> {
    out: &'a mut dyn Write,
    /// Link types of the interfaces so far.
    interfaces: Vec<u16>,
    body: Vec<u8>,
}

impl<'a> PcapngWriter<'a> {
    /// Begins a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(out: &'a mut dyn Write) -> io::Result<PcapngWriter<'a>> {
        let mut writer = PcapngWriter { out, interfaces: Vec::new(), body: Vec::new() };
        // Byte order, version 1.0, length unknown.
        writer.body.extend(0x1a2b_3c4d_u32.to_le_bytes());
        writer.body.extend([1, 0, 0, 0]);
        writer.body.extend((-1_i64).to_le_bytes());
        writer.option(PROGRAM, concat!("Packetloupe ", env!("CARGO_PKG_VERSION")).as_bytes());
        writer.option(END, &[]);
        writer.block(SECTION_HEADER)?;
        Ok(writer)
    }

    /// Adds a packet.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn packet(&mut self, packet: &PacketOut<'_>) -> io::Result<()> {
        let interface = match self.interfaces.iter().position(|link_type| *link_type == packet.link_type) {
            Some(place) => place,
            None => self.interface(packet.link_type)?,
        };
        let ticks = u64::try_from(packet.time_ns).unwrap_or(0);
        let words = [
            interface as u32,
            (ticks >> 32) as u32,
            ticks as u32,
            packet.data.len() as u32,
            packet.wire_bytes.max(packet.data.len() as u32),
        ];
        self.body.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        self.padded(packet.data);
        if !packet.comment.is_empty() {
            let comment: Vec<String> = packet.comment.lines().map(visible::text).collect();
            let comment = comment.join("\n");
            let end = comment.floor_char_boundary(MOST_OPTION_BYTES);
            self.option(COMMENT, comment.get(..end).unwrap_or_default().as_bytes());
            self.option(END, &[]);
        }
        self.block(ENHANCED_PACKET)
    }

    fn interface(&mut self, link_type: u16) -> io::Result<usize> {
        self.body.extend(link_type.to_le_bytes());
        self.body.extend([0; 6]);
        self.option(RESOLUTION, &[NANOSECONDS]);
        self.option(END, &[]);
        self.block(INTERFACE)?;
        self.interfaces.push(link_type);
        Ok(self.interfaces.len() - 1)
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        self.body.extend(code.to_le_bytes());
        self.body.extend((value.len() as u16).to_le_bytes());
        self.padded(value);
    }

    fn padded(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
        self.body.resize(self.body.len().next_multiple_of(4), 0);
    }

    fn block(&mut self, kind: u32) -> io::Result<()> {
        let length = (self.body.len() as u32 + 12).to_le_bytes();
        self.out.write_all(&kind.to_le_bytes())?;
        self.out.write_all(&length)?;
        self.out.write_all(&self.body)?;
        self.body.clear();
        self.out.write_all(&length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_whole_and_interfaces_come_before_their_packets() {
        let mut out = Vec::new();
        let mut writer = PcapngWriter::begin(&mut out).unwrap();
        for (link_type, comment) in [(1, ""), (113, "beacon-1: a\u{202e}b"), (1, "")] {
            let data = [7; 5];
            let packet =
                PacketOut { time_ns: 1_700_000_000_000_000_001, link_type, wire_bytes: 60, data: &data, comment };
            writer.packet(&packet).unwrap();
        }
        let mut kinds = Vec::new();
        let mut rest = out.as_slice();
        while let [a, b, c, d, e, f, g, h, ..] = rest {
            let length = u32::from_le_bytes([*e, *f, *g, *h]) as usize;
            kinds.push(u32::from_le_bytes([*a, *b, *c, *d]));
            assert_eq!(rest[length - 4..length], rest[4..8]);
            rest = &rest[length..];
        }
        assert!(rest.is_empty());
        assert_eq!(kinds, [SECTION_HEADER, INTERFACE, ENHANCED_PACKET, INTERFACE, ENHANCED_PACKET, ENHANCED_PACKET]);
        let comment = "beacon-1: a\u{fffd}b".as_bytes();
        assert!(out.windows(comment.len()).any(|window| window == comment));
    }
}
