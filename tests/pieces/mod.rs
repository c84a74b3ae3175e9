//! Capture files to their packets, to leave out some, and to cut packets behind their headers.

use etherparse::{LaxNetSlice, LaxSlicedPacket, TransportSlice};

/// A piece of a capture file.
pub enum Piece {
    /// A header, or a block without a packet.
    Other(Vec<u8>),
    /// A packet: how much of it is header and data, as a record of pcap or a block of pcapng.
    Packet(Vec<u8>),
}

/// The pieces of a pcap or pcapng file, little-endian.
pub fn of(bytes: &[u8]) -> Vec<Piece> {
    if bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) { blocks(bytes) } else { records(bytes) }
}

/// The file of these pieces.
pub fn join<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> Vec<u8> {
    let bytes = |piece: &'a Piece| match piece {
        Piece::Other(bytes) | Piece::Packet(bytes) => bytes.iter().copied(),
    };
    pieces.into_iter().flat_map(bytes).collect()
}

/// What a packet holds that is TCP: its sender's and its receiver's address and port as bytes, and its payload.
pub fn tcp(packet: &[u8]) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let (_, data_at, n) = places(packet);
    let sliced = slice(&packet[data_at..data_at + n])?;
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { return None };
    let (mut sender, mut receiver) = match sliced.net? {
        LaxNetSlice::Ipv4(ip) => (ip.header().source().to_vec(), ip.header().destination().to_vec()),
        LaxNetSlice::Ipv6(ip) => (ip.header().source().to_vec(), ip.header().destination().to_vec()),
        LaxNetSlice::Arp(_) => return None,
    };
    sender.extend(tcp.source_port().to_be_bytes());
    receiver.extend(tcp.destination_port().to_be_bytes());
    Some((sender, receiver, tcp.payload().to_vec()))
}

fn word(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// The header and the records of a pcap file, little-endian.
fn records(bytes: &[u8]) -> Vec<Piece> {
    assert_eq!(word(bytes, 0), 0xa1b2_c3d4);
    let (mut pieces, mut at) = (vec![Piece::Other(bytes[..24].to_vec())], 24);
    while at < bytes.len() {
        let end = at + 16 + word(bytes, at + 8);
        pieces.push(Piece::Packet(bytes[at..end].to_vec()));
        at = end;
    }
    pieces
}

/// The blocks of a pcapng file, little-endian.
fn blocks(bytes: &[u8]) -> Vec<Piece> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let end = at + word(bytes, at + 4);
        let block = bytes[at..end].to_vec();
        pieces.push(if word(&block, 0) == 6 { Piece::Packet(block) } else { Piece::Other(block) });
        at = end;
    }
    pieces
}

/// A record or block whose packet is cut behind its TCP header; none if it is no TCP.
pub fn tcp_headers(packet: &[u8]) -> Option<Vec<u8>> {
    let (captured_at, data_at, n) = places(packet);
    let data = &packet[data_at..data_at + n];
    let sliced = slice(data)?;
    let Some(TransportSlice::Tcp(tcp)) = sliced.transport else { return None };
    let n_headers = tcp.payload().as_ptr() as usize - data.as_ptr() as usize;
    let mut cut = packet[..data_at].to_vec();
    cut[captured_at..captured_at + 4].copy_from_slice(&(n_headers as u32).to_le_bytes());
    cut.extend(&data[..n_headers]);
    if data_at == BLOCK_DATA {
        cut.resize(cut.len().next_multiple_of(4), 0);
        let length = (cut.len() as u32 + 4).to_le_bytes();
        cut[4..8].copy_from_slice(&length);
        cut.extend(length);
    }
    Some(cut)
}

/// Where data begins in a block.
const BLOCK_DATA: usize = 28;

/// Where a record or block says how much was captured, where that begins, and how much it is.
fn places(packet: &[u8]) -> (usize, usize, usize) {
    // A record begins with the seconds, of no time since 1970 that anybody captured at.
    let (captured_at, data_at) = if word(packet, 0) == 6 { (20, BLOCK_DATA) } else { (8, 16) };
    (captured_at, data_at, word(packet, captured_at))
}

fn slice(data: &[u8]) -> Option<LaxSlicedPacket<'_>> {
    // No Ethernet frame of a capture here begins as an IPv4 header of 20 bytes does; without a link header some do.
    let is_ip = data.first() == Some(&0x45);
    if is_ip { LaxSlicedPacket::from_ip(data).ok() } else { LaxSlicedPacket::from_ethernet(data).ok() }
}
