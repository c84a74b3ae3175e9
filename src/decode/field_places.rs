//! Fields of headers to where they stand in their layer, so that bytes and fields can be told from each other.

use crate::model::listing::{FieldDetail, LayerDetail};

/// Name, first byte within the header, and bytes.
type Place = (&'static str, u32, u32);

const ETHERNET: &[Place] = &[("Destination MAC", 0, 6), ("Source MAC", 6, 6)];
/// RFC 826, over Ethernet.
const ARP: &[Place] =
    &[("Operation", 6, 2), ("Sender MAC", 8, 6), ("Sender IP", 14, 4), ("Target MAC", 18, 6), ("Target IP", 24, 4)];
/// RFC 791, section 3.1.
const IPV4: &[Place] = &[
    ("Total length", 2, 2),
    ("Identification", 4, 2),
    ("Flags", 6, 1),
    ("Fragment offset", 6, 2),
    ("TTL", 8, 1),
    ("Protocol", 9, 1),
    ("Header checksum", 10, 2),
    ("Source", 12, 4),
    ("Destination", 16, 4),
];
/// RFC 8200, section 3. The protocol is that of the last extension header, which may stand elsewhere.
const IPV6: &[Place] = &[
    ("Traffic class", 0, 2),
    ("Flow label", 1, 3),
    ("Payload length", 4, 2),
    ("Hop limit", 7, 1),
    ("Source", 8, 16),
    ("Destination", 24, 16),
];
/// RFC 9293, section 3.1; the options fill the rest of the header.
const TCP: &[Place] = &[
    ("Source port", 0, 2),
    ("Destination port", 2, 2),
    ("Sequence number", 4, 4),
    ("Acknowledgment number", 8, 4),
    ("Header length", 12, 1),
    ("Flags", 13, 1),
    ("Window", 14, 2),
    ("Checksum", 16, 2),
    ("Options", 20, 40),
];
/// RFC 768.
const UDP: &[Place] = &[("Source port", 0, 2), ("Destination port", 2, 2)];
/// RFC 792 and RFC 4443; the identifier is that of echo messages.
const ICMP: &[Place] = &[("Type", 0, 1), ("Code", 1, 1), ("Identifier", 4, 2)];

/// A layer with its fields, those of headers at their places.
pub(super) fn layer(name: &str, start: u32, length: u32, fields: Vec<(&str, String)>) -> LayerDetail {
    let places = match name {
        "Ethernet" => ETHERNET,
        "ARP" => ARP,
        "IPv4" => IPV4,
        "IPv6" => IPV6,
        "TCP" => TCP,
        "UDP" => UDP,
        "ICMP" | "ICMPv6" => ICMP,
        _ => &[],
    };
    let fields = fields.into_iter().map(|(name, value)| {
        let place = places.iter().find(|(own, at, _)| *own == name && *at < length);
        let (at, bytes) = place.map_or((0, 0), |(_, at, bytes)| (start + at, (*bytes).min(length - at)));
        FieldDetail { name: name.to_owned(), value, start: at, length: bytes }
    });
    LayerDetail { name: name.to_owned(), start, length, fields: fields.collect() }
}
