//! Crafted traffic, each kind aimed at one table or buffer of the line. A frame is made of its number alone.

use super::frames::*;

/// A kind of traffic.
pub struct Traffic {
    pub name: &'static str,
    /// What would suffer.
    pub aims_at: &'static str,
    /// Frames that a benchmark begins with.
    pub n: u64,
    pub link_type: u32,
    /// Time of a frame in microseconds.
    pub micros: fn(u64) -> u64,
    pub frame: fn(u64) -> Vec<u8>,
}

const SERVER: Ip = [203, 0, 113, 80];
const CLIENT: Ip = [10, 0, 0, 5];
const RESOLVER: Ip = [10, 0, 0, 53];
const GROUP: Ip = [224, 0, 0, 251];

const fn traffic(name: &'static str, aims_at: &'static str, n: u64, frame: fn(u64) -> Vec<u8>) -> Traffic {
    Traffic { name, aims_at, n, link_type: 1, micros: |n| n * 2, frame }
}

pub const ALL: &[Traffic] = &[
    traffic("syn-spoofed", "flows, hosts, contacts", 1_000_000, syn_spoofed),
    traffic("udp-spoofed", "flows, services, ports", 1_000_000, udp_spoofed),
    traffic("icmp-spoofed", "flows, hosts", 1_000_000, |n| icmp(mix(n).to_be_bytes(), SERVER, [8, 0], &[0; 12])),
    traffic("pairs", "pairs of hosts", 1_000_000, pairs),
    traffic("one-host-out", "contacts of one host", 1_000_000, one_host_out),
    traffic("same-ends", "places of the flow table", 500_000, same_ends),
    traffic("restarts", "flows of the same five-tuple", 500_000, restarts),
    traffic("connections", "streams, whole connections", 500_000, connections),
    traffic("arp-macs", "devices", 500_000, |n| arp(1, (mac(n), inside(n)), ([0; 6], inside(n + 1)))),
    traffic("arp-claims", "claims to one address", 500_000, |n| arp(2, (mac(n), inside(1)), (mac(1), inside(2)))),
    traffic("arp-sweep", "questions of one device", 500_000, |n| arp(1, (mac(1), inside(1)), ([0; 6], inside(n)))),
    traffic("frames-macs", "stations of a switch", 500_000, |n| ethernet(mac(mix(n).into()), mac(n), 0x88b5, &[0; 46])),
    traffic("names-one-domain", "names below a domain", 500_000, |n| dns(n, &[&tag(n), "tunnel", "example", "com"])),
    traffic("names-long", "bytes of names", 250_000, names_long),
    traffic("names-domains", "registered domains", 500_000, |n| dns(n, &[&format!("d{:08x}", mix(n)), "com"])),
    traffic("names-clients", "askers of names", 500_000, names_clients),
    traffic("names-labels", "labels of a name", 250_000, names_labels),
    traffic("names-answers", "addresses of names", 500_000, names_answers),
    traffic("names-refused", "names that do not exist", 500_000, names_refused),
    traffic("mdns", "answers of multicast", 500_000, mdns),
    traffic("llmnr", "who answers whom", 500_000, llmnr),
    traffic("crowds", "crowds of scanners", 500_000, crowds),
    traffic("nbns", "answers for NetBIOS names", 500_000, nbns),
    traffic("dhcp", "devices and their names", 250_000, dhcp),
    traffic("pieces-unfinished", "IP packets in pieces", 500_000, pieces_unfinished),
    traffic("pieces-overlapping", "pieces of one packet", 2_000_000, pieces_overlapping),
    traffic("pieces-tiny", "pieces of 8 bytes", 500_000, pieces_tiny),
    traffic("pieces-last-first", "whether a packet is whole", 500_000, pieces_last_first),
    traffic("pieces-claiming", "pieces that lie over others", 250_000, pieces_claiming),
    traffic("holes-one-stream", "segments that wait", 500_000, |n| holes(n, 1)),
    traffic("holes-many-streams", "streams that wait", 500_000, |n| holes(n, 40_000)),
    traffic("holes-large", "bytes that wait", 100_000, holes_large),
    traffic("bytes-one-stream", "a head that never ends", 2_000_000, |n| bytes(n, 1)),
    traffic("bytes-many-streams", "heads that never end", 500_000, |n| bytes(n, 40_000)),
    traffic("repeated-segment", "retransmissions", 2_000_000, repeated),
    traffic("resets", "connections that are reset", 500_000, resets),
    traffic("refusals", "flows that ICMP refuses", 500_000, refusals),
    traffic("http-pipelined", "requests in a packet", 50_000, pipelined),
    traffic("http-urls", "addresses and hosts of requests", 250_000, urls),
    traffic("tls-cut", "hellos in many records", 250_000, tls_cut),
    traffic("tls-names", "servers' names", 250_000, tls_names),
    traffic("tls-talks", "turns of talks", 500_000, tls_talks),
    traffic("tls-chains", "chains of certificates", 20_000, tls_chains),
    traffic("tunnels", "layers", 250_000, tunnels),
    traffic("log-in-names", "people who log in", 250_000, |n| log_in(n, 1)),
    traffic("log-in-servers", "servers and people", 250_000, |n| log_in(n, 20_000)),
    traffic("ftp-ports", "announced ports", 250_000, ftp_ports),
    Traffic { link_type: 105, ..traffic("wifi-beacons", "networks", 500_000, wifi) },
    Traffic { micros: |n| n * 3_600_000_000, ..traffic("hours-apart", "bins of time", 500_000, connections) },
    Traffic { micros: |n| mix(n).into(), ..traffic("times-random", "order of time", 500_000, pairs) },
    Traffic { micros: |n| n * 1_000, ..traffic("beats", "beats of pairs", 1_000_000, beats) },
    traffic("vlans", "VLANs and hosts", 500_000, vlans),
    traffic("router-adverts", "routers", 250_000, router_adverts),
    traffic("bridges", "roots of the tree", 250_000, bridges),
];

fn tag(n: u64) -> String {
    format!("{:08x}{:08x}", mix(n), mix(n + 7))
}

/// A SYN of a source that comes once.
pub fn syn_spoofed(n: u64) -> Vec<u8> {
    let port = 1024 + (mix(n + 5) % 60_000) as u16;
    tcp(Ends::new((mix(n).to_be_bytes(), port), (SERVER, 443)), SYN, mix(n + 9), b"")
}

/// A datagram of a source that comes once, to many ports.
pub fn udp_spoofed(n: u64) -> Vec<u8> {
    udp(Ends::new((mix(n).to_be_bytes(), 1024 + (mix(n + 5) % 60_000) as u16), (SERVER, mix(n + 3) as u16)), &[0; 18])
}

fn pairs(n: u64) -> Vec<u8> {
    let n = u64::from(mix(n));
    tcp(Ends::new((inside(n & 0xfff), 40_000), (inside(0x80_0000 | (n >> 12 & 0xfff)), 80)), SYN, 1, b"")
}

fn one_host_out(n: u64) -> Vec<u8> {
    tcp(Ends::new((CLIENT, 40_000 + (n % 20_000) as u16), (mix(n).to_be_bytes(), 445)), SYN, 1, b"")
}

/// Ports and addresses that differ in the same bits: sums and exclusive ors of them are all the same.
fn same_ends(n: u64) -> Vec<u8> {
    let port = n as u16;
    let bits = (n >> 16) as u16;
    let from = u32::from_be_bytes(inside(0)) | u32::from(bits);
    let to = u32::from_be_bytes(inside(0)) | 0x80_0000 | u32::from(bits);
    tcp(Ends::new((from.to_be_bytes(), port), (to.to_be_bytes(), port)), SYN, 1, b"")
}

fn restarts(n: u64) -> Vec<u8> {
    tcp(Ends::new((CLIENT, 40_000), (SERVER, 80)), SYN, mix(n), b"")
}

/// Eight packets a connection: opened, asked, answered, closed.
fn connections(n: u64) -> Vec<u8> {
    let (which, step) = (n / 8, n % 8);
    let ends = Ends::new((inside(which % 5_000), 1024 + (which % 60_000) as u16), (SERVER, 80));
    let ask = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let tell = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    match step {
        0 => tcp(ends, SYN, 0, b""),
        1 => tcp(ends.back(), SYN | ACK, 0, b""),
        2 => tcp(ends, ACK, 1, b""),
        3 => tcp(ends, DATA, 1, ask),
        4 => tcp(ends.back(), DATA, 1, tell),
        5 => tcp(ends, 0x11, 1 + ask.len() as u32, b""),
        6 => tcp(ends.back(), 0x11, 1 + tell.len() as u32, b""),
        _ => tcp(ends, ACK, 2 + ask.len() as u32, b""),
    }
}

fn dns(n: u64, name: &[&str]) -> Vec<u8> {
    let port = 1024 + (n % 60_000) as u16;
    udp(Ends::new((CLIENT, port), (RESOLVER, 53)), &question(n as u16, &labels(name.iter().copied()), 16))
}

fn names_clients(n: u64) -> Vec<u8> {
    let name = labels([tag(n).as_str(), "tunnel", "example", "com"]);
    udp(Ends::new((inside(u64::from(mix(n))), 5000), (RESOLVER, 53)), &question(1, &name, 1))
}

fn names_long(n: u64) -> Vec<u8> {
    let part = tag(n).repeat(3);
    dns(n, &[&part, &part, &part, &part, "example", "com"])
}

fn names_labels(n: u64) -> Vec<u8> {
    let tag = tag(n);
    let parts: Vec<&str> = (0..16).map(|at| &tag[at..=at]).cycle().take(115).chain(["example", "com"]).collect();
    dns(n, &parts)
}

/// A question, and its answer with an address of its own.
fn names_answers(n: u64) -> Vec<u8> {
    let name = labels([tag(n / 2).as_str(), "example", "net"]);
    let ends = Ends::new((CLIENT, 1024 + (n / 2 % 60_000) as u16), (RESOLVER, 53));
    let asked = question((n / 2) as u16, &name, 1);
    if n.is_multiple_of(2) {
        return udp(ends, &asked);
    }
    let mut told = asked;
    (told[2], told[3], told[7]) = (0x81, 0x80, 1);
    told.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
    told.extend(mix(n).to_be_bytes());
    udp(ends.back(), &told)
}

fn names_refused(n: u64) -> Vec<u8> {
    let name = labels([format!("x{}", tag(n / 2)).as_str(), "com"]);
    let ends = Ends::new((CLIENT, 1024 + (n / 2 % 60_000) as u16), (RESOLVER, 53));
    let mut asked = question((n / 2) as u16, &name, 1);
    if n.is_multiple_of(2) {
        return udp(ends, &asked);
    }
    (asked[2], asked[3]) = (0x81, 0x83);
    udp(ends.back(), &asked)
}

fn mdns(n: u64) -> Vec<u8> {
    let from = inside(n % 1000);
    udp(Ends::new((from, 5353), (GROUP, 5353)), &answer(&labels([tag(n).as_str(), "local"]), from))
}

/// A question of an asker that comes once, and an answer of a host that comes once.
fn llmnr(n: u64) -> Vec<u8> {
    let (asker, name) = ((inside(n / 2), 40_000), labels(["somewhere"]));
    if n.is_multiple_of(2) {
        return udp(Ends::new(asker, ([224, 0, 0, 252], 5355)), &question(n as u16, &name, 1));
    }
    udp(Ends::new((inside(0x80_0000 | (n / 2)), 5355), asker), &answer(&name, SERVER))
}

/// Four hosts that are refused at four ports each of a fifth, again and again.
fn crowds(n: u64) -> Vec<u8> {
    let (case, which, is_answer) = (n / 32, n / 2 % 16, n % 2 == 1);
    let from = (inside(0x80_0000 | (case * 4 + which % 4)), 40_000);
    let ends = Ends::new(from, (inside(case), 8000 + which as u16));
    if is_answer { tcp(ends.back(), 0x14, 0, b"") } else { tcp(ends, SYN, 1, b"") }
}

fn nbns(n: u64) -> Vec<u8> {
    let from = inside(n % 1000);
    let told = [
        &[0, 0, 0x85, 0, 0, 0, 0, 1, 0, 0, 0, 0][..],
        &netbios(&tag(n)[..12]),
        &[0, 32, 0, 1, 0, 0, 0, 60, 0, 6, 0, 0],
    ];
    udp(Ends::new((from, 137), (CLIENT, 137)), &[&told.concat()[..], &from].concat())
}

fn dhcp(n: u64) -> Vec<u8> {
    udp(Ends::new(([0; 4], 68), ([255; 4], 67)), &discovery(mac(n), &tag(n)))
}

fn pieces_unfinished(n: u64) -> Vec<u8> {
    routed(&piece(17, (mix(n / 65_536).to_be_bytes(), SERVER), n as u16, (0, true), &[1; 64]))
}

fn pieces_overlapping(n: u64) -> Vec<u8> {
    routed(&piece(17, (CLIENT, SERVER), 7, ((mix(n) % 8000) as u16 * 8, true), &[n as u8; 24]))
}

fn pieces_tiny(n: u64) -> Vec<u8> {
    routed(&piece(6, (CLIENT, SERVER), (n / 8000) as u16, ((n % 8000) as u16 * 8, true), &[n as u8; 8]))
}

/// Of each packet the last piece comes first, and all but one before it in order.
fn pieces_last_first(n: u64) -> Vec<u8> {
    let (which, at) = ((n / 8000) as u16, (n % 8000) as u16);
    routed(&piece(17, (CLIENT, SERVER), which, if at == 0 { (64_000, false) } else { ((at - 1) * 8, true) }, &[1; 8]))
}

/// Every second piece of a packet in 8 bytes, then pieces of 24 captured bytes that say they are as long as can be.
fn pieces_claiming(n: u64) -> Vec<u8> {
    let (which, at) = ((n / 16_000) as u16, (n % 16_000) as u16);
    if at < 4000 {
        return routed(&piece(17, (CLIENT, SERVER), which, (at * 16, true), &[1; 8]));
    }
    let mut frame = routed(&piece(17, (CLIENT, SERVER), which, (0, true), &[1; 24]));
    frame[16..18].copy_from_slice(&65_500_u16.to_be_bytes());
    frame
}

/// The `n`th segment of a connection of `n_streams`: after an opening, every second byte is missing.
fn holes(n: u64, n_streams: u64) -> Vec<u8> {
    let (which, at) = (n % n_streams, (n / n_streams) as u32);
    let ends = Ends::new((inside(which), 40_000), (SERVER, 80));
    match at {
        0 => tcp(ends, SYN, 0, b""),
        1 => tcp(ends, DATA, 1, b"GET / HTTP/1.1\r\n"),
        _ => tcp(ends, DATA, 20 + at * 4, b"ab"),
    }
}

fn holes_large(n: u64) -> Vec<u8> {
    let (which, at) = (n % 20_000, (n / 20_000) as u32);
    let ends = Ends::new((inside(which), 40_000), (SERVER, 80));
    let text = if at == 0 { b"POST /a HTTP/1.1\r\n".to_vec() } else { vec![b'x'; 1400] };
    tcp(ends, DATA, if at == 0 { 1 } else { 1000 + at * 2000 }, &text)
}

fn bytes(n: u64, n_streams: u64) -> Vec<u8> {
    let (which, at) = (n % n_streams, (n / n_streams) as u32);
    let ends = Ends::new((inside(which), 40_000), (SERVER, 80));
    match at {
        0 => tcp(ends, DATA, 1, b"GET / HTTP/1.1\r\nX: "),
        _ => tcp(ends, DATA, 19 + at, b"a"),
    }
}

fn repeated(n: u64) -> Vec<u8> {
    let ends = Ends::new((inside(n % 2000), 40_000), (SERVER, 80));
    tcp(ends, DATA, 1000 + (n / 2000 % 2) as u32 * 10, b"0123456789")
}

fn resets(n: u64) -> Vec<u8> {
    let ends = Ends::new((inside(n / 4), 40_000), (SERVER, 80));
    match n % 4 {
        0 => tcp(ends, SYN, 0, b""),
        1 => tcp(ends.back(), SYN | ACK, 0, b""),
        2 => tcp(ends, DATA, 1, b"x"),
        _ => tcp(ends.back(), 0x04, 1 + mix(n) % 100, b""),
    }
}

fn refusals(n: u64) -> Vec<u8> {
    let ends = Ends::new((CLIENT, 1024 + (n / 2 % 60_000) as u16), (inside(n / 2), 161));
    let datagram = udp(ends, &[0; 8]);
    if n.is_multiple_of(2) {
        return datagram;
    }
    icmp(ends.to.0, CLIENT, [3, 3], &[&[0; 4][..], &datagram[14..]].concat())
}

fn pipelined(n: u64) -> Vec<u8> {
    let ask = b"GET /a HTTP/1.1\r\n\r\n".repeat(70);
    let ends = Ends::new((inside(n % 50), 40_000), (SERVER, 80));
    tcp(ends, DATA, 1 + (n / 50) as u32 * ask.len() as u32, &ask)
}

fn urls(n: u64) -> Vec<u8> {
    let (tag, other) = (tag(n), tag(n + 1));
    let ask =
        format!("GET /{tag}?id=1%27%20or%201=1&{other} HTTP/1.1\r\nHost: {tag}.example\r\nUser-Agent: {other}\r\n\r\n");
    let at = (n / 1000) as u32 * ask.len() as u32;
    tcp(Ends::new((inside(n % 1000), 40_000), (SERVER, 80)), DATA, 1 + at, ask.as_bytes())
}

/// A hello in records of one byte each, 200 of them in a segment, again and again.
fn tls_cut(n: u64) -> Vec<u8> {
    let whole = hello(&format!("{}.example", tag(n / 2).repeat(14)));
    let cut: Vec<u8> = whole.iter().flat_map(|byte| record(&[*byte])).collect();
    let ends = Ends::new((inside(n / 2), 40_000), (SERVER, 443));
    let at = if n.is_multiple_of(2) { 0 } else { 200 * 6 };
    let part = if at == 0 { &cut[..1200] } else { &cut[1200..] };
    tcp(ends, DATA, 1 + at, part)
}

fn tls_names(n: u64) -> Vec<u8> {
    let ends = Ends::new((inside(n % 5000), 1024 + (n / 5000) as u16), (mix(n).to_be_bytes(), 443));
    tcp(ends, DATA, 1, &record(&hello(&format!("{}.example", tag(n)))))
}

/// Both sides of 5,000 connections in turn, a hundred bytes each time.
fn tls_talks(n: u64) -> Vec<u8> {
    let (which, step) = (n % 5_000, n / 5_000);
    let ends = Ends::new((inside(which), 40_000), (SERVER, 443));
    let mut record = [0x5a; 100];
    record[..5].copy_from_slice(&[0x17, 3, 3, 0, 95]);
    tcp(if step.is_multiple_of(2) { ends } else { ends.back() }, DATA, (step / 2 * 100) as u32, &record)
}

/// What begins as a certificate: a sequence in a sequence with a number, a hundred times in one message.
fn tls_chains(n: u64) -> Vec<u8> {
    let der = [0x30, 9, 0x30, 7, 0xa0, 3, 2, 1, 2, 2, 0];
    let chain = record(&[server_hello(), certificates(100, &der)].concat());
    let ends = Ends::new((SERVER, 443), (inside(n % 5000), 1024 + (n / 5000) as u16));
    tcp(ends, DATA, 1, &chain)
}

fn tunnels(n: u64) -> Vec<u8> {
    let ends = Ends::new((inside(n), 40_000), (SERVER, 80));
    let inner = ipv4(6, ends.from.0, ends.to.0, &segment(ends, SYN, 1, b""));
    routed(&gre(50, CLIENT, SERVER, inner))
}

fn log_in(n: u64, n_servers: u64) -> Vec<u8> {
    let line = format!("USER u{:08x}\r\n", mix(n));
    let ends = Ends::new((CLIENT, 40_000), (inside(0x10_0000 + n % n_servers), 21));
    tcp(ends, DATA, 1 + (n / n_servers) as u32 * line.len() as u32, line.as_bytes())
}

fn ftp_ports(n: u64) -> Vec<u8> {
    let line = format!("PORT 10,0,0,5,{:03},{:03}\r\n", 100 + n % 100, 100 + n / 100 % 100);
    let ends = Ends::new((CLIENT, 40_000), (SERVER, 21));
    if n.is_multiple_of(2) {
        return tcp(ends, DATA, 1 + (n / 2) as u32 * line.len() as u32, line.as_bytes());
    }
    tcp(Ends::new((SERVER, 20), (CLIENT, n as u16)), SYN, 1, b"")
}

fn wifi(n: u64) -> Vec<u8> {
    beacon(mac(n), &tag(n))
}

fn beats(n: u64) -> Vec<u8> {
    let which = n % 100_000;
    udp(Ends::new((inside(which), 1024 + (n / 100_000) as u16), (mix(which).to_be_bytes(), 4444)), &[0; 20])
}

fn vlans(n: u64) -> Vec<u8> {
    let ends = Ends::new((inside(u64::from(mix(n))), 40_000), (SERVER, 80));
    let packet = ipv4(6, ends.from.0, ends.to.0, &segment(ends, SYN, 1, b""));
    let (outer, inner) = ((n % 4095) as u16, (n / 4095 % 4095) as u16);
    let tags = [&outer.to_be_bytes()[..], &[0x81, 0], &inner.to_be_bytes(), &[8, 0], &packet].concat();
    ethernet(mac(n), mac(2), 0x8100, &tags)
}

fn router_adverts(n: u64) -> Vec<u8> {
    let [.., c, d, e, f] = n.to_be_bytes();
    let from = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, c, d, e, f];
    let to = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let prefix = [
        3, 4, 64, 0xc0, 0, 0, 14, 16, 0, 0, 14, 16, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, c, d, e, f, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let advert = [&[134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0][..], &prefix].concat();
    let head = [&[0x60, 0, 0, 0][..], &(advert.len() as u16).to_be_bytes(), &[58, 255], &from, &to].concat();
    ethernet(mac(n), [0x33, 0x33, 0, 0, 0, 1], 0x86dd, &[head, advert].concat())
}

fn bridges(n: u64) -> Vec<u8> {
    let id = [&[0x80, 0][..], &mac(n)].concat();
    let tree = [&[0, 0, 0, 0, 0][..], &id, &[0, 0, 0, 0], &id, &[0x80, 1, 0, 0, 20, 0, 2, 0, 15, 0]].concat();
    let body = [&[0x42, 0x42, 3][..], &tree].concat();
    ethernet(mac(n), [1, 0x80, 0xc2, 0, 0, 0], body.len() as u16, &body)
}
