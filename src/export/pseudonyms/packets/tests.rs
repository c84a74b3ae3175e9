//! Packets under pseudonyms: what stays of them, and what does not.

use super::*;
use crate::export::pseudonyms::cipher::PseudonymKey;
use etherparse::{PacketBuilder, SlicedPacket, TransportSlice};

fn keyed() -> Keyed {
    Keyed::new(&PseudonymKey::new([3; 32]))
}

fn with(link_type: u16, packet: &[u8]) -> Vec<u8> {
    headers(&keyed(), &mut PseudonymCache::default(), link_type, packet)
}

#[test]
fn a_packet_keeps_its_headers_and_neither_addresses_nor_what_it_carries() {
    let mut packet = Vec::new();
    let builder = PacketBuilder::ethernet2([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 6])
        .single_vlan(etherparse::VlanId::try_new(7).unwrap())
        .ipv4([10, 1, 2, 3], [10, 1, 2, 4], 63)
        .tcp(40_000, 443, 17, 1024)
        .options_raw(&[2, 4, 5, 180, 30, 4, 10, 1])
        .unwrap()
        .psh();
    builder.write(&mut packet, b"secret").unwrap();
    let out = with(1, &packet);
    assert_eq!(out.len(), packet.len() - 6);
    for gone in [&b"secret"[..], &[10, 1, 2], &[0, 1, 2, 3, 4]] {
        assert!(!out.windows(gone.len()).any(|window| window == gone), "{gone:?}");
    }
    // etherparse wants the bytes that the header speaks of.
    let whole = [out.as_slice(), &[0; 6]].concat();
    let read = SlicedPacket::from_ethernet(&whole).unwrap();
    let Some(etherparse::NetSlice::Ipv4(ip)) = &read.net else { panic!("{read:?}") };
    let header = ip.header().to_header();
    assert_eq!(header.calc_header_checksum(), header.header_checksum);
    assert_eq!(header.source[..3], header.destination[..3]);
    assert_eq!(header.source, keyed().v4([10, 1, 2, 3].into()).octets());
    let Some(TransportSlice::Tcp(tcp)) = &read.transport else { panic!("{read:?}") };
    assert_eq!((tcp.source_port(), tcp.destination_port(), tcp.sequence_number()), (40_000, 443, 17));
    assert_eq!(tcp.options(), [2, 4, 5, 180, 1, 1, 1, 1]);
}

#[test]
fn neighbours_keep_their_questions_under_the_same_pseudonyms() {
    let (own, asked) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let ethernet = [[0xff; 6], [2, 0, 0, 0, 0, 1]].concat();
    let arp =
        [ethernet.as_slice(), &[8, 6, 0, 1, 8, 0, 6, 4, 0, 1], &[2, 0, 0, 0, 0, 1], &own, &[0; 6], &asked, b"padding"];
    let out = with(1, &arp.concat());
    assert_eq!(out.len(), 42);
    assert_eq!(out[..6], [0xff; 6]);
    assert_eq!(out[22..28], keyed().mac([2, 0, 0, 0, 0, 1]));
    assert_eq!(out[28..32], keyed().v4(own.into()).octets());
    assert_eq!(out[32..38], [0; 6]);
    assert_eq!(out[38..42], keyed().v4(asked.into()).octets());

    let mut solicitation = Vec::new();
    let target: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let body = [&[0; 4][..], &target, &[1, 1, 2, 0, 0, 0, 0, 1], &[3, 4, 5, 6, 7, 8, 9, 9]].concat();
    let builder = PacketBuilder::ipv6([0xfe; 16], [0xff; 16], 255);
    builder.icmpv6_raw(135, 0, [0; 4]).write(&mut solicitation, &body[4..]).unwrap();
    let out = with(101, &solicitation);
    assert_eq!(out.len(), 40 + 8 + 16 + 8);
    assert_eq!(out[48..64], keyed().v6(target.into()).octets());
    assert_eq!(out[66..72], keyed().mac([2, 0, 0, 0, 0, 1]));
}

#[test]
fn what_is_not_known_or_cut_off_ends_a_packet() {
    assert!(with(105, &[7; 60]).is_empty());
    assert!(with(1, &[7; 13]).is_empty());
    // A frame of another protocol keeps its link header only.
    assert_eq!(with(1, &[7; 60]).len(), 14);
    let mut packet = Vec::new();
    PacketBuilder::ipv4([10, 1, 2, 3], [10, 1, 2, 4], 63).udp(53, 53).write(&mut packet, b"names").unwrap();
    assert_eq!(with(101, &packet).len(), 28);
    for length in 0..packet.len() {
        assert!(with(101, &packet[..length]).len() <= length);
    }
    // A later part of a packet has no header of its own.
    packet[7] = 1;
    assert_eq!(with(101, &packet).len(), 20);
}

#[test]
fn any_bytes_are_taken() {
    let mut bytes: Vec<u8> = (0..=255).collect();
    for start in 0..256 {
        bytes.rotate_left(1);
        for link_type in [0, 1, 12, 101, 113, 276] {
            for kind in [[8, 0], [0x86, 0xdd], [0x88, 0x47], [0x88, 0x64], [8, 6], [0x81, 0]] {
                let mut packet = bytes.clone();
                packet[12..14].copy_from_slice(&kind);
                assert!(with(link_type, &packet).len() <= packet.len(), "{start}");
            }
        }
    }
}
