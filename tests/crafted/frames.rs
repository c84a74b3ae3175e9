//! Headers and messages, written byte by byte: just as much as crafted traffic needs. Checksums are left zero.

pub const SYN: u8 = 0x02;
pub const ACK: u8 = 0x10;
pub const DATA: u8 = 0x18;

pub type Ip = [u8; 4];

/// Ends and numbers of a TCP segment.
#[derive(Clone, Copy)]
pub struct Ends {
    pub from: (Ip, u16),
    pub to: (Ip, u16),
}

impl Ends {
    /// From a client to a server.
    pub fn new(from: (impl Into<Ip>, u16), to: (impl Into<Ip>, u16)) -> Ends {
        Ends { from: (from.0.into(), from.1), to: (to.0.into(), to.1) }
    }

    pub fn back(self) -> Ends {
        Ends { from: self.to, to: self.from }
    }
}

/// A number that looks random and is another one for every other `n`.
pub fn mix(n: u64) -> u32 {
    let n = (n as u32).wrapping_mul(0x9e37_79b1);
    (n ^ (n >> 15)).wrapping_mul(0x85eb_ca6b)
}

/// An address of 10.0.0.0/8.
pub fn inside(n: u64) -> Ip {
    (0x0a00_0000 | (n as u32 & 0x00ff_ffff)).to_be_bytes()
}

pub fn mac(n: u64) -> [u8; 6] {
    let n = n.to_be_bytes();
    [0x02, n[3], n[4], n[5], n[6], n[7]]
}

pub fn ethernet(from: [u8; 6], to: [u8; 6], kind: u16, payload: &[u8]) -> Vec<u8> {
    [&to[..], &from, &kind.to_be_bytes(), payload].concat()
}

/// Between the same two devices, as behind a router.
pub fn routed(packet: &[u8]) -> Vec<u8> {
    ethernet(mac(1), mac(2), 0x0800, packet)
}

pub fn ipv4(protocol: u8, from: Ip, to: Ip, payload: &[u8]) -> Vec<u8> {
    piece(protocol, (from, to), 0, (0, false), payload)
}

/// A piece of an IPv4 packet: its number, where it begins, and whether more follow.
pub fn piece(
    protocol: u8,
    (from, to): (Ip, Ip),
    id: u16,
    (offset, is_followed): (u16, bool),
    payload: &[u8],
) -> Vec<u8> {
    let place = (offset / 8) | if is_followed { 0x2000 } else { 0 };
    let length = (20 + payload.len()) as u16;
    let head = [&[0x45, 0][..], &length.to_be_bytes(), &id.to_be_bytes(), &place.to_be_bytes(), &[64, protocol, 0, 0]];
    [&head.concat()[..], &from, &to, payload].concat()
}

pub fn udp(ends: Ends, payload: &[u8]) -> Vec<u8> {
    let length = (8 + payload.len()) as u16;
    let head = [ends.from.1.to_be_bytes(), ends.to.1.to_be_bytes(), length.to_be_bytes(), [0, 0]].concat();
    routed(&ipv4(17, ends.from.0, ends.to.0, &[&head[..], payload].concat()))
}

pub fn tcp(ends: Ends, flags: u8, sequence: u32, payload: &[u8]) -> Vec<u8> {
    routed(&ipv4(6, ends.from.0, ends.to.0, &segment(ends, flags, sequence, payload)))
}

pub fn segment(ends: Ends, flags: u8, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let ports = [ends.from.1.to_be_bytes(), ends.to.1.to_be_bytes()].concat();
    let numbers = [sequence.to_be_bytes(), 1_u32.to_be_bytes()].concat();
    [&ports[..], &numbers, &[0x50, flags, 0x20, 0, 0, 0, 0, 0], payload].concat()
}

pub fn arp(kind: u8, sender: ([u8; 6], Ip), target: ([u8; 6], Ip)) -> Vec<u8> {
    let head = [0, 1, 8, 0, 6, 4, 0, kind];
    let body = [&head[..], &sender.0, &sender.1, &target.0, &target.1].concat();
    ethernet(sender.0, if kind == 1 { [0xff; 6] } else { target.0 }, 0x0806, &body)
}

pub fn icmp(from: Ip, to: Ip, head: [u8; 2], rest: &[u8]) -> Vec<u8> {
    routed(&ipv4(1, from, to, &[&head[..], &[0, 0], rest].concat()))
}

/// A name of DNS of these labels.
pub fn labels<'a>(labels: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut name = Vec::new();
    for label in labels {
        name.push(label.len() as u8);
        name.extend(label.bytes());
    }
    name.push(0);
    name
}

/// A question of DNS for this name and record type.
pub fn question(id: u16, name: &[u8], kind: u16) -> Vec<u8> {
    let head = [&id.to_be_bytes()[..], &[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]].concat();
    [&head[..], name, &kind.to_be_bytes(), &[0, 1]].concat()
}

/// An answer without a question: `name` has this IPv4 address.
pub fn answer(name: &[u8], address: Ip) -> Vec<u8> {
    [&[0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0][..], name, &[0, 1, 0, 1, 0, 0, 0, 60, 0, 4], &address].concat()
}

/// A name of NetBIOS in its first-level encoding (RFC 1001, section 14).
pub fn netbios(name: &str) -> Vec<u8> {
    let padded = format!("{name:<15}\0");
    let letters: String =
        padded.bytes().take(16).flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]).map(char::from).collect();
    labels([letters.as_str()])
}

/// A DHCP discovery of this device, with its name.
pub fn discovery(device: [u8; 6], name: &str) -> Vec<u8> {
    let mut body = vec![1, 1, 6, 0];
    body.extend(&device[2..]);
    body.extend([0; 20]);
    body.extend(device);
    body.extend([0; 10 + 64 + 128]);
    body.extend([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 12, name.len() as u8]);
    body.extend(name.bytes());
    body.push(255);
    body
}

/// A TLS record of handshakes.
pub fn record(handshake: &[u8]) -> Vec<u8> {
    [&[22, 3, 1][..], &(handshake.len() as u16).to_be_bytes(), handshake].concat()
}

/// A TLS 1.2 client's hello for this server.
pub fn hello(server: &str) -> Vec<u8> {
    let n = server.len() as u16;
    let name = [&(n + 3).to_be_bytes()[..], &[0], &n.to_be_bytes(), server.as_bytes()].concat();
    let extension = [&[0, 0][..], &(name.len() as u16).to_be_bytes(), &name].concat();
    let body = [&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0], &(extension.len() as u16).to_be_bytes(), &extension];
    handshake(1, &body.concat())
}

/// A TLS 1.2 server's hello.
pub fn server_hello() -> Vec<u8> {
    handshake(2, &[&[3, 3][..], &[7; 32], &[0, 0x13, 1, 0]].concat())
}

/// A chain of so many certificates, each of these bytes.
pub fn certificates(n: usize, der: &[u8]) -> Vec<u8> {
    let length = |n: usize| (n as u32).to_be_bytes()[1..].to_vec();
    let one = [&length(der.len())[..], der].concat();
    let all = one.repeat(n);
    handshake(11, &[&length(all.len())[..], &all].concat())
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &(body.len() as u32).to_be_bytes()[1..], body].concat()
}

/// GRE without options around an IPv4 packet.
pub fn gre(n: usize, from: Ip, to: Ip, inner: Vec<u8>) -> Vec<u8> {
    (0..n).fold(inner, |inner, _| ipv4(47, from, to, &[&[0, 0, 8, 0][..], &inner].concat()))
}

/// A beacon of 802.11: its sender and the network's name.
pub fn beacon(sender: [u8; 6], network: &str) -> Vec<u8> {
    let head = [&[0x80, 0, 0, 0][..], &[0xff; 6], &sender, &sender, &[0, 0]].concat();
    [&head[..], &[0; 8], &[100, 0, 1, 0], &[0, network.len() as u8], network.as_bytes()].concat()
}
