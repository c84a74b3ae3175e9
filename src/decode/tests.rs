//! Frames of every link type and tunnel, made by hand: what is inside is found, and nothing makes the decoder panic.

use super::*;
use crate::model::app::protocol::AppProto;
use crate::model::app::protocol::Protocol;
use crate::model::packet::tcp_flag;

/// IPv4 of this protocol from 10.0.0.1 to 10.0.0.2.
fn v4(protocol: u8, inside: &[u8]) -> Vec<u8> {
    let [l0, l1] = (20 + inside.len() as u16).to_be_bytes();
    [&[0x45, 0, l0, l1, 0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], inside].concat()
}

fn v6(next: u8, inside: &[u8]) -> Vec<u8> {
    let [l0, l1] = (inside.len() as u16).to_be_bytes();
    [&[0x60, 0, 0, 0, l0, l1, next, 64], [0xfd; 16].as_slice(), &[0xfe; 16], inside].concat()
}

fn udp(source: u16, target: u16, inside: &[u8]) -> Vec<u8> {
    let [l0, l1] = (8 + inside.len() as u16).to_be_bytes();
    [&source.to_be_bytes(), &target.to_be_bytes(), [l0, l1, 0, 0].as_slice(), inside].concat()
}

/// A TCP SYN from port 40000 to 80 in IPv4 with other addresses than a tunnel around it.
fn syn() -> Vec<u8> {
    let tcp = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, tcp_flag::SYN, 0xff, 0xff, 0, 0, 0, 0];
    let mut ip = v4(6, &tcp);
    ip[12] = 192;
    ip
}

fn ethernet(kind: u16, inside: &[u8]) -> Vec<u8> {
    [[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2].as_slice(), &kind.to_be_bytes(), inside].concat()
}

/// LLC and SNAP in front.
fn snap(inside: &[u8]) -> Vec<u8> {
    [&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], inside].concat()
}

/// An 802.11 data frame to an access point.
fn wifi(inside: &[u8]) -> Vec<u8> {
    [&[0x08, 0x01, 0, 0], [1; 6].as_slice(), &[2; 6], &[3; 6], &[0, 0], &snap(inside)].concat()
}

fn read(link_type: u16, data: &[u8]) -> (Packet, IssueLog) {
    let wire_bytes = data.len() as u32;
    let raw = RawPacket { time_ns: 0, is_timed: true, wire_bytes, link_type, file: 0, interface: 0, offset: 0, data };
    let mut issues = IssueLog::default();
    let packet = decode(&raw, 0, &mut issues);
    (packet, issues)
}

/// Frames that all hold [`syn`], by name and link type.
fn frames() -> Vec<(&'static str, u16, Vec<u8>)> {
    let syn = syn();
    let inner = ethernet(0x0800, &syn);
    let join = |parts: &[&[u8]]| parts.concat();
    let gre = |kind: u16, inside: &[u8]| [&[0, 0], kind.to_be_bytes().as_slice(), inside].concat();
    let pktap = {
        let mut head = [[108u32, 1, 1].map(u32::to_le_bytes).concat(), vec![0; 96]].concat();
        head.extend(&inner);
        head
    };
    let nflog = |order: fn(u16) -> [u8; 2]| {
        let length = order(4 + syn.len() as u16);
        join(&[&[2, 0, 0, 0], &order(8), &order(1), &[0; 4], &length, &order(9), &syn])
    };
    vec![
        ("802.11", 105, wifi(&syn)),
        ("802.11 QoS, four addresses", 105, {
            let head = join(&[&[0x88, 0x03, 0, 0], &[1; 6], &[2; 6], &[3; 6], &[0, 0], &[4; 6], &[0, 0]]);
            join(&[&head, &snap(&syn)])
        }),
        ("radiotap", 127, join(&[&[0, 0, 8, 0, 0, 0, 0, 0], &wifi(&syn)])),
        ("radiotap with check sequence", 127, {
            let head = [0, 0, 24, 0, 3, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x10];
            let mut head = head.to_vec();
            head[2] = 25;
            join(&[&head, &wifi(&syn), &[9; 4]])
        }),
        ("PPI", 192, join(&[&[0, 0, 8, 0, 105, 0, 0, 0], &wifi(&syn)])),
        ("PPI with Ethernet", 192, join(&[&[0, 0, 8, 0, 1, 0, 0, 0], &inner])),
        ("Prism", 119, join(&[&[0x44, 0, 0, 0, 144, 0, 0, 0], &[0; 136], &wifi(&syn)])),
        ("AVS", 163, join(&[&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64], &[0; 56], &wifi(&syn)])),
        ("AVS as Prism", 119, join(&[&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64], &[0; 56], &wifi(&syn)])),
        ("PPP", 9, join(&[&[0xff, 3, 0, 0x21], &syn])),
        ("PPP compressed", 50, join(&[&[0x21], &syn])),
        ("PPP with direction", 204, join(&[&[1, 0xff, 3, 0, 0x21], &syn])),
        ("PPPoE", 51, join(&[&[0x11, 0, 0, 1, 0, 42, 0, 0x21], &syn])),
        ("Cisco HDLC", 104, join(&[&[0x0f, 0, 8, 0], &syn])),
        ("Frame Relay", 107, join(&[&[0x18, 0x41, 3, 0xcc], &syn])),
        ("Frame Relay, SNAP", 107, join(&[&[0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0], &syn])),
        ("Frame Relay, Cisco", 206, join(&[&[0, 0x18, 0x41, 8, 0], &syn])),
        ("FDDI", 10, join(&[&[0x50], &[1; 6], &[2; 6], &snap(&syn)])),
        ("NFLOG", 239, nflog(u16::to_le_bytes)),
        ("NFLOG, big-endian", 239, nflog(u16::to_be_bytes)),
        ("PKTAP", 258, pktap.clone()),
        ("PKTAP as user type", 149, pktap),
        ("Marvell DSA", 284, join(&[&[1; 12], &[0x40, 0, 0, 7, 8, 0], &syn])),
        ("Marvell EDSA", 285, join(&[&[1; 12], &[0xda, 0xda, 0, 0, 0x40, 0, 0, 7, 8, 0], &syn])),
        ("Broadcom", 281, join(&[&[1; 12], &[0, 0, 0, 0, 8, 0], &syn])),
        ("Broadcom in front", 282, join(&[&[0; 4], &inner])),
        ("SLIP", 8, join(&[&[0; 16], &syn])),
        ("IPoIB", 242, join(&[&[0; 40], &[8, 0, 0, 0], &syn])),
        ("MPLS", 219, join(&[&[0, 0, 0, 9, 0, 0, 1, 9], &syn])),
        ("Q-in-Q-in-Q", 1, ethernet(0x88a8, &join(&[&[0, 7, 0x81, 0, 0, 8, 0x81, 0, 0, 9, 8, 0], &syn]))),
        ("MPLS pseudowire", 1, ethernet(0x8847, &join(&[&[0, 0, 1, 9, 0, 0, 0, 0], &inner]))),
        ("PPPoE over Ethernet", 1, ethernet(0x8864, &join(&[&[0x11, 0, 0, 1, 0, 42, 0, 0x21], &syn]))),
        ("PBB", 1, ethernet(0x88e7, &join(&[&[0, 0, 0, 1], &inner]))),
        ("VN-Tag", 1, ethernet(0x8926, &join(&[&[0, 0, 0, 1, 8, 0], &syn]))),
        ("Cisco metadata", 1, ethernet(0x8909, &join(&[&[1, 1, 0, 1, 0, 9, 8, 0], &syn]))),
        ("IP in IP", 101, v4(4, &syn)),
        ("4in6", 101, v6(4, &syn)),
        ("GRE", 101, v4(47, &gre(0x0800, &syn))),
        ("GRE with key and sequence", 101, { v4(47, &join(&[&[0x30, 0, 8, 0, 0, 0, 0, 5, 0, 0, 0, 6], &syn])) }),
        ("GRE, bridged", 101, v4(47, &gre(0x6558, &inner))),
        ("PPTP", 101, v4(47, &join(&[&[0x30, 0x81, 0x88, 0x0b], &[0; 12], &[0xff, 3, 0, 0x21], &syn]))),
        ("ERSPAN I", 101, v4(47, &gre(0x88be, &inner))),
        ("ERSPAN II", 101, v4(47, &join(&[&[0x10, 0, 0x88, 0xbe], &[0; 4], &[0x10, 0, 0, 0, 0, 0, 0, 0], &inner]))),
        ("ERSPAN III", 101, v4(47, &join(&[&[0x10, 0, 0x22, 0xeb], &[0; 4], &[0; 11], &[1], &[0; 8], &inner]))),
        ("EtherIP", 101, v4(97, &join(&[&[0x30, 0], &inner]))),
        ("MPLS in IP", 101, v4(137, &join(&[&[0, 0, 1, 9], &syn]))),
        ("VXLAN", 101, v4(17, &udp(5000, 4789, &join(&[&[8, 0, 0, 0, 0, 0, 42, 0], &inner])))),
        ("Geneve", 101, v4(17, &udp(5000, 6081, &join(&[&[1, 0, 0x65, 0x58, 0, 0, 42, 0], &[0; 4], &inner])))),
        ("GTP-U", 101, v4(17, &udp(2152, 2152, &join(&[&[0x30, 255, 0, 40, 0, 0, 0, 42], &syn])))),
        ("GTP-U with extension", 101, {
            let head = [0x34, 255, 0, 48, 0, 0, 0, 42, 0, 0, 0, 0x85, 1, 0, 9, 0];
            v4(17, &udp(2152, 2152, &join(&[&head, &syn])))
        }),
        ("Teredo", 101, v4(17, &udp(3544, 3544, &join(&[&[0, 0, 1, 2, 3, 4, 5, 6], &v6(4, &syn)])))),
        ("6in4 with GRE inside", 101, v4(41, &v6(47, &gre(0x0800, &syn)))),
    ]
}

#[test]
fn the_inner_packet_is_found() {
    for (name, link_type, frame) in frames() {
        let (packet, issues) = read(link_type, &frame);
        let tcp = packet.tcp().unwrap_or_else(|| panic!("{name}: {packet:?}"));
        assert_eq!((tcp.source_port, tcp.target_port), (40_000, 80), "{name}");
        assert_eq!(packet.ip.unwrap().source.to_string(), "192.0.0.1", "{name}");
        assert_eq!(packet.top(), Some(AppProto::Tcp.into()), "{name}");
        assert!(issues.issues().is_empty() && !packet.is_damaged, "{name}: {:?}", issues.issues());
    }
}

#[test]
fn cut_anywhere_each_ends_in_a_packet() {
    for (name, link_type, frame) in frames() {
        for end in 0..frame.len() {
            let (packet, _) = read(link_type, &frame[..end]);
            assert!(packet.payload.end <= end as u32, "{name} cut at {end}");
        }
    }
}

#[test]
fn the_outside_of_a_tunnel_is_kept() {
    let (_, _, frame) = frames().into_iter().find(|(name, _, _)| *name == "VXLAN").unwrap();
    let (packet, _) = read(101, &frame);
    let [outer] = packet.encapsulations() else { panic!("{packet:?}") };
    assert_eq!((outer.tunnel, outer.id, outer.ip.target.to_string().as_str()), (AppProto::Vxlan, 42, "10.0.0.2"));
    assert!(matches!(&outer.transport, Transport::Udp(udp) if udp.target_port == 4789));
    let (_, _, frame) = frames().into_iter().find(|(name, _, _)| name.starts_with("6in4")).unwrap();
    assert_eq!(read(101, &frame).0.encapsulations().len(), 2);
}

#[test]
fn a_tunnel_with_nothing_to_read_inside_stays_what_it_is_outside() {
    let spanning_tree = ethernet(38, &[0x42, 0x42, 3, 0, 0, 0]);
    let frame = v4(17, &udp(5000, 4789, &[&[8, 0, 0, 0, 0, 0, 42, 0], spanning_tree.as_slice()].concat()));
    let (packet, _) = read(101, &frame);
    assert!(
        packet.encapsulations().is_empty()
            && matches!(&packet.transport, Transport::Udp(udp) if udp.target_port == 4789)
    );
    assert_eq!(packet.ip.unwrap().source.to_string(), "10.0.0.1");
    // What only has the port of a tunnel is none.
    let (packet, issues) = read(101, &v4(17, &udp(53, 4789, b"no tunnel at all")));
    assert!(packet.extras.is_none() && issues.issues().is_empty());
}

#[test]
fn arp_in_a_tunnel_is_arp() {
    let arp = [0, 1, 8, 0, 6, 4, 0, 1, 2, 2, 2, 2, 2, 2, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2];
    let frame = [&[8, 0, 0, 0, 0, 0, 42, 0], ethernet(0x0806, &arp).as_slice()].concat();
    let (packet, _) = read(101, &v4(17, &udp(5000, 4789, &frame)));
    assert!(packet.arp.is_some() && packet.ip.is_none() && packet.encapsulations().len() == 1);
}

#[test]
fn an_authentication_header_is_a_layer() {
    let inside = [&[6, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], &syn()[20..]].concat();
    for (ip, frame) in [(AppProto::Ipv4, v4(51, &inside)), (AppProto::Ipv6, v6(51, &inside))] {
        let (packet, issues) = read(101, &frame);
        let layers = [AppProto::RawIp, ip, AppProto::Ah, AppProto::Tcp].map(Protocol::from);
        assert_eq!(packet.layers.as_slice(), layers);
        assert!(packet.tcp().is_some() && issues.issues().is_empty());
    }
}

#[test]
fn the_number_of_rarp_means_slarp_on_a_serial_line() {
    let packet = |link_type, frame: &[u8]| read(link_type, frame).0.top();
    assert_eq!(packet(1, &ethernet(0x8035, &[0; 28])), Some(AppProto::Rarp.into()));
    assert_eq!(packet(104, &[&[0x8f, 0, 0x80, 0x35], [0; 18].as_slice()].concat()), Some(AppProto::Slarp.into()));
}

#[test]
fn depth_ends_somewhere() {
    let mut packet = syn();
    for _ in 0..60 {
        packet = v4(4, &packet);
    }
    let (packet, issues) = read(101, &packet);
    assert_eq!(issues.count(IssueKind::TunnelDeep), 1);
    assert!(packet.is_damaged && packet.ip.is_some() && packet.encapsulations().len() < MOST_HEADERS);
    // A header that names its own link type and has no length.
    let (_, issues) = read(192, &[0, 0, 8, 0, 192, 0, 0, 0].repeat(100));
    assert_eq!(issues.count(IssueKind::TunnelDeep), 1);
}

#[test]
fn encrypted_and_empty_frames_are_counted_only() {
    let mut protected = wifi(&syn());
    protected[1] |= 0x40;
    let (packet, issues) = read(105, &protected);
    assert!(packet.ip.is_none() && issues.issues().is_empty());
    assert_eq!(packet.macs, Some(([2; 6], [3; 6])));
    assert_eq!(read(230, &[1, 2, 3]).0.top(), Some(AppProto::Wpan.into()));
    let (packet, issues) = read(149, &[7; 40]);
    assert_eq!((packet.top(), issues.count(IssueKind::LinkUnknown)), (Some(Protocol::LinkType(149)), 1));
}
